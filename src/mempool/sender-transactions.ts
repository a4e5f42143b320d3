import type { Hex } from '../bytes.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { noLoad, type Load } from './load.ts';
import type { Tail } from './tail-heap.ts';

/** Who offered a transaction: this node's own RPC, or a peer. */
export type Origin = 'local' | 'remote';

/** Pending: executable now, all nonces below it are there. Queued: a nonce below it is missing. */
export type PoolStatus = 'pending' | 'queued';

/** A transaction in the pool. */
export interface Entry {
  readonly transaction: Transaction;
  readonly origin: Origin;
  readonly addedAtMs: number;
  /** Order of admission, the tie-break among equal prices. */
  readonly sequence: number;
  status: PoolStatus;
  /** When it took its present status. */
  sinceMs: number;
}

/**
 * One sender's transactions: a single array in nonce order, of which the first `pendingCount` are pending. Those run
 * without a gap from the account's nonce; the first queued one never continues them.
 */
export class SenderTransactions {
  readonly address: Hex;
  /** The account's nonce when the pool last looked. */
  stateNonce: bigint;
  entries: Entry[] = [];
  pendingCount = 0;
  /** Wei that all of them may spend together. */
  cost = 0n;
  readonly load: Readonly<Record<PoolStatus, Load>> = { pending: noLoad(), queued: noLoad() };
  /** Where the last pending and the last queued one stand in the order of eviction. */
  readonly tails: Record<PoolStatus, Tail | undefined> = { pending: undefined, queued: undefined };

  constructor(address: Hex, stateNonce: bigint) {
    this.address = address;
    this.stateNonce = stateNonce;
  }

  /** The first nonce that is missing. */
  get nextNonce(): bigint {
    return this.stateNonce + BigInt(this.pendingCount);
  }

  /** Where `nonce` stands in `entries`, or would. */
  indexOf(nonce: bigint): number {
    if (nonce < this.nextNonce) return nonce < this.stateNonce ? 0 : Number(nonce - this.stateNonce);
    let low = this.pendingCount;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.entries[middle]!.transaction.nonce < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  at(nonce: bigint): Entry | undefined {
    const entry = this.entries[this.indexOf(nonce)];
    return entry?.transaction.nonce === nonce ? entry : undefined;
  }

  /** The last of that status, `skip` from the end: who would leave next, after `skip` left. */
  last(status: PoolStatus, skip = 0): Entry | undefined {
    const first = status === 'pending' ? 0 : this.pendingCount;
    const end = status === 'pending' ? this.pendingCount : this.entries.length;
    const index = end - 1 - skip;
    return index < first ? undefined : this.entries[index];
  }

  transactions(status: PoolStatus): Transaction[] {
    const part =
      status === 'pending' ? this.entries.slice(0, this.pendingCount) : this.entries.slice(this.pendingCount);
    return part.map((entry) => entry.transaction);
  }
}
