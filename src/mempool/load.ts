import type { DecodedTransaction } from '../transaction/transaction.ts';

/** How much of a part of the pool is taken, in the three measures its limits are stated in. */
export interface Load {
  transactions: number;
  slots: number;
  bytes: number;
}

export function noLoad(): Load {
  return { transactions: 0, slots: 0, bytes: 0 };
}

export function slotsOf(transaction: DecodedTransaction, slotBytes: number): number {
  return Math.ceil(transaction.raw.length / slotBytes);
}

/** Adds `transaction` to `load`; with `sign` -1 takes it away. */
export function count(
  load: Load,
  transaction: DecodedTransaction,
  slotBytes: number,
  sign: 1 | -1 = 1,
): void {
  load.transactions += sign;
  load.slots += sign * slotsOf(transaction, slotBytes);
  load.bytes += sign * transaction.raw.length;
}

export function fits(load: Load, limit: Readonly<Load>): boolean {
  return load.transactions <= limit.transactions && load.slots <= limit.slots && load.bytes <= limit.bytes;
}
