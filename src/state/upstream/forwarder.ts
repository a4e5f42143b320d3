/**
 * Hands pending transactions to the upstream. What it holds is only an order of hashes: the pool is what there is to
 * forward, so an outage loses nothing, and afterwards everything that is still pending goes again, because the
 * upstream may have lost it too.
 */
import { toHex, type Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import { ChainError } from '../chain.ts';
import type { CallQueue } from './call-queue.ts';

/** In the words of geth, anvil (reth) and Nethermind: it is where it should be. */
const ALREADY_THERE = /already ?known|already imported|known transaction/i;

/** A refusal may pass: a full pool, a rate limit, a fee below the base fee. After 1, 2, 4, ... heads, so often. */
const MAX_ATTEMPTS = 8;

export interface ForwarderInit {
  pool: Pick<Mempool, 'get' | 'pendingTransactions'>;
  queue: Pick<CallQueue, 'call'>;
  /** Calls under way at once. */
  maxUnderWay: number;
  clock: Clock;
  /** After a call without an answer that was no outage, all that is pending goes again, but not before this. */
  retryMs: number;
  log: Logger;
  /** A transaction got no answer. */
  onNoAnswer: () => void;
}

interface Refused {
  attempts: number;
  /** Heads until it is tried again. */
  heads: number;
}

export class Forwarder {
  readonly #pool: ForwarderInit['pool'];
  readonly #queue: ForwarderInit['queue'];
  readonly #maxUnderWay: number;
  readonly #clock: Clock;
  readonly #retryMs: number;
  readonly #log: Logger;
  readonly #onNoAnswer: () => void;
  readonly #waiting = new Set<Hex>();
  readonly #refused = new Map<Hex, Refused>();
  #underWay = 0;
  #missedAtMs: number | undefined;
  #paused = false;

  constructor(init: ForwarderInit) {
    this.#pool = init.pool;
    this.#queue = init.queue;
    this.#maxUnderWay = init.maxUnderWay;
    this.#clock = init.clock;
    this.#retryMs = init.retryMs;
    this.#log = init.log;
    this.#onNoAnswer = init.onNoAnswer;
  }

  offer(transactions: Iterable<Transaction>): void {
    if (this.#paused) return;
    for (const { hash } of transactions) this.#waiting.add(hash);
    this.#pump();
  }

  /** The upstream is away: nothing is sent until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#waiting.clear();
  }

  /** It is back: all that is pending goes, what it has already included. */
  resume(): void {
    this.#paused = false;
    this.#missedAtMs = undefined;
    this.#refused.clear();
    this.offer(this.#pool.pendingTransactions());
  }

  /** The upstream answered somebody: time to send again what got no answer. */
  catchUp(nowMs: number): void {
    if (this.#missedAtMs !== undefined && nowMs - this.#missedAtMs >= this.#retryMs) this.resume();
  }

  onHead(): void {
    if (this.#paused) return;
    for (const [hash, refused] of this.#refused) {
      if (!this.#isPending(hash)) this.#refused.delete(hash);
      else if (--refused.heads === 0) this.#waiting.add(hash);
    }
    this.#pump();
  }

  #isPending(hash: Hex): boolean {
    return this.#pool.get(hash)?.status === 'pending';
  }

  #pump(): void {
    for (const hash of this.#waiting) {
      if (this.#underWay >= this.#maxUnderWay) return;
      this.#waiting.delete(hash);
      const pooled = this.#pool.get(hash);
      if (pooled?.status !== 'pending') continue;
      this.#underWay++;
      void this.#forward(pooled.transaction).finally(() => {
        this.#underWay--;
        this.#pump();
      });
    }
  }

  async #forward({ hash, raw }: Transaction): Promise<void> {
    try {
      await this.#queue.call('eth_sendRawTransaction', [toHex(raw)]);
      this.#refused.delete(hash);
    } catch (error) {
      if (!(error instanceof ChainError)) {
        this.#missedAtMs ??= this.#clock.nowMs();
        this.#onNoAnswer();
      } else if (ALREADY_THERE.test(error.message)) this.#refused.delete(hash);
      else this.#refuse(hash, error);
    }
  }

  #refuse(hash: Hex, { code, message }: ChainError): void {
    this.#log.debug({ hash, code, reason: message }, 'upstream refused a transaction');
    if (!this.#isPending(hash)) return;
    const attempts = (this.#refused.get(hash)?.attempts ?? 0) + 1;
    // One that is tried no more stays noted, with heads that never reach 0 again, until it leaves the pool.
    this.#refused.set(hash, { attempts, heads: attempts < MAX_ATTEMPTS ? 2 ** (attempts - 1) : Infinity });
  }
}
