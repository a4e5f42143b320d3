import type { Hex } from '../bytes.ts';
import type { Cancel, Clock } from '../environment.ts';
import type { Journal, JournalEntry } from '../mempool/journal.ts';
import type { Mempool, PoolChange } from '../mempool/mempool.ts';
import { meaningOf } from '../mempool/outcome.ts';
import type { Admission, Admitted, Source } from './admission.ts';
import type { LocalOptions } from './local-options.ts';
import type { Unbroadcast } from './unbroadcast.ts';

/** Entries of the journal that go through Admission together: well below what the verifier takes at once. */
const RESTORED_TOGETHER = 256;

export interface LocalTransactionsInit {
  pool: Mempool;
  admission: Pick<Admission, 'admit'>;
  journal: Journal;
  clock: Clock;
  unbroadcast: Unbroadcast;
  /** Sends on what became executable. */
  spread: (results: readonly Admitted[]) => void;
  options: LocalOptions;
  /** An exception nobody expected: a bug, to be logged. */
  onError: (error: unknown) => void;
}

/** What became of the journal at the start. */
export interface Restored {
  /** In the pool again. */
  pooled: number;
  /** Refused for a passing reason: kept, and tried again. */
  waiting: number;
  /** Refused for good, and forgotten. */
  dropped: number;
}

/**
 * What was submitted to this node: it answers for them, so they are in the journal before it says so, and in the pool
 * again after a crash.
 *
 *   submit ──> Admission ──> pool ──> gossip
 *                              └──> journal, durable ──> answer
 *   start:  journal ──> Admission ──> pool            what is refused for good leaves the journal
 *   replaced, evicted, expired, included, unpayable:  leaves the journal
 *
 * A transaction that came from a peer stays a remote one when it is submitted here again: the answer is `already
 * known`, as of geth and reth, and whoever submitted it first answers for it.
 */
export class LocalTransactions {
  readonly #pool: Mempool;
  readonly #admission: Pick<Admission, 'admit'>;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #unbroadcast: Unbroadcast;
  readonly #spread: (results: readonly Admitted[]) => void;
  readonly #retryMs: number;
  readonly #onError: (error: unknown) => void;
  /** In pool and journal. */
  readonly #pooled = new Set<Hex>();
  /** In the journal, not in the pool: oldest first. */
  readonly #waiting = new Map<Hex, JournalEntry>();
  /** Submissions that are not yet answered. */
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #unsubscribe: () => void;
  #cancelRetry: Cancel | undefined;
  #stopped = false;

  constructor(init: LocalTransactionsInit) {
    this.#pool = init.pool;
    this.#admission = init.admission;
    this.#journal = init.journal;
    this.#clock = init.clock;
    this.#unbroadcast = init.unbroadcast;
    this.#spread = init.spread;
    this.#retryMs = init.options.retryMs;
    this.#onError = init.onError;
    this.#unsubscribe = init.pool.subscribe((change) => this.#onChange(change));
  }

  /** In the journal and refused so far for a passing reason. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Brings back what the journal holds, oldest first. Once, before anything is submitted.
   * @throws {Error} when the journal cannot be read.
   */
  async restore(): Promise<Restored> {
    const entries = await this.#journal.read();
    const dropped = await this.#readmit(entries);
    this.#retryLater();
    return { pooled: this.#pooled.size, waiting: this.#waiting.size, dropped };
  }

  /**
   * Resolves when the outcome is known and, for one that was taken, survives a crash.
   * @throws {Error} when the journal cannot be written; it is in the pool and on its way to peers all the same.
   */
  async submit(raw: Uint8Array): Promise<Admitted> {
    const submission = this.#submit(raw);
    this.#underWay.add(submission);
    try {
      return await submission;
    } finally {
      this.#underWay.delete(submission);
    }
  }

  /**
   * Answers again for one that had left the pool and is in it again: the chain gave it back.
   * @throws {Error} when the journal cannot be written.
   */
  async takeBack(entry: JournalEntry): Promise<void> {
    const keeping = this.#keepForGood(entry);
    this.#underWay.add(keeping);
    try {
      await keeping;
    } finally {
      this.#underWay.delete(keeping);
    }
  }

  /** Leaves pool and journal as they are. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#unsubscribe();
    await Promise.allSettled(this.#underWay);
    await this.#journal.close();
  }

  async #submit(raw: Uint8Array): Promise<Admitted> {
    const results = await this.#admission.admit([raw], this.#source());
    const admitted = results[0]!;
    const { hash, outcome } = admitted;
    if (outcome.status === 'refused' || hash === null) return admitted;
    this.#spread(results);
    // It may have left again while the answer was on its way here.
    if (this.#pool.has(hash)) await this.#keepForGood({ hash, raw });
    return admitted;
  }

  async #keepForGood(entry: JournalEntry): Promise<void> {
    this.#waiting.delete(entry.hash);
    this.#keep(entry.hash);
    await this.#journal.append(entry);
  }

  #keep(hash: Hex): void {
    this.#pooled.add(hash);
    this.#unbroadcast.add(hash);
  }

  #onChange({ departed }: PoolChange): void {
    const gone = departed
      .map(({ transaction }) => transaction.hash)
      .filter((hash) => this.#pooled.delete(hash));
    if (gone.length > 0) this.#forget(gone);
  }

  /**
   * What a submission replaced must outlive it in the journal: else a crash between the two writes would lose both.
   * Which submission it was does not matter; all that are under way now are waited for.
   */
  #forget(hashes: readonly Hex[]): void {
    this.#unbroadcast.drop(hashes);
    const remove = (): void => this.#journal.remove(hashes.filter((hash) => !this.#pooled.has(hash)));
    if (this.#underWay.size === 0) remove();
    else Promise.allSettled(this.#underWay).then(remove, this.#onError);
  }

  /** @returns how many were refused for good. */
  async #readmit(entries: readonly JournalEntry[]): Promise<number> {
    let dropped = 0;
    for (let at = 0; at < entries.length && !this.#stopped; at += RESTORED_TOGETHER) {
      const together = entries.slice(at, at + RESTORED_TOGETHER);
      const results = await this.#admission.admit(
        together.map(({ raw }) => raw),
        this.#source(),
      );
      for (const [index, { outcome }] of results.entries()) {
        const entry = together[index]!;
        // A later one of the same batch may have pushed it out again.
        const pooled = this.#pool.has(entry.hash);
        const lasts = outcome.status !== 'refused' || !meaningOf(outcome).temporary;
        if (pooled) this.#keep(entry.hash);
        if (pooled || lasts) this.#waiting.delete(entry.hash);
        else this.#waiting.set(entry.hash, entry);
        if (!pooled && lasts) {
          this.#journal.remove([entry.hash]);
          dropped++;
        }
      }
    }
    return dropped;
  }

  #retryLater(): void {
    if (this.#stopped || this.#waiting.size === 0) return;
    this.#cancelRetry = this.#clock.after(this.#retryMs, () => {
      this.#readmit([...this.#waiting.values()])
        .catch(this.#onError)
        .finally(() => this.#retryLater());
    });
  }

  #source(): Source {
    const nowMs = this.#clock.nowMs();
    return { provenance: 'rpc', from: null, receivedAtMs: nowMs, validationAtMs: nowMs };
  }
}
