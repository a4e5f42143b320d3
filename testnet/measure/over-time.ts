/** How each transaction fared, by when it was due: what a fault did shows in those around it. */
import type { Joined } from './join.ts';
import { finiteOrNull, percentile, type Sample } from './statistics.ts';

export interface TransactionOverTime {
  /** t0, relative to the first moment measured. */
  t0Ms: number;
  /** Of the nodes alive from t0 to the end of the drain, the share that had it then; null when none was. */
  coverage: number | null;
  /** Until 90 % of those had it; null when that never happened. */
  t90Ms: number | null;
}

/** Evenly thinned to `most`, the last one kept. `reach`: as reachSinceT0 gives it, one sample a transaction. */
export function transactionsOverTime(
  { transactions }: Joined,
  reach: readonly Sample[],
  readyAtMs: number,
  most = 400,
): TransactionOverTime[] {
  const stride = Math.max(1, Math.ceil(transactions.length / most));
  const byT0 = transactions
    .map(({ scheduledAtMs }, index) => ({ scheduledAtMs, sample: reach[index]! }))
    .sort((a, b) => a.scheduledAtMs - b.scheduledAtMs);
  return byT0
    .filter((_, index) => index % stride === 0 || index === byT0.length - 1)
    .map(({ scheduledAtMs, sample }) => ({
      t0Ms: scheduledAtMs - readyAtMs,
      coverage: sample.count === 0 ? null : sample.finite.length / sample.count,
      t90Ms: sample.count === 0 ? null : finiteOrNull(percentile(sample, 90)),
    }));
}
