/**
 * The pool as its README says it, with nothing in mind but being plainly right: one list, walked and sorted over and
 * over. The model the real one is compared with.
 */
import type { Hex } from '../../../src/bytes.ts';
import type { AccountView } from '../../../src/mempool/account-view.ts';
import type { MempoolOptions } from '../../../src/mempool/options.ts';
import type { DepartureReason } from '../../../src/mempool/outcome.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';

type Origin = 'local' | 'remote';
type Status = 'pending' | 'queued';

interface Item {
  tx: Transaction;
  origin: Origin;
  status: Status;
  order: number;
  sinceMs: number;
  /** Given back in the change that is being made. */
  isBack?: boolean;
}

interface Gone {
  hash: Hex;
  reason: DepartureReason;
}

/** Hashes in place of transactions, otherwise the pool's outcome. */
export type NaiveOutcome =
  { status: 'refused'; code: string } | { status: Status; promoted: Hex[]; departed: Gone[] };

export interface NaiveChange {
  departed: Gone[];
  promoted: Hex[];
  demoted: Hex[];
}

export interface NaiveHeadChange extends NaiveChange {
  /** What each that was given back is now: its status, 'known', or why it is not there. */
  returned: string[];
}

const cost = (tx: Transaction): bigint => tx.gasLimit * tx.feeCap + tx.value;
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

export class NaivePool {
  items: Item[] = [];
  evictedUntilMs = new Map<Hex, number>();
  state: AccountView;
  o: MempoolOptions;
  baseFee: bigint;
  blockGasLimit: bigint;
  /** Account nonces as last looked at. */
  nonces = new Map<Hex, bigint>();
  order = 0;
  nowMs = 0;

  constructor(state: AccountView, options: MempoolOptions) {
    this.state = state;
    this.o = options;
    this.baseFee = state.baseFee;
    this.blockGasLimit = state.blockGasLimit;
  }

  // Looking

  of(sender: Hex, status?: Status): Item[] {
    return this.items
      .filter((item) => item.tx.sender === sender && (status === undefined || item.status === status))
      .sort((a, b) => (a.tx.nonce < b.tx.nonce ? -1 : 1));
  }

  accountNonce(sender: Hex): bigint {
    return this.of(sender).length > 0 ? this.nonces.get(sender)! : this.state.nonce(sender);
  }

  nextNonce(sender: Hex): bigint {
    return this.accountNonce(sender) + BigInt(this.of(sender, 'pending').length);
  }

  tip(tx: Transaction): bigint {
    const left = tx.feeCap - this.baseFee;
    return left < tx.tipCap ? left : tx.tipCap;
  }

  slots(items: Item[]): number {
    return sum(items.map(({ tx }) => Math.ceil(tx.raw.length / this.o.slotBytes)));
  }

  isExempt(item: { origin: Origin }): boolean {
    return this.o.exemptLocals && item.origin === 'local';
  }

  fits(items: Item[], transactions: number, slots: number, bytes: number): boolean {
    return (
      items.length <= transactions &&
      this.slots(items) <= slots &&
      sum(items.map(({ tx }) => tx.raw.length)) <= bytes
    );
  }

  poolFits(items: Item[], status: Status): boolean {
    const o = this.o;
    return status === 'pending'
      ? this.fits(items, o.maxPendingTransactions, o.maxPendingSlots, o.maxPendingBytes)
      : this.fits(items, o.maxQueuedTransactions, o.maxQueuedSlots, o.maxQueuedBytes);
  }

  senderFits(items: Item[], status: Status): boolean {
    const o = this.o;
    return status === 'pending'
      ? this.fits(
          items,
          o.maxPendingTransactionsPerSender,
          o.maxPendingSlotsPerSender,
          o.maxPendingBytesPerSender,
        )
      : this.fits(
          items,
          o.maxQueuedTransactionsPerSender,
          o.maxQueuedSlotsPerSender,
          o.maxQueuedBytesPerSender,
        );
  }

  /** Everybody's last one of that status, the first to leave first. */
  tails(items: Item[]): Item[] {
    const highest = new Map<Hex, Item>();
    for (const item of items) {
      const other = highest.get(item.tx.sender);
      if (other === undefined || other.tx.nonce < item.tx.nonce) highest.set(item.tx.sender, item);
    }
    return [...highest.values()]
      .filter((item) => !this.isExempt(item))
      .sort((a, b) => {
        const [x, y] = [this.tip(a.tx), this.tip(b.tx)];
        return x === y ? b.order - a.order : x < y ? -1 : 1;
      });
  }

