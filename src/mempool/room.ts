/**
 * Rules 12-18: who must leave so that one more transaction fits. Plans only; changes nothing, so that a refusal
 * leaves no trace.
 */
import type { Transaction } from '../transaction/transaction.ts';
import { refuse } from './admission.ts';
import { count, fits, slotsOf, type Load } from './load.ts';
import type { MempoolOptions } from './options.ts';
import type { Refused } from './outcome.ts';
import { effectiveTip } from './price.ts';
import type { Entry, Origin, PoolStatus, SenderTransactions } from './sender-transactions.ts';
import type { PoolStore } from './store.ts';
import { leavesBefore, type TailHeap } from './tail-heap.ts';

export interface Limits {
  /** Rule 13: of the whole pool. */
  global: Readonly<Record<PoolStatus, Load>>;
  /** Rule 12. */
  perSender: Readonly<Record<PoolStatus, Load>>;
}

export function limitsOf(options: Readonly<MempoolOptions>): Limits {
  const load = (transactions: number, slots: number, bytes: number): Load => ({ transactions, slots, bytes });
  const o = options;
  return {
    global: {
      pending: load(o.maxPendingTransactions, o.maxPendingSlots, o.maxPendingBytes),
      queued: load(o.maxQueuedTransactions, o.maxQueuedSlots, o.maxQueuedBytes),
    },
    perSender: {
      pending: load(
        o.maxPendingTransactionsPerSender,
        o.maxPendingSlotsPerSender,
        o.maxPendingBytesPerSender,
      ),
      queued: load(o.maxQueuedTransactionsPerSender, o.maxQueuedSlotsPerSender, o.maxQueuedBytesPerSender),
    },
  };
}

export interface Newcomer {
  transaction: Transaction;
  origin: Origin;
  sender: SenderTransactions;
  /** What it would be. */
  status: PoolStatus;
  /** What it would replace. */
  replaced?: Entry | undefined;
}

export interface Plan {
  /** Queued ones of the newcomer's sender that stand above it (rule 12). */
  displaced: Entry[];
  /** Others', for their price (rule 14). */
  evicted: Entry[];
}

/** Who leaves for `newcomer`, in order; or why nobody does. */
export function planRoom(store: PoolStore, limits: Limits, newcomer: Newcomer): Plan | Refused {
  const { transaction, sender, status, replaced } = newcomer;
  const { slotBytes } = store.options;

  const ownLoad = { ...sender.load[status] };
  const poolLoad = { ...store.load[status] };
  for (const load of [ownLoad, poolLoad]) {
    count(load, transaction, slotBytes);
    if (replaced !== undefined) count(load, replaced.transaction, slotBytes, -1);
  }

  const displaced: Entry[] = [];
  while (!fits(ownLoad, limits.perSender[status])) {
    const last = status === 'queued' ? sender.last('queued', displaced.length) : undefined;
    if (last === undefined || last.transaction.nonce <= transaction.nonce) {
      const pooled = sender.load[status].transactions;
      return refuse('sender-limit', `account limit exceeded: pooled ${pooled} txs`);
    }
    displaced.push(last);
    for (const load of [ownLoad, poolLoad]) count(load, last.transaction, slotBytes, -1);
  }

  const search = new VictimSearch(store, newcomer, ownLoad.slots);
  const evicted: Entry[] = [];
  while (!fits(poolLoad, limits.global[status])) {
    if (evicted.length === store.options.maxEvictionsPerTransaction) return poolFull();
    const victim = search.next();
    if ('code' in victim) return victim;
    evicted.push(victim);
    count(poolLoad, victim.transaction, slotBytes, -1);
  }
  return { displaced, evicted };
}

function poolFull(): Refused {
  return refuse('pool-full', 'txpool is full');
}

interface Candidate {
  entry: Entry;
  tip: bigint;
  sequence: number;
}

/** Hands out one victim after the other, as if those before had left. */
class VictimSearch {
  readonly #store: PoolStore;
  readonly #status: PoolStatus;
  readonly #sender: SenderTransactions;
  /** Undefined: it is exempt and need not pay more than who leaves (rule 17). */
  readonly #tip: bigint | undefined;
  /** In which victims are looked for, in this order. */
  readonly #heaps: TailHeap[];
  /** Senders that are passed over in the heaps: the newcomer's, and those of whom some were handed out. */
  readonly #passed = new Map<SenderTransactions, { transactions: number; slots: number }>();

  constructor(store: PoolStore, newcomer: Newcomer, ownSlots: number) {
    this.#store = store;
    this.#status = newcomer.status;
    this.#sender = newcomer.sender;
    this.#tip = store.isExempt(newcomer) ? undefined : effectiveTip(newcomer.transaction, store.baseFee);
    if (newcomer.status === 'queued') this.#heaps = [store.queued];
    // Rule 15: surplus yields to anybody, a guaranteed slot only to a guaranteed slot.
    else if (store.pendingHeap(ownSlots) === store.surplus) this.#heaps = [store.surplus];
    else this.#heaps = [store.surplus, store.guaranteed];
    // Rule 16: never the newcomer's own sender.
    this.#passed.set(newcomer.sender, { transactions: 0, slots: 0 });
  }

  next(): Entry | Refused {
    let dearerOnly = false;
    for (const heap of this.#heaps) {
      const candidate = this.#first(heap);
      if (candidate === undefined) continue;
      if (this.#tip === undefined || candidate.tip < this.#tip) {
        this.#pass(candidate.entry);
        return candidate.entry;
      }
      dearerOnly = true;
    }
    return dearerOnly ? refuse('underpriced', 'transaction underpriced') : poolFull();
  }

  #first(heap: TailHeap): Candidate | undefined {
    const tail = heap.first(this.#passed);
    let first: Candidate | undefined;
    if (tail !== undefined) {
      first = { entry: tail.sender.last(this.#status)!, tip: tail.tip, sequence: tail.sequence };
    }
    for (const [sender, passed] of this.#passed) {
      if (sender === this.#sender) continue;
      const entry = sender.last(this.#status, passed.transactions);
      if (entry === undefined || this.#store.isExempt(entry)) continue;
      if (this.#status === 'pending') {
        if (this.#store.pendingHeap(sender.load.pending.slots - passed.slots) !== heap) continue;
      }
      const tip = effectiveTip(entry.transaction, this.#store.baseFee);
      const candidate = { entry, tip, sequence: entry.sequence };
      if (first === undefined || leavesBefore(candidate, first)) first = candidate;
    }
    return first;
  }

  #pass(entry: Entry): void {
    const sender = this.#store.senders.get(entry.transaction.sender)!;
    const passed = this.#passed.get(sender) ?? { transactions: 0, slots: 0 };
    passed.transactions++;
    passed.slots += slotsOf(entry.transaction, this.#store.options.slotBytes);
    this.#passed.set(sender, passed);
  }
}
