import type { Hex } from '../bytes.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { count, noLoad, type Load } from './load.ts';
import type { MempoolOptions } from './options.ts';
import { costOf, effectiveTip } from './price.ts';
import { SenderTransactions, type Entry, type Origin, type PoolStatus } from './sender-transactions.ts';
import { TailHeap } from './tail-heap.ts';

/**
 * The pool's indices, and the handful of moves that keep them in agreement:
 *
 *   hash   -> entry
 *   sender -> its entries in nonce order, pending before queued
 *   tails  -> senders by the price of their last pending (surplus | guaranteed) and last queued one
 *   loads  -> transactions, slots, bytes; of the pool and of each sender, pending and queued apart
 *
 * It decides nothing: the rules are in mempool.ts, admission.ts and room.ts.
 */
export class PoolStore {
  readonly byHash = new Map<Hex, Entry>();
  readonly senders = new Map<Hex, SenderTransactions>();
  readonly load: Readonly<Record<PoolStatus, Load>> = { pending: noLoad(), queued: noLoad() };
  /** Last pending ones of senders that hold more than the guaranteed slots. */
  readonly surplus = new TailHeap();
  /** Last pending ones of the other senders. */
  readonly guaranteed = new TailHeap();
  /** Last queued ones. */
  readonly queued = new TailHeap();
  readonly options: Readonly<MempoolOptions>;
  #baseFee: bigint;
  #pendingDigest = 0n;
  #sequence = 0;

  constructor(options: Readonly<MempoolOptions>, baseFee: bigint) {
    this.options = options;
    this.#baseFee = baseFee;
  }

  /** Wei per gas, of the head the tails are ordered by. */
  get baseFee(): bigint {
    return this.#baseFee;
  }

