/**
 * The pool of transactions that are valid but not yet included: pure, synchronous, its clock an argument.
 *
 *   add ── admission.ts  is it good enough?      rules 1-9
 *       ── room.ts       who must leave for it?  rules 12-18
 *       ── store.ts      in it goes
 *       ── pool-update   what it frees           rules 10, 19
 *
 * The rules, numbered, with their reasons, are in README.md beside this file.
 */
import type { Hex } from '../bytes.ts';
import type { DecodedTransaction, Transaction } from '../transaction/transaction.ts';
import type { AccountView } from './account-view.ts';
import {
  ALREADY_KNOWN,
  checkFloor,
  checkFunds,
  checkGasLimit,
  checkNonce,
  checkReplacement,
  refuse,
} from './admission.ts';
import { HashMemory } from './hash-memory.ts';
import { checkInvariants } from './invariants.ts';
import { resolveMempoolOptions, type MempoolOptions } from './options.ts';
import type { Departure, DepartureReason, Outcome, Refused } from './outcome.ts';
import { PoolUpdate, type PoolChange } from './pool-update.ts';
import { limitsOf, planRoom, type Limits } from './room.ts';
import { SenderTransactions, type Entry, type Origin, type PoolStatus } from './sender-transactions.ts';
import { notTakenBack, settle } from './settle.ts';
import { PoolStore } from './store.ts';

export type { PoolChange } from './pool-update.ts';
export type { Origin } from './sender-transactions.ts';

export interface PooledTransaction {
  transaction: Transaction;
  status: PoolStatus;
  origin: Origin;
  addedAtMs: number;
}

export interface PoolCounts {
  pending: number;
  queued: number;
  pendingSlots: number;
  queuedSlots: number;
  /** Of canonical encodings. */
  pendingBytes: number;
  queuedBytes: number;
  senders: number;
}

/** A sender's transactions, each list in nonce order. */
export interface SenderContent {
  pending: Transaction[];
  queued: Transaction[];
}

/** A transaction the chain gives back: it was in the pool, in a block, and is in no block any more. */
export interface GivenBack {
  transaction: Transaction;
  origin: Origin;
}

export interface Returned extends GivenBack {
  /** `departed` is empty: who left for it is in the change it came with. */
  outcome: Outcome;
}

/** What is returned and pending is among the promoted; what is refused is in none of the lists. */
export interface HeadChange extends PoolChange {
  /** Of what was given back, in that order. */
  returned: Returned[];
}

/** Told of every change, whatever made it, when the pool is in order again. Must not change the pool. */
export type PoolListener = (change: PoolChange) => void;

export class Mempool {
  readonly options: Readonly<MempoolOptions>;
  readonly #state: AccountView;
  readonly #limits: Limits;
  readonly #store: PoolStore;
  readonly #evicted: HashMemory;
  readonly #listeners = new Set<PoolListener>();
  #blockGasLimit: bigint;
  /** The latest time the pool was told. */
  #nowMs = 0;

  /** @throws {RangeError} on an option that has no meaning. */
  constructor(state: AccountView, options: Partial<MempoolOptions> = {}) {
    this.options = resolveMempoolOptions(options);
    this.#state = state;
    this.#limits = limitsOf(this.options);
    this.#store = new PoolStore(this.options, state.baseFee);
    this.#evicted = new HashMemory(this.options.maxEvictedRemembered, this.options.evictedRememberedMs);
    this.#blockGasLimit = state.blockGasLimit;
  }

