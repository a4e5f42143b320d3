/**
 * Coverage of a transaction: nodes that have it / nodes alive from t0 to the end of the drain. A node has it when it
 * arrived by then; that it left the pool again (included, replaced) does not undo that it was reached.
 */
import { max, mean, min } from 'd3-array';
import type { Sample } from './statistics.ts';

export interface CoverageFigures {
  /** Over transactions; null when there is none, or no node was alive. */
  mean: number | null;
  min: number | null;
}

export function coverage(reach: readonly Sample[]): CoverageFigures {
  const shares = reach.filter(({ count }) => count > 0).map(({ finite, count }) => finite.length / count);
  return { mean: mean(shares) ?? null, min: min(shares) ?? null };
}

/** Coverage at times since t0 over transactions: the mean, and the least and most covered one at each time. */
export interface CoverageOverTime {
  sinceMs: number[];
  mean: number[];
  least: number[];
  most: number[];
}

/** On at most `points` times, evenly spaced on a log axis between the first and the last arrival. */
export function coverageOverTime(reach: readonly Sample[], points = 240): CoverageOverTime {
  const measured = reach.filter(({ count }) => count > 0);
  const sinceMs = logarithmicTimes(measured, points);
  const over: CoverageOverTime = { sinceMs, mean: [], least: [], most: [] };
  const reached = new Uint32Array(measured.length);
  for (const atMs of sinceMs) {
    const shares = measured.map(({ finite, count }, transaction) => {
      while (finite[reached[transaction]!]! <= atMs) reached[transaction]!++;
      return reached[transaction]! / count;
    });
    over.mean.push(mean(shares)!);
    over.least.push(min(shares)!);
    over.most.push(max(shares)!);
  }
  return over;
}

/** An arrival at t0 itself has no place on a log axis: it is drawn at the first time. */
const FIRST_MS = 0.1;

function logarithmicTimes(reach: readonly Sample[], points: number): number[] {
  const last = max(reach, ({ finite }) => finite.at(-1));
  if (last === undefined) return [];
  const first = Math.max(FIRST_MS, min(reach, ({ finite }) => finite[0]) ?? FIRST_MS);
  if (last <= first) return [first];
  const ratio = Math.log(last / first);
  const times = Array.from({ length: points }, (_, i) => first * Math.exp((ratio * i) / (points - 1)));
  // The exponential comes back a rounding error off, and the last arrival must not be left out.
  times[points - 1] = last;
  return times;
}