  // Adding

  add(tx: Transaction, origin: Origin, nowMs: number): NaiveOutcome {
    const refused = (code: string): NaiveOutcome => ({ status: 'refused', code });
    const exempt = this.isExempt({ origin });
    if (this.items.some((item) => item.tx.hash === tx.hash)) return refused('known');
    if (tx.gasLimit > this.blockGasLimit) return refused('gas-limit-above-block');
    if (!exempt && (tx.tipCap < this.o.minTipWei || tx.feeCap < this.o.minFeeCapWei)) {
      return refused('tip-too-low');
    }
    if (origin === 'remote' && (this.evictedUntilMs.get(tx.hash) ?? nowMs) > nowMs) {
      return refused('recently-evicted');
    }

    const accountNonce = this.accountNonce(tx.sender);
    const nextNonce = this.nextNonce(tx.sender);
    const mine = this.of(tx.sender);
    const old = mine.find((item) => item.tx.nonce === tx.nonce);
    if (tx.nonce < accountNonce) return refused('nonce-too-low');
    if (Number(tx.nonce - nextNonce) > this.o.maxNonceGap) return refused('nonce-too-far');

    const balance = this.state.balance(tx.sender);
    if (cost(tx) > balance) return refused('insufficient-funds');
    const together = [...mine.filter((item) => item !== old).map((item) => item.tx), tx];
    if (together.reduce((total, each) => total + cost(each), 0n) > balance) {
      return refused('insufficient-funds-cumulative');
    }
    if (old !== undefined) {
      if (!this.replaces(tx, old.tx)) return refused('replacement-underpriced');
    }

    const status = tx.nonce <= nextNonce ? 'pending' : 'queued';
    const item: Item = { tx, origin, status, order: this.order, sinceMs: nowMs };
    const leaving = this.whoLeaves(
      item,
      this.items.filter((each) => each !== old),
    );
    if ('code' in leaving) return refused(leaving.code);

    this.nowMs = nowMs;
    this.order++;
    this.nonces.set(tx.sender, accountNonce);
    const departed: Gone[] = [];
    if (old !== undefined) {
      this.items = this.items.filter((each) => each !== old);
      departed.push({ hash: old.tx.hash, reason: 'replaced' });
    }
    for (const each of leaving.displaced) this.leave(each, departed, false);
    for (const each of leaving.evicted) this.leave(each, departed, true);
    this.items.push(item);
    const promoted = status === 'pending' ? [tx.hash] : [];
    if (old === undefined) promoted.push(...this.promote(tx.sender, departed));
    return { status, promoted, departed };
  }

  replaces(tx: Transaction, old: Transaction): boolean {
    const bumped = (before: bigint): bigint => (before * BigInt(100 + this.o.replacementBumpPercent)) / 100n;
    const more = tx.feeCap > old.feeCap && tx.tipCap > old.tipCap;
    return more && tx.feeCap >= bumped(old.feeCap) && tx.tipCap >= bumped(old.tipCap);
  }

  /** Who of `others` makes room for `item`, as what it says it is. */
  whoLeaves(item: Item, others: Item[]): { displaced: Item[]; evicted: Item[] } | { code: string } {
    const { status, tx } = item;
    const isMine = (each: Item): boolean => each.tx.sender === tx.sender;
    let rest = others.filter((each) => each.status === status);

    const displaced: Item[] = [];
    while (!this.senderFits([...rest.filter(isMine), item], status)) {
      const above = rest.filter((each) => isMine(each) && each.tx.nonce > tx.nonce);
      if (status === 'pending' || above.length === 0) return { code: 'sender-limit' };
      const highest = above.reduce((a, b) => (a.tx.nonce > b.tx.nonce ? a : b));
      displaced.push(highest);
      rest = rest.filter((each) => each !== highest);
    }

    const isSurplus = (sender: Hex, items: Item[]): boolean =>
      this.slots(items.filter((each) => each.tx.sender === sender)) > this.o.guaranteedSlotsPerSender;
    const evicted: Item[] = [];
    while (!this.poolFits([...rest, item], status)) {
      if (evicted.length === this.o.maxEvictionsPerTransaction) return { code: 'pool-full' };
      const now = rest;
      const tails = this.tails(now).filter((each) => !isMine(each));
      const surplus = tails.filter((each) => isSurplus(each.tx.sender, now));
      const guaranteed = tails.filter((each) => !isSurplus(each.tx.sender, now));
      let candidates: (Item | undefined)[] = [surplus[0], guaranteed[0]];
      if (status === 'queued') candidates = [tails[0]];
      else if (isSurplus(tx.sender, [...now, item])) candidates = [surplus[0]];
      const there = candidates.filter((each) => each !== undefined);
      const victim = there.find((each) => this.isExempt(item) || this.tip(each.tx) < this.tip(tx));
      if (victim === undefined) return { code: there.length > 0 ? 'underpriced' : 'pool-full' };
      evicted.push(victim);
      rest = rest.filter((each) => each !== victim);
    }
    return { displaced, evicted };
  }

