/**
 * The pool of transactions that are valid but not yet included: pure, synchronous, its clock an argument.
 *
 *   add ── admission.ts  is it good enough?      rules 1-9
 *       ── room.ts       who must leave for it?  rules 12-18
 *       ── store.ts      in it goes
 *       ── promote       what it frees           rules 10, 19
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
import { fits } from './load.ts';
import { resolveMempoolOptions, type MempoolOptions } from './options.ts';
import type { Departure, DepartureReason, Outcome, Refused } from './outcome.ts';
import { costOf } from './price.ts';
import { limitsOf, planRoom, type Limits } from './room.ts';
import { SenderTransactions, type Entry, type Origin, type PoolStatus } from './sender-transactions.ts';
import { PoolStore } from './store.ts';

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

/** What changed. No transaction is in two of the lists. */
export interface PoolChange {
  departed: Departure[];
  /** Sender by sender, in nonce order. */
  promoted: Transaction[];
  demoted: Transaction[];
}

/** Told of every change, whatever made it, when the pool is in order again. Must not change the pool. */
export type PoolListener = (change: PoolChange) => void;

interface Change {
  departed: Departure[];
  promoted: Entry[];
  demoted: Entry[];
}

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
    const sender =
      this.#store.senders.get(tx.sender) ?? new SenderTransactions(tx.sender, this.#state.nonce(tx.sender));
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

    this.#nowMs = nowMs;
    const change: Change = { departed: [], promoted: [], demoted: [] };
    if (replaced !== undefined)
      change.departed.push({ transaction: replaced.transaction, reason: 'replaced' });
    for (const entry of plan.displaced) this.#drop(entry, 'evicted', change);
    for (const entry of plan.evicted) this.#evict(entry, change);

    if (replaced === undefined) {
      const entry = this.#store.insert(sender, tx, origin, nowMs);
      if (status === 'pending') change.promoted.push(entry);
      this.#promote(sender, change);
    } else {
      const entry = this.#store.replace(sender, replaced, tx, origin, nowMs);
      if (status === 'pending') change.promoted.push(entry);
    }
    const outcome: Outcome = {
      status,
      hash: tx.hash,
      promoted: change.promoted.map((entry) => entry.transaction),
      departed: change.departed,
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
    this.#nowMs = nowMs;
    this.#evicted.forget(nowMs);
    const change: Change = { departed: [], promoted: [], demoted: [] };
    const lifetimeMs = { pending: this.options.pendingLifetimeMs, queued: this.options.queuedLifetimeMs };
    const old = (entry: Entry): boolean => nowMs - entry.sinceMs > lifetimeMs[entry.status];
    for (const sender of [...this.#store.senders.values()]) {
      if (sender.entries.some(old)) this.#depart(sender, old, 'expired', change);
    }
    return this.#told(change).departed;
  }

  /**
   * Rule 11. The account view moved to another head: `addresses` changed; all senders when omitted. The base fee and
   * the block gas limit are read anew. Must be called when the nonce or the balance of a sender changed.
   */
  onHead(addresses: Iterable<Hex> | undefined, nowMs: number): PoolChange {
    this.#nowMs = nowMs;
    this.#store.baseFee = this.#state.baseFee;
    const lowered = this.#state.blockGasLimit < this.#blockGasLimit;
    this.#blockGasLimit = this.#state.blockGasLimit;
    const change: Change = { departed: [], promoted: [], demoted: [] };
    const all = addresses === undefined || lowered;
    for (const address of all ? [...this.#store.senders.keys()] : addresses) {
      // Gone meanwhile when what an earlier sender promoted took the last of its places.
      const sender = this.#store.senders.get(address);
      if (sender !== undefined) this.#settle(sender, change);
    }
    return this.#told(change);
  }

  /** Takes one out, whatever its place; what stood on it becomes queued. Nothing when the pool has not got it. */
  remove(hash: Hex, reason: DepartureReason): PoolChange {
    const change: Change = { departed: [], promoted: [], demoted: [] };
    const entry = this.#store.byHash.get(hash);
    if (entry !== undefined) {
      const sender = this.#store.senders.get(entry.transaction.sender)!;
      this.#depart(sender, (other) => other === entry, reason, change);
    }
    return this.#told(change);
  }

  /** For tests and bug hunts. O(pool). @throws {Error} saying which invariant does not hold. */
  checkInvariants(): void {
    checkInvariants(this.#store, this.#limits);
  }

  #told(change: Change): PoolChange {
    const lasting = summary(change);
    this.#tell(lasting);
    return lasting;
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

  /** Rules 10 and 19: what continues the pending ones becomes pending; the first that finds no room leaves. */
  #promote(sender: SenderTransactions, change: Change): void {
    for (;;) {
      const entry = sender.entries[sender.pendingCount];
      if (entry?.transaction.nonce !== sender.nextNonce) return;
      const { transaction, origin } = entry;
      const plan = planRoom(this.#store, this.#limits, { transaction, origin, sender, status: 'pending' });
      if ('code' in plan) {
        if (plan.code === 'sender-limit') this.#drop(entry, 'evicted', change);
        else this.#evict(entry, change);
        return;
      }
      for (const victim of plan.evicted) this.#evict(victim, change);
      change.promoted.push(this.#store.promoteNext(sender, this.#nowMs));
    }
  }

  /** Rule 11, for one sender. */
  #settle(sender: SenderTransactions, change: Change): void {
    const stateNonce = this.#state.nonce(sender.address);
    let funds = this.#state.balance(sender.address);
    const keep: Entry[] = [];
    for (const entry of sender.entries) {
      const { transaction } = entry;
      if (transaction.nonce < stateNonce) {
        change.departed.push({ transaction, reason: 'included' });
      } else if (costOf(transaction) > funds || transaction.gasLimit > this.#blockGasLimit) {
        change.departed.push({ transaction, reason: 'unpayable' });
      } else {
        keep.push(entry);
      }
    }
    // Together they cost too much: the highest nonces leave, for they would be executed last.
    for (const entry of keep) funds -= costOf(entry.transaction);
    while (funds < 0n) {
      const { transaction } = keep.pop()!;
      funds += costOf(transaction);
      change.departed.push({ transaction, reason: 'unpayable' });
    }
    this.#rearrange(sender, stateNonce, keep, change);
    this.#promote(sender, change);
  }

  #depart(
    sender: SenderTransactions,
    leaves: (entry: Entry) => boolean,
    reason: DepartureReason,
    change: Change,
  ): void {
    const keep: Entry[] = [];
    for (const entry of sender.entries) {
      if (leaves(entry)) change.departed.push({ transaction: entry.transaction, reason });
      else keep.push(entry);
    }
    this.#rearrange(sender, sender.stateNonce, keep, change);
  }

  /** What is demoted may bring the queue over its limits: the sender's highest, then the cheapest of all leave. */
  #rearrange(sender: SenderTransactions, stateNonce: bigint, keep: Entry[], change: Change): void {
    const moved = stateNonce !== sender.stateNonce;
    if (!moved && keep.length === sender.entries.length) return;
    change.demoted.push(...this.#store.rearrange(sender, stateNonce, keep, this.#nowMs));
    while (!fits(sender.load.queued, this.#limits.perSender.queued)) {
      this.#drop(sender.last('queued')!, 'evicted', change);
    }
    while (!fits(this.#store.load.queued, this.#limits.global.queued)) {
      const cheapest = this.#store.queued.first(NOBODY)?.sender ?? sender;
      this.#evict(cheapest.last('queued')!, change);
    }
  }

  /** Rules 14 and 20: for want of room in the pool, and remembered, so that it is not brought back at once. */
  #evict(entry: Entry, change: Change): void {
    this.#drop(entry, 'evicted', change);
    this.#evicted.remember(entry.transaction.hash, this.#nowMs);
  }

  #drop(entry: Entry, reason: DepartureReason, change: Change): void {
    this.#store.drop(entry);
    change.departed.push({ transaction: entry.transaction, reason });
  }
}

const NOBODY: ReadonlySet<SenderTransactions> = new Set();

/** What a sender was promoted or demoted to may have been undone for a sender after it; only what lasted is told. */
function summary({ departed, promoted, demoted }: Change): PoolChange {
  const left = new Set(departed.map(({ transaction }) => transaction.hash));
  const lasting = (entries: Entry[]): Transaction[] =>
    entries.map(({ transaction }) => transaction).filter(({ hash }) => !left.has(hash));
  return { departed, promoted: lasting(promoted), demoted: lasting(demoted) };
}