  /** Orders the tails anew. O(senders). */
  set baseFee(baseFee: bigint) {
    if (baseFee === this.#baseFee) return;
    this.#baseFee = baseFee;
    for (const heap of [this.surplus, this.guaranteed, this.queued]) {
      for (const tail of heap) {
        const entry = tail.sender.last(heap === this.queued ? 'queued' : 'pending')!;
        tail.tip = effectiveTip(entry.transaction, baseFee);
      }
      heap.reorder();
    }
  }

  /** The sum of the pending hashes, as big-endian numbers, modulo 2^256: of the set alone, not of its order. */
  get pendingDigest(): bigint {
    return this.#pendingDigest;
  }

  /** Rule 17. */
  isExempt(entry: { origin: Origin }): boolean {
    return this.options.exemptLocals && entry.origin === 'local';
  }

  /** The order of eviction that holds for the last pending one of a sender with so many pending slots. */
  pendingHeap(slots: number): TailHeap {
    return slots > this.options.guaranteedSlotsPerSender ? this.surplus : this.guaranteed;
  }

  /** In no index yet. */
  entry(transaction: Transaction, origin: Origin, status: PoolStatus, nowMs: number): Entry {
    return { transaction, origin, addedAtMs: nowMs, sequence: this.#sequence++, status, sinceMs: nowMs };
  }

  /** A transaction of a nonce its sender has none of. Pending when it continues the pending ones. */
  insert(sender: SenderTransactions, transaction: Transaction, origin: Origin, nowMs: number): Entry {
    const status = transaction.nonce === sender.nextNonce ? 'pending' : 'queued';
    const entry = this.entry(transaction, origin, status, nowMs);
    this.byHash.set(transaction.hash, entry);
    sender.entries.splice(sender.indexOf(transaction.nonce), 0, entry);
    if (status === 'pending') sender.pendingCount++;
    this.senders.set(sender.address, sender);
    this.#count(sender, entry, 1);
    this.#refresh(sender);
    return entry;
  }

  /** A transaction in the place of `old`, which has its nonce. */
  replace(
    sender: SenderTransactions,
    old: Entry,
    transaction: Transaction,
    origin: Origin,
    nowMs: number,
  ): Entry {
    const entry = this.entry(transaction, origin, old.status, nowMs);
    sender.entries[sender.indexOf(transaction.nonce)] = entry;
    this.byHash.delete(old.transaction.hash);
    this.byHash.set(transaction.hash, entry);
    this.#count(sender, old, -1);
    this.#count(sender, entry, 1);
    this.#refresh(sender);
    return entry;
  }

  /** The first queued one, which continues the pending ones, becomes pending. */
  promoteNext(sender: SenderTransactions, nowMs: number): Entry {
    const entry = sender.entries[sender.pendingCount]!;
    this.#count(sender, entry, -1);
    entry.status = 'pending';
    entry.sinceMs = nowMs;
    sender.pendingCount++;
    this.#count(sender, entry, 1);
    this.#refresh(sender);
    return entry;
  }

  /** A queued one, or the last pending one: nothing pending stands on it. */
  drop(entry: Entry): void {
    const sender = this.senders.get(entry.transaction.sender)!;
    sender.entries.splice(sender.indexOf(entry.transaction.nonce), 1);
    if (entry.status === 'pending') sender.pendingCount--;
    this.byHash.delete(entry.transaction.hash);
    this.#count(sender, entry, -1);
    this.#refresh(sender);
  }

  /**
   * The sender has `keep` from now on, in nonce order, over an account at `stateNonce`; some of it may be new. What
   * says it is pending and does not run from there without a gap becomes queued, and is returned. O(its entries).
   */
  rearrange(sender: SenderTransactions, stateNonce: bigint, keep: Entry[], nowMs: number): Entry[] {
    for (const entry of sender.entries) {
      this.byHash.delete(entry.transaction.hash);
      this.#count(sender, entry, -1);
    }
    this.senders.set(sender.address, sender);
    sender.stateNonce = stateNonce;
    sender.entries = keep;
    sender.pendingCount = 0;
    const demoted: Entry[] = [];
    for (const entry of keep) {
      if (entry.status === 'pending') {
        if (entry.transaction.nonce === sender.nextNonce) {
          sender.pendingCount++;
        } else {
          entry.status = 'queued';
          entry.sinceMs = nowMs;
          demoted.push(entry);
        }
      }
      this.byHash.set(entry.transaction.hash, entry);
      this.#count(sender, entry, 1);
    }
    this.#refresh(sender);
    return demoted;
  }

  #count(sender: SenderTransactions, entry: Entry, sign: 1 | -1): void {
    count(this.load[entry.status], entry.transaction, this.options.slotBytes, sign);
    count(sender.load[entry.status], entry.transaction, this.options.slotBytes, sign);
    const cost = costOf(entry.transaction);
    sender.cost += sign === 1 ? cost : -cost;
    if (entry.status === 'pending') {
      const hash = BigInt(entry.transaction.hash);
      this.#pendingDigest = BigInt.asUintN(256, this.#pendingDigest + (sign === 1 ? hash : -hash));
    }
  }

  /** Puts the sender's tails where they now belong; forgets a sender that has nothing left. */
  #refresh(sender: SenderTransactions): void {
    this.#refreshTail(sender, 'pending', this.pendingHeap(sender.load.pending.slots));
    this.#refreshTail(sender, 'queued', this.queued);
    if (sender.entries.length === 0) this.senders.delete(sender.address);
  }

  #refreshTail(sender: SenderTransactions, status: PoolStatus, heap: TailHeap): void {
    const entry = sender.last(status);
    const tail = sender.tails[status];
    if (entry === undefined || this.isExempt(entry)) {
      tail?.heap?.remove(tail);
      sender.tails[status] = undefined;
      return;
    }
    if (tail?.heap === heap && tail.sequence === entry.sequence) return;
    const tip = effectiveTip(entry.transaction, this.#baseFee);
    if (tail === undefined) {
      const fresh = { sender, tip, sequence: entry.sequence, heap: undefined, position: -1 };
      sender.tails[status] = fresh;
      heap.push(fresh);
      return;
    }
    if (tail.heap !== heap) tail.heap?.remove(tail);
    tail.tip = tip;
    tail.sequence = entry.sequence;
    if (tail.heap === heap) heap.moved(tail);
    else heap.push(tail);
  }
}