  leave(item: Item, departed: Gone[], remembered: boolean): void {
    this.items = this.items.filter((each) => each !== item);
    departed.push({ hash: item.tx.hash, reason: 'evicted' });
    if (!remembered) return;
    this.evictedUntilMs.delete(item.tx.hash);
    this.evictedUntilMs.set(item.tx.hash, this.nowMs + this.o.evictedRememberedMs);
    const all = [...this.evictedUntilMs];
    this.evictedUntilMs = new Map(all.slice(Math.max(0, all.length - this.o.maxEvictedRemembered)));
  }

  promote(sender: Hex, departed: Gone[]): Hex[] {
    const promoted: Hex[] = [];
    for (;;) {
      const next = this.of(sender, 'queued').find((item) => item.tx.nonce === this.nextNonce(sender));
      if (next === undefined) return promoted;
      const others = this.items.filter((each) => each !== next);
      const leaving = this.whoLeaves({ ...next, status: 'pending' }, others);
      if ('code' in leaving) {
        this.leave(next, departed, leaving.code !== 'sender-limit');
        return promoted;
      }
      for (const each of leaving.evicted) this.leave(each, departed, true);
      next.status = 'pending';
      next.sinceMs = this.nowMs;
      promoted.push(next.tx.hash);
    }
  }

  // Other changes

  /** `order` of visiting senders is no rule, so it is the caller's. */
  expire(order: Hex[], nowMs: number): NaiveChange {
    this.nowMs = nowMs;
    for (const [hash, untilMs] of this.evictedUntilMs) {
      if (untilMs <= nowMs) this.evictedUntilMs.delete(hash);
    }
    const change: NaiveChange = { departed: [], promoted: [], demoted: [] };
    const moved: Hex[] = [];
    for (const sender of order) {
      const old = this.of(sender).filter(
        (item) =>
          nowMs - item.sinceMs >
          (item.status === 'pending' ? this.o.pendingLifetimeMs : this.o.queuedLifetimeMs),
      );
      if (old.length > 0) moved.push(sender);
      for (const item of old) this.take(item, 'expired', change.departed);
      this.demote(sender, change);
    }
    this.trim(moved, 'queued', change);
    return change;
  }

  remove(hash: Hex, reason: DepartureReason): NaiveChange {
    const change: NaiveChange = { departed: [], promoted: [], demoted: [] };
    const item = this.items.find((each) => each.tx.hash === hash);
    if (item === undefined) return change;
    this.take(item, reason, change.departed);
    this.demote(item.tx.sender, change);
    this.trim([item.tx.sender], 'queued', change);
    return this.lasting(change);
  }

