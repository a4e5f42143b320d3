/** What always holds of the pool's indices between two calls: the slow, obvious statement of it. */
import { count, fits, noLoad, type Load } from './load.ts';
import { costOf, effectiveTip } from './price.ts';
import type { Limits } from './room.ts';
import type { PoolStatus, SenderTransactions } from './sender-transactions.ts';
import type { PoolStore } from './store.ts';
import { leavesBefore, type TailHeap } from './tail-heap.ts';

const STATUSES: readonly PoolStatus[] = ['pending', 'queued'];

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`mempool invariant broken: ${what}`);
}

function same(a: Load, b: Load): boolean {
  return a.transactions === b.transactions && a.slots === b.slots && a.bytes === b.bytes;
}

/** O(pool). @throws {Error} saying which invariant does not hold. */
export function checkInvariants(store: PoolStore, limits: Limits): void {
  const total: Record<PoolStatus, Load> = { pending: noLoad(), queued: noLoad() };
  let pooled = 0;
  let tails = 0;
  for (const [address, sender] of store.senders) {
    must(sender.address === address && sender.entries.length > 0, `sender ${address} is empty or misfiled`);
    checkSender(store, limits, sender);
    for (const entry of sender.entries) {
      count(total[entry.status], entry.transaction, store.options.slotBytes);
      must(
        store.byHash.get(entry.transaction.hash) === entry,
        `${entry.transaction.hash} is not found by hash`,
      );
    }
    pooled += sender.entries.length;
    tails += STATUSES.filter((status) => sender.tails[status] !== undefined).length;
  }
  must(store.byHash.size === pooled, `${store.byHash.size} hashes, ${pooled} transactions`);
  for (const status of STATUSES) {
    must(same(store.load[status], total[status]), `the ${status} load is miscounted`);
    must(fits(total[status], limits.global[status]), `the pool is over its ${status} limit`);
  }
  for (const heap of [store.surplus, store.guaranteed, store.queued]) checkHeap(heap);
  must(store.pendingDigest === digestOf(store), 'the digest of the pending is not theirs');
  const inHeaps = store.surplus.size + store.guaranteed.size + store.queued.size;
  must(inHeaps === tails, `${inHeaps} tails in the order of eviction, ${tails} senders' tails`);
}

function digestOf({ senders }: PoolStore): bigint {
  let sum = 0n;
  for (const { entries, pendingCount } of senders.values()) {
    for (const { transaction } of entries.slice(0, pendingCount)) sum += BigInt(transaction.hash);
  }
  return BigInt.asUintN(256, sum);
}

function checkSender(store: PoolStore, limits: Limits, sender: SenderTransactions): void {
  const who = `of ${sender.address}`;
  const loads: Record<PoolStatus, Load> = { pending: noLoad(), queued: noLoad() };
  let cost = 0n;
  let below = sender.stateNonce - 1n;
  for (const [index, entry] of sender.entries.entries()) {
    const { transaction, status } = entry;
    must(transaction.sender === sender.address, `a transaction ${who} is another's`);
    must(status === (index < sender.pendingCount ? 'pending' : 'queued'), `status at ${index} ${who}`);
    if (status === 'pending') must(transaction.nonce === below + 1n, `gap in pending ${who}`);
    else must(transaction.nonce > below, `queued out of order ${who}`);
    below = transaction.nonce;
    count(loads[status], transaction, store.options.slotBytes);
    cost += costOf(transaction);
  }
  const firstQueued = sender.entries[sender.pendingCount];
  must(firstQueued?.transaction.nonce !== sender.nextNonce, `an executable transaction ${who} is queued`);
  must(cost === sender.cost, `the cost ${who} is miscounted`);
  for (const status of STATUSES) {
    must(same(loads[status], sender.load[status]), `the ${status} load ${who} is miscounted`);
    must(fits(loads[status], limits.perSender[status]), `over the ${status} limit ${who}`);
    checkTail(store, sender, status);
  }
}

function checkTail(store: PoolStore, sender: SenderTransactions, status: PoolStatus): void {
  const tail = sender.tails[status];
  const last = sender.last(status);
  const what = `the ${status} tail of ${sender.address}`;
  if (last === undefined || store.isExempt(last)) {
    must(tail === undefined, `${what} should not be in the order of eviction`);
    return;
  }
  const heap = status === 'queued' ? store.queued : store.pendingHeap(sender.load.pending.slots);
  must(tail?.heap === heap, `${what} is not where it belongs`);
  must(tail?.sequence === last.sequence, `${what} is another transaction`);
  must(tail?.tip === effectiveTip(last.transaction, store.baseFee), `${what} is misprized`);
}

function checkHeap(heap: TailHeap): void {
  const tails = [...heap];
  for (const [position, tail] of tails.entries()) {
    must(tail.position === position, 'a tail does not know its position');
    const parent = tails[(position - 1) >> 1];
    must(position === 0 || !leavesBefore(tail, parent!), 'the order of eviction is not a heap');
  }
}
