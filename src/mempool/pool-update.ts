import type { Hex } from '../bytes.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { HashMemory } from './hash-memory.ts';
import { fits } from './load.ts';
import type { Departure, DepartureReason } from './outcome.ts';
import { planRoom, type Limits } from './room.ts';
import type { Entry, PoolStatus, SenderTransactions } from './sender-transactions.ts';
import type { PoolStore } from './store.ts';
import type { TailHeap } from './tail-heap.ts';

/** What changed. No transaction is in two of the lists. */
export interface PoolChange {
  departed: Departure[];
  /** Of each sender in nonce order. */
  promoted: Transaction[];
  demoted: Transaction[];
}

const NOBODY: ReadonlySet<SenderTransactions> = new Set();

/**
 * One change of the pool while it is made, and what came of it so far. Many senders move in one: then all leave their
 * places first (`arrange`), next who may have them (`promote`), and limits are held last (`trim`), so that nobody
 * makes room for what is about to leave.
 */
export class PoolUpdate {
  readonly departed: Departure[] = [];
  readonly promoted: Entry[] = [];
  readonly #demoted: Entry[] = [];
  /** Given back by the chain: those of them that do not stay never were there. */
  readonly newcomers = new Set<Entry>();
  readonly #store: PoolStore;
  readonly #limits: Limits;
  readonly #evicted: HashMemory;
  readonly #nowMs: number;

  constructor(store: PoolStore, limits: Limits, evicted: HashMemory, nowMs: number) {
    this.#store = store;
    this.#limits = limits;
    this.#evicted = evicted;
    this.#nowMs = nowMs;
  }

  /** A queued one, or its sender's last pending one. */
  drop(entry: Entry, reason: DepartureReason): void {
    this.#store.drop(entry);
    this.#leaves(entry, reason);
  }

  /** Rules 14 and 20: for want of room in the pool, and remembered, so that it is not brought back at once. */
  evict(entry: Entry): void {
    this.drop(entry, 'evicted');
    this.#evicted.remember(entry.transaction.hash, this.#nowMs);
  }

  /**
   * From now on the sender has `keep`, in nonce order, over an account at `stateNonce`; `leaving` leave. `newcomers`
   * are those of `keep` that were not there before. What continues no run is demoted. No limit is held.
   */
  arrange(
    sender: SenderTransactions,
    stateNonce: bigint,
    keep: Entry[],
    leaving: readonly (readonly [Entry, DepartureReason])[],
    newcomers: readonly Entry[] = [],
  ): void {
    for (const entry of newcomers) this.newcomers.add(entry);
    for (const [entry, reason] of leaving) this.#leaves(entry, reason);
    if (stateNonce === sender.stateNonce && leaving.length + newcomers.length === 0) return;
    for (const entry of this.#store.rearrange(sender, stateNonce, keep, this.#nowMs)) {
      if (!this.newcomers.has(entry)) this.#demoted.push(entry);
    }
    if (newcomers.length === 0) return;
    this.promoted.push(...keep.filter((entry) => entry.status === 'pending' && this.newcomers.has(entry)));
  }

  /** Rules 10 and 19: what continues the pending ones becomes pending; the first that finds no room leaves. */
  promote(sender: SenderTransactions): void {
    for (;;) {
      const entry = sender.entries[sender.pendingCount];
      if (entry?.transaction.nonce !== sender.nextNonce) return;
      const { transaction, origin } = entry;
      const plan = planRoom(this.#store, this.#limits, { transaction, origin, sender, status: 'pending' });
      if ('code' in plan) {
        if (plan.code === 'sender-limit') this.drop(entry, 'evicted');
        else this.evict(entry);
        return;
      }
      for (const victim of plan.evicted) this.evict(victim);
      this.promoted.push(this.#store.promoteNext(sender, this.#nowMs));
    }
  }

  /** Rule 19. `senders` were arranged: their own highest leave to keep rule 12, then the cheapest of all, rule 13. */
  trim(status: PoolStatus, senders: readonly SenderTransactions[]): void {
    const { perSender, global } = this.#limits;
    for (const sender of senders) {
      while (!fits(sender.load[status], perSender[status])) this.drop(sender.last(status)!, 'evicted');
    }
    const heaps = status === 'queued' ? [this.#store.queued] : [this.#store.surplus, this.#store.guaranteed];
    while (!fits(this.#store.load[status], global[status])) {
      // Where all are exempt, the arranged brought the pool over its limit.
      const sender = cheapest(heaps) ?? senders.findLast((each) => each.last(status) !== undefined)!;
      this.evict(sender.last(status)!);
    }
  }

  /** What one sender was promoted or demoted to may have been undone for another; only what lasted is told. */
  change(): PoolChange {
    const left = new Set(this.departed.map(({ transaction }) => transaction.hash));
    const lasting = (entries: Entry[]): Transaction[] =>
      entries.map(({ transaction }) => transaction).filter(({ hash }) => !left.has(hash));
    const newcomers = new Set<Hex>();
    for (const { transaction } of this.newcomers) newcomers.add(transaction.hash);
    return {
      departed: this.departed.filter(({ transaction }) => !newcomers.has(transaction.hash)),
      promoted: lasting(this.promoted),
      demoted: lasting(this.#demoted),
    };
  }

  #leaves({ transaction }: Entry, reason: DepartureReason): void {
    this.departed.push({ transaction, reason });
  }
}

function cheapest(heaps: readonly TailHeap[]): SenderTransactions | undefined {
  for (const heap of heaps) {
    const tail = heap.first(NOBODY);
    if (tail !== undefined) return tail.sender;
  }
  return undefined;
}
