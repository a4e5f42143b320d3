/**
 * Latency of a delivery: arrival - t0, at every node but the entry node. Percentiles are over all such
 * (transaction, node) pairs, those never delivered - down, cut off, refused, late or lost - being infinite.
 */
import type { Joined } from './join.ts';
import { finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';
import type { Summary } from './summary.ts';

/** All pairs but those of entry nodes: deliveries sorted, `count` with the never-delivered. */
export function latencies(joined: Joined): Sample {
  const { nodes, transactions, arrivalAtMs } = joined;
  const pairs = transactions.length * Math.max(0, nodes - 1);
  const finite = new Float64Array(pairs);
  let deliveries = 0;
  transactions.forEach(({ entry, scheduledAtMs }, transaction) => {
    const first = transaction * nodes;
    for (let node = 0; node < nodes; node++) {
      const atMs = arrivalAtMs[first + node]!;
      if (node !== entry && atMs !== Infinity) finite[deliveries++] = atMs - scheduledAtMs;
    }
  });
  return { finite: finite.slice(0, deliveries).sort(), count: pairs };
}

/** `max` is the 100th percentile: null, as the others, when it falls on a pair never delivered. */
export function latencyFigures(sample: Sample): Summary['latencyMs'] {
  return {
    count: sample.finite.length,
    p50: finiteOrNull(percentile(sample, 50)),
    p90: finiteOrNull(percentile(sample, 90)),
    p99: finiteOrNull(percentile(sample, 99)),
    max: finiteOrNull(percentile(sample, 100)),
  };
}

export interface NodeLatency {
  node: number;
  /** Transactions delivered to it, of those that did not enter there. */
  deliveries: number;
  transactions: number;
  p50: number | null;
  p99: number | null;
}

/** One row per node, over the transactions that entered elsewhere. */
export function latencyByNode({ nodes, transactions, arrivalAtMs }: Joined): NodeLatency[] {
  return Array.from({ length: nodes }, (_, node) => {
    const values: number[] = [];
    transactions.forEach(({ entry, scheduledAtMs }, transaction) => {
      if (node !== entry) values.push(arrivalAtMs[transaction * nodes + node]! - scheduledAtMs);
    });
    const sample = sampleOf(values);
    return {
      node,
      deliveries: sample.finite.length,
      transactions: sample.count,
      p50: finiteOrNull(percentile(sample, 50)),
      p99: finiteOrNull(percentile(sample, 99)),
    };
  });
}
