import type { TransactionRefusal } from './refusal.ts';
import type { DecodedTransaction, Transaction } from './transaction.ts';

export type VerifyResult = Transaction | TransactionRefusal;

/** When an answer is worth less, by a clock of the caller's. It may be brought forward while the batch waits. */
export interface Deadline {
  atMs: number;
}

/** Recovers senders: by far the dearest step of validation, so it has a queue with a bound. */
export interface Verifier {
  /**
   * One result for each transaction, in order. `busy` when the batch would lift `queued` over the bound, or when the
   * verifier was stopped before the batch was done: then nothing is known of any of them, and nobody is to blame.
   * @param deadline batches nearer to theirs go first, those without one last; among equals the order is that of calls.
   * @throws {Error} when the machinery failed (a worker thread died); the batch may be tried again.
   */
  verify(
    batch: readonly DecodedTransaction[],
    deadline?: Deadline,
  ): Promise<readonly VerifyResult[] | 'busy'>;
  /** Whether a batch of one would be taken now. */
  canAcceptWork(): boolean;
  /** Signatures taken and not yet answered. */
  readonly queued: number;
  /** Ends threads; batches not done are answered `busy`. Safe to call twice. */
  stop(): Promise<void>;
}

/** Of a batch without one. */
export const NO_DEADLINE: Deadline = { atMs: Infinity };

/** The nearest deadline first. Stable, so equal ones keep their order; nearly sorted lists, as these are, cost O(n). */
export function byDeadline(a: { deadline: Deadline }, b: { deadline: Deadline }): number {
  // No subtraction: Infinity less Infinity is no number.
  return a.deadline.atMs < b.deadline.atMs ? -1 : a.deadline.atMs > b.deadline.atMs ? 1 : 0;
}

/**
 * Signatures waiting at most. gossipsub forgets a message after its history (5 heartbeats of 1 s) and then a verdict
 * forwards nothing, so waiting longer is work for naught. 4,096 signatures are 0.3 s of one core at 13,000 a second;
 * a core ten times slower still answers in time. A batch larger than this is never taken.
 */
export const DEFAULT_MAX_QUEUED = 4_096;