  onHead(
    addresses: Hex[],
    nowMs: number,
    given: { transaction: Transaction; origin: Origin }[],
  ): NaiveHeadChange {
    this.nowMs = nowMs;
    this.baseFee = this.state.baseFee;
    this.blockGasLimit = this.state.blockGasLimit;
    const change: NaiveChange = { departed: [], promoted: [], demoted: [] };
    const known = given.map(({ transaction }) => this.items.some(({ tx }) => tx.hash === transaction.hash));
    const back = given
      .filter((_, index) => !known[index])
      .map(({ transaction: tx, origin }): Item => {
        return { tx, origin, status: 'pending', order: this.order++, sinceMs: nowMs, isBack: true };
      });
    const senders = [...new Set([...addresses, ...back.map(({ tx }) => tx.sender)])];
    for (const sender of senders) {
      for (const item of back.filter(({ tx }) => tx.sender === sender)) this.bringBack(item, change.departed);
      if (this.of(sender).length === 0) continue;
      const nonce = this.state.nonce(sender);
      const balance = this.state.balance(sender);
      for (const item of this.of(sender)) {
        if (item.tx.nonce < nonce) this.take(item, 'included', change.departed);
        else if (cost(item.tx) > balance || item.tx.gasLimit > this.blockGasLimit) {
          this.take(item, 'unpayable', change.departed);
        }
      }
      const total = (): bigint => this.of(sender).reduce((all, item) => all + cost(item.tx), 0n);
      while (total() > balance) this.take(this.of(sender).at(-1)!, 'unpayable', change.departed);
      this.nonces.set(sender, nonce);
      this.demote(sender, change);
      const arePending = this.of(sender, 'pending').filter(({ isBack }) => isBack);
      change.promoted.push(...arePending.map(({ tx }) => tx.hash));
    }
    this.trim(senders, 'pending', change);
    for (const sender of senders) change.promoted.push(...this.promote(sender, change.departed));
    this.trim(senders, 'queued', change);

    const fate = ({ transaction: { hash, gasLimit } }: { transaction: Transaction }): string => {
      const item = this.items.find(({ tx }) => tx.hash === hash);
      if (item !== undefined) return item.isBack ? item.status : 'known';
      return gasLimit > this.blockGasLimit
        ? 'gas-limit-above-block'
        : change.departed.find((gone) => gone.hash === hash)!.reason;
    };
    const returned = given.map(fate);
    change.departed = change.departed.filter(({ hash }) => back.every(({ tx }) => tx.hash !== hash));
    const lasting = this.lasting(change);
    for (const item of back) item.isBack = false;
    return { ...lasting, returned };
  }

  /** Of two with one nonce by rule 9. */
  bringBack(item: Item, departed: Gone[]): void {
    const old = this.of(item.tx.sender).find(({ tx }) => tx.nonce === item.tx.nonce);
    if (old !== undefined && !this.replaces(item.tx, old.tx)) {
      departed.push({ hash: item.tx.hash, reason: 'replaced' });
      return;
    }
    if (old !== undefined) this.take(old, 'replaced', departed);
    this.items.push(item);
  }

  take(item: Item, reason: DepartureReason, departed: Gone[]): void {
    this.items = this.items.filter((each) => each !== item);
    departed.push({ hash: item.tx.hash, reason });
  }

  demote(sender: Hex, change: NaiveChange): void {
    let next = this.nonces.get(sender)!;
    for (const item of this.of(sender, 'pending')) {
      if (item.tx.nonce === next) {
        next++;
      } else {
        item.status = 'queued';
        item.sinceMs = this.nowMs;
        if (!item.isBack) change.demoted.push(item.tx.hash);
      }
    }
  }

  /** Each sender's own highest, then the cheapest of all; where all are exempt, the last of the senders that were moved. */
  trim(senders: Hex[], status: Status, change: NaiveChange): void {
    for (const sender of senders) {
      while (!this.senderFits(this.of(sender, status), status)) {
        this.leave(this.of(sender, status).at(-1)!, change.departed, false);
      }
    }
    for (;;) {
      const all = this.items.filter((item) => item.status === status);
      if (this.poolFits(all, status)) return;
      const tails = this.tails(all);
      const surplus = tails.find(
        ({ tx }) =>
          this.slots(all.filter((each) => each.tx.sender === tx.sender)) > this.o.guaranteedSlotsPerSender,
      );
      const cheapest = status === 'pending' ? (surplus ?? tails[0]) : tails[0];
      const holder = senders.findLast((sender) => this.of(sender, status).length > 0);
      this.leave(cheapest ?? this.of(holder!, status).at(-1)!, change.departed, true);
    }
  }

  lasting(change: NaiveChange): NaiveChange {
    const stayed = (hash: Hex): boolean => this.items.some((item) => item.tx.hash === hash);
    return {
      departed: change.departed,
      promoted: change.promoted.filter(stayed),
      demoted: change.demoted.filter(stayed),
    };
  }
}
