/**
 * Stretch: latency / the weighted shortest path over the connections open at t0, the earliest physically possible
 * arrival on that overlay. Over all pairs but those of entry nodes and those without a path or with one of length 0;
 * the never delivered are infinite.
 */
import type { Joined } from './join.ts';
import type { Overlay } from './overlay.ts';
import { finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';
import type { Summary } from './summary.ts';

/** Empty where nobody knows how long links are, as where none are emulated. */
export function stretches(
  { nodes, transactions, arrivalAtMs }: Joined,
  overlay: Pick<Overlay, 'distancesFrom'>,
): Sample {
  const values: number[] = [];
  const byT0 = [...transactions.entries()].sort(([, a], [, b]) => a.scheduledAtMs - b.scheduledAtMs);
  for (const [transaction, { entry, scheduledAtMs }] of byT0) {
    const distances = overlay.distancesFrom(entry, scheduledAtMs);
    if (distances === undefined) break;
    for (let node = 0; node < nodes; node++) {
      const shortestMs = distances[node]!;
      if (node === entry || shortestMs === 0 || shortestMs === Infinity) continue;
      values.push((arrivalAtMs[transaction * nodes + node]! - scheduledAtMs) / shortestMs);
    }
  }
  return sampleOf(values);
}

export function stretchFigures(sample: Sample): Summary['stretch'] {
  return {
    p50: finiteOrNull(percentile(sample, 50)),
    p90: finiteOrNull(percentile(sample, 90)),
    p99: finiteOrNull(percentile(sample, 99)),
  };
}
