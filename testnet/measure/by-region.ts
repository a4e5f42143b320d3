/** Latency from the region a transaction entered in to the region of the node it reached. */
import type { Joined } from './join.ts';
import { finiteOrNull, percentile, sampleOf } from './statistics.ts';

export interface RegionPair {
  from: string;
  to: string;
  /** (transaction, node) pairs, entry nodes left out. */
  pairs: number;
  delivered: number;
  /** Over all pairs, the never delivered as infinite: null when the rank falls on one of those. */
  p50: number | null;
  p99: number | null;
}

export interface ByRegion {
  /** In the order of their first node. */
  regions: string[];
  /** Only pairs of regions that had any. */
  pairs: RegionPair[];
}

/** `regions`: by node index. Null where no node is in one. */
export function latencyByRegion(joined: Joined, regions: readonly (string | null)[]): ByRegion | null {
  const names = [...new Set(regions.filter((region) => region !== null))];
  if (names.length === 0) return null;
  const { nodes, transactions, arrivalAtMs } = joined;
  const values = new Map<string, number[]>();
  transactions.forEach(({ entry, scheduledAtMs }, transaction) => {
    for (let node = 0; node < nodes; node++) {
      if (node === entry) continue;
      const [from, to] = [regions[entry] ?? null, regions[node] ?? null];
      if (from === null || to === null) continue;
      const key = JSON.stringify([from, to]);
      const latencyMs = arrivalAtMs[transaction * nodes + node]! - scheduledAtMs;
      const known = values.get(key);
      if (known === undefined) values.set(key, [latencyMs]);
      else known.push(latencyMs);
    }
  });
  const pairs = names.flatMap((from) =>
    names.flatMap((to): RegionPair[] => {
      const latencies = values.get(JSON.stringify([from, to]));
      if (latencies === undefined) return [];
      const sample = sampleOf(latencies);
      return [
        {
          from,
          to,
          pairs: sample.count,
          delivered: sample.finite.length,
          p50: finiteOrNull(percentile(sample, 50)),
          p99: finiteOrNull(percentile(sample, 99)),
        },
      ];
    }),
  );
  return { regions: names, pairs };
}