  /** Rules 1-4: what can be refused before the signature is recovered, which is the dear part. Changes nothing. */
  precheck(tx: DecodedTransaction, origin: Origin, nowMs: number): Refused | undefined {
    if (this.#store.byHash.has(tx.hash)) return ALREADY_KNOWN;
    return (
      checkGasLimit(tx, this.#blockGasLimit) ??
      (this.#store.isExempt({ origin }) ? undefined : checkFloor(tx, this.options)) ??
      (origin === 'local' ? undefined : this.#checkEvicted(tx.hash, nowMs))
    );
  }

  /** Every rule, `precheck`'s included. A refusal changes nothing. */
  add(tx: Transaction, origin: Origin, nowMs: number): Outcome {
    const dismissed = this.precheck(tx, origin, nowMs);
    if (dismissed !== undefined) return dismissed;
    const sender = this.#store.senders.get(tx.sender) ?? this.#newSender(tx.sender);
    const nextNonce = sender.nextNonce;
    const replaced = sender.at(tx.nonce);
    const old = replaced?.transaction;
    const refused =
      checkNonce(tx, sender.stateNonce, nextNonce, this.options.maxNonceGap) ??
      checkFunds(tx, this.#state.balance(tx.sender), sender.cost, old) ??
      (old === undefined ? undefined : checkReplacement(tx, old, this.options.replacementBumpPercent));
    if (refused !== undefined) return refused;

    const status = tx.nonce <= nextNonce ? 'pending' : 'queued';
    const plan = planRoom(this.#store, this.#limits, { transaction: tx, origin, sender, status, replaced });
    if ('code' in plan) return plan;

    const update = this.#update(nowMs);
    if (replaced !== undefined) {
      update.departed.push({ transaction: replaced.transaction, reason: 'replaced' });
    }
    for (const entry of plan.displaced) update.drop(entry, 'evicted');
    for (const entry of plan.evicted) update.evict(entry);

    if (replaced === undefined) {
      const entry = this.#store.insert(sender, tx, origin, nowMs);
      if (status === 'pending') update.promoted.push(entry);
      update.promote(sender);
    } else {
      const entry = this.#store.replace(sender, replaced, tx, origin, nowMs);
      if (status === 'pending') update.promoted.push(entry);
    }
    const outcome: Outcome = {
      status,
      hash: tx.hash,
      promoted: update.promoted.map((entry) => entry.transaction),
      departed: update.departed,
    };
    this.#tell({ promoted: outcome.promoted, departed: outcome.departed, demoted: [] });
    return outcome;
  }

  /** @returns what ends it. */
  subscribe(listener: PoolListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  has(hash: Hex): boolean {
    return this.#store.byHash.has(hash);
  }

  get(hash: Hex): PooledTransaction | undefined {
    const entry = this.#store.byHash.get(hash);
    if (entry === undefined) return undefined;
    const { transaction, status, origin, addedAtMs } = entry;
    return { transaction, status, origin, addedAtMs };
  }

  /** The nonce after the sender's last executable transaction: eth_getTransactionCount(address, 'pending'). */
  nextNonce(address: Hex): bigint {
    return this.#store.senders.get(address)?.nextNonce ?? this.#state.nonce(address);
  }

  /** Whose transactions are in it. The pool must not change while this is walked. */
  senders(): Iterable<Hex> {
    return this.#store.senders.keys();
  }

  /** As `AccountView.prepare`, of the senders about to be added. */
  prepare(senders: readonly Hex[]): Promise<void> | undefined {
    return this.#state.prepare?.(senders);
  }

  /** By sender. O(pool). */
  content(): Map<Hex, SenderContent> {
    const content = new Map<Hex, SenderContent>();
    for (const address of this.#store.senders.keys()) content.set(address, this.contentFrom(address));
    return content;
  }

  contentFrom(address: Hex): SenderContent {
    const sender = this.#store.senders.get(address);
    return {
      pending: sender?.transactions('pending') ?? [],
      queued: sender?.transactions('queued') ?? [],
    };
  }

  get counts(): PoolCounts {
    const { pending, queued } = this.#store.load;
    return {
      pending: pending.transactions,
      queued: queued.transactions,
      pendingSlots: pending.slots,
      queuedSlots: queued.slots,
      pendingBytes: pending.bytes,
      queuedBytes: queued.bytes,
      senders: this.#store.senders.size,
    };
  }

  /** Pending and queued. The pool must not change while this is walked. */
  hashes(): Iterable<Hex> {
    return this.#store.byHash.keys();
  }

  /**
   * The sum of the pending hashes, as big-endian numbers, modulo 2^256: of the set alone, not of its order. Kept up to
   * date (0.3 us a change). Two pools differ by chance with equal digests once in 2^256; one who makes transactions for
   * the purpose can do it sooner.
   */
  get pendingDigest(): bigint {
    return this.#store.pendingDigest;
  }

  /** Sender by sender, in nonce order. The pool must not change while this is walked. */
  *pendingTransactions(): Iterable<Transaction> {
    for (const sender of this.#store.senders.values()) {
      for (let i = 0; i < sender.pendingCount; i++) yield sender.entries[i]!.transaction;
    }
  }

  /**
   * Rule 21. Drops what is too old, and what of the evicted is remembered too long. What stood on an expired pending
   * one becomes queued; should the queue then be over its limits, others depart as evicted. O(pool).
   */
  expire(nowMs: number): Departure[] {
    const update = this.#update(nowMs);
    this.#evicted.forget(nowMs);
    const lifetimeMs = { pending: this.options.pendingLifetimeMs, queued: this.options.queuedLifetimeMs };
    const isOld = (entry: Entry): boolean => nowMs - entry.sinceMs > lifetimeMs[entry.status];
    const senders = [...this.#store.senders.values()].filter(({ entries }) => entries.some(isOld));
    for (const sender of senders) depart(sender, isOld, 'expired', update);
    update.trim('queued', senders);
    return this.#told(update).departed;
  }

  /**
   * Rule 11. The account view moved to another head: `addresses` changed; all senders when omitted. The base fee and
   * the block gas limit are read anew. Must be called when the nonce or the balance of a sender changed. What a
   * reorganisation gives back, each once, comes in the same step, so that what stands on it is not taken for stranded
   * meanwhile.
   */
  onHead(
    addresses: Iterable<Hex> | undefined,
    nowMs: number,
    givenBack: readonly GivenBack[] = [],
  ): HeadChange {
    const update = this.#update(nowMs);
    this.#store.baseFee = this.#state.baseFee;
    const lowered = this.#state.blockGasLimit < this.#blockGasLimit;
    this.#blockGasLimit = this.#state.blockGasLimit;

    const given = this.#entriesFor(givenBack, nowMs);
    const all = addresses === undefined || lowered;
    const senders: SenderTransactions[] = [];
    for (const address of new Set([...(all ? this.#store.senders.keys() : addresses), ...given.keys()])) {
      const sender =
        this.#store.senders.get(address) ?? (given.has(address) ? this.#newSender(address) : undefined);
      if (sender === undefined) continue;
      this.#settle(sender, given.get(address) ?? [], update);
      senders.push(sender);
    }
    update.trim('pending', senders);
    for (const sender of senders) update.promote(sender);
    update.trim('queued', senders);

    const returned = givenBack.map((each) => ({
      ...each,
      outcome: this.#outcomeOf(each.transaction, update),
    }));
    return { ...this.#told(update), returned };
  }

  /** Takes one out, whatever its place; what stood on it becomes queued. Nothing when the pool has not got it. */
  remove(hash: Hex, reason: DepartureReason): PoolChange {
    const update = this.#update(this.#nowMs);
    const entry = this.#store.byHash.get(hash);
    if (entry !== undefined) {
      const sender = this.#store.senders.get(entry.transaction.sender)!;
      depart(sender, (other) => other === entry, reason, update);
      update.trim('queued', [sender]);
    }
    return this.#told(update);
  }

  /** For tests and bug hunts. O(pool). @throws {Error} saying which invariant does not hold. */
  checkInvariants(): void {
    checkInvariants(this.#store, this.#limits);
  }

  #update(nowMs: number): PoolUpdate {
    this.#nowMs = nowMs;
    return new PoolUpdate(this.#store, this.#limits, this.#evicted, nowMs);
  }

  #newSender(address: Hex): SenderTransactions {
    return new SenderTransactions(address, this.#state.nonce(address));
  }

  #told(update: PoolUpdate): PoolChange {
    const change = update.change();
    this.#tell(change);
    return change;
  }

  #tell(change: PoolChange): void {
    if (change.promoted.length + change.departed.length + change.demoted.length === 0) return;
    for (const listener of this.#listeners) listener(change);
  }

  /** Rule 4. */
  #checkEvicted(hash: Hex, nowMs: number): Refused | undefined {
    const remainingMs = this.#evicted.remainingMs(hash, nowMs);
    if (remainingMs === 0) return undefined;
    const seconds = Math.ceil(remainingMs / 1000);
    return refuse(
      'recently-evicted',
      `transaction underpriced: recently evicted from a full pool, try again in ${seconds} s`,
    );
  }

  /** By sender. Not of what is pooled already. */
  #entriesFor(givenBack: readonly GivenBack[], nowMs: number): Map<Hex, Entry[]> {
    const entries = new Map<Hex, Entry[]>();
    for (const { transaction, origin } of givenBack) {
      if (this.#store.byHash.has(transaction.hash)) continue;
      const entry = this.#store.entry(transaction, origin, 'pending', nowMs);
      const ofSender = entries.get(transaction.sender);
      if (ofSender === undefined) entries.set(transaction.sender, [entry]);
      else ofSender.push(entry);
    }
    return entries;
  }

  /** Rule 11, for one sender. `given` come back. */
  #settle(sender: SenderTransactions, given: readonly Entry[], update: PoolUpdate): void {
    const nonce = this.#state.nonce(sender.address);
    const standing = {
      nonce,
      balance: this.#state.balance(sender.address),
      blockGasLimit: this.#blockGasLimit,
    };
    const { keep, leaving } = settle(sender.entries, given, standing, this.options.replacementBumpPercent);
    update.arrange(sender, nonce, keep, leaving, given);
  }

  /** What became of a transaction the chain gave back. */
  #outcomeOf(transaction: Transaction, update: PoolUpdate): Outcome {
    const { hash } = transaction;
    const entry = this.#store.byHash.get(hash);
    if (entry === undefined) {
      const { reason } = update.departed.find((departure) => departure.transaction.hash === hash)!;
      return notTakenBack(transaction, reason, this.#blockGasLimit);
    }
    if (!update.newcomers.has(entry)) return ALREADY_KNOWN;
    const { status } = entry;
    return { status, hash, promoted: status === 'pending' ? [transaction] : [], departed: [] };
  }
}

function depart(
  sender: SenderTransactions,
  leaves: (entry: Entry) => boolean,
  reason: DepartureReason,
  update: PoolUpdate,
): void {
  const keep: Entry[] = [];
  const leaving: [Entry, DepartureReason][] = [];
  for (const entry of sender.entries) {
    if (leaves(entry)) leaving.push([entry, reason]);
    else keep.push(entry);
  }
  update.arrange(sender, sender.stateNonce, keep, leaving);
}
