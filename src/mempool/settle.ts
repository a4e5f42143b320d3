/** Rule 11, for one sender: who of its transactions stays at another head, and who leaves. Decides; changes nothing. */
import type { Transaction } from '../transaction/transaction.ts';
import { checkGasLimit, checkReplacement, refuse } from './admission.ts';
import type { DepartureReason, Refused } from './outcome.ts';
import { costOf } from './price.ts';
import type { Entry } from './sender-transactions.ts';

/** The sender's account and the block, at the head. */
export interface Standing {
  nonce: bigint;
  balance: bigint;
  blockGasLimit: bigint;
}

export interface Settled {
  /** In nonce order. */
  keep: Entry[];
  leaving: [Entry, DepartureReason][];
}

/** `entries` in nonce order; `given` come back to them, of two with one nonce by rule 9. */
export function settle(
  entries: readonly Entry[],
  given: readonly Entry[],
  { nonce, balance, blockGasLimit }: Standing,
  replacementBumpPercent: number,
): Settled {
  const leaving: [Entry, DepartureReason][] = [];
  const keep: Entry[] = [];
  for (const entry of withGiven(entries, given, replacementBumpPercent, leaving)) {
    const { transaction } = entry;
    if (transaction.nonce < nonce) leaving.push([entry, 'included']);
    else if (costOf(transaction) > balance || transaction.gasLimit > blockGasLimit) {
      leaving.push([entry, 'unpayable']);
    } else keep.push(entry);
  }
  // Together they cost too much: the highest nonces leave, for they would be executed last.
  let funds = balance;
  for (const entry of keep) funds -= costOf(entry.transaction);
  while (funds < 0n) {
    const entry = keep.pop()!;
    funds += costOf(entry.transaction);
    leaving.push([entry, 'unpayable']);
  }
  return { keep, leaving };
}

/** In nonce order. */
function withGiven(
  entries: readonly Entry[],
  given: readonly Entry[],
  replacementBumpPercent: number,
  leaving: [Entry, DepartureReason][],
): readonly Entry[] {
  if (given.length === 0) return entries;
  const byNonce = new Map(entries.map((entry) => [entry.transaction.nonce, entry]));
  for (const entry of given) {
    const { transaction } = entry;
    const old = byNonce.get(transaction.nonce);
    const replaces =
      old === undefined ||
      checkReplacement(transaction, old.transaction, replacementBumpPercent) === undefined;
    if (old !== undefined) leaving.push([replaces ? old : entry, 'replaced']);
    if (replaces) byNonce.set(transaction.nonce, entry);
  }
  return [...byNonce.values()].sort((a, b) => (a.transaction.nonce < b.transaction.nonce ? -1 : 1));
}

/** What is said of a transaction that the chain gave back and that left at once for `reason`: as had it come alone. */
export function notTakenBack(tx: Transaction, reason: DepartureReason, blockGasLimit: bigint): Refused {
  return checkGasLimit(tx, blockGasLimit) ?? NOT_TAKEN_BACK[reason];
}

const NO_ROOM = refuse('pool-full', 'txpool is full');

const NOT_TAKEN_BACK: Readonly<Record<DepartureReason, Refused>> = {
  included: refuse('nonce-too-low', 'nonce too low'),
  unpayable: refuse('insufficient-funds', 'insufficient funds for gas * price + value'),
  replaced: refuse('replacement-underpriced', 'replacement transaction underpriced'),
  evicted: NO_ROOM,
  expired: NO_ROOM,
};
