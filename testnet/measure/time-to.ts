/**
 * tX: time from t0 until X % of the nodes alive have the transaction - until ceil(X % of them) do. The entry node is
 * one of those nodes and its own arrival counts, as in coverage: t100 is reached exactly when coverage is 1.
 */
import { finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';
import type { Summary } from './summary.ts';

/** Of one transaction; Infinity when never reached, as when no node was alive. */
export function timeTo(reach: Sample, percent: number): number {
  return reach.count === 0 ? Infinity : percentile(reach, percent);
}

export function timeToFigures(reach: readonly Sample[]): Summary['timeToMs'] {
  const figure = (percent: number) => {
    const times = sampleOf(reach.map((sample) => timeTo(sample, percent)));
    return { p50: finiteOrNull(percentile(times, 50)), p99: finiteOrNull(percentile(times, 99)) };
  };
  return { t50: figure(50), t90: figure(90), t99: figure(99), t100: figure(100) };
}
