/**
 * The latency of a hop, divided by what it was spent on. Means over the deliveries whose giver is known to have had it
 * first:
 *
 *   batching     from its arrival at the giver until the giver published it; 0 where it only forwarded it, which a
 *                node does with the message it came in, whole and at once
 *   link         from then until the bytes were read here
 *   queue        until validation began
 *   validation   until it was in the pool
 */
import type { Joined } from './join.ts';

export interface HopSplit {
  hops: number;
  batchingMs: number | null;
  linkMs: number | null;
  queueMs: number | null;
  validationMs: number | null;
}

export function hopSplit(joined: Joined): HopSplit {
  const { nodes, transactions, arrivalAtMs, receivedAtMs, validationAtMs, publishedAtMs, fromNode } = joined;
  let hops = 0;
  const sum = { batching: 0, link: 0, queue: 0, validation: 0 };
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    const first = transaction * nodes;
    for (let node = 0; node < nodes; node++) {
      const pair = first + node;
      const from = fromNode[pair]!;
      if (from === -1 || node === transactions[transaction]!.entry) continue;
      const heldMs = receivedAtMs[pair]! - arrivalAtMs[first + from]!;
      if (!(heldMs >= 0)) continue;
      const published = (publishedAtMs.get(first + from) ?? -Infinity) - arrivalAtMs[first + from]!;
      // What was published only after this copy was read came here otherwise.
      const batchingMs = published >= 0 && published <= heldMs ? published : 0;
      hops++;
      sum.batching += batchingMs;
      sum.link += heldMs - batchingMs;
      sum.queue += validationAtMs[pair]! - receivedAtMs[pair]!;
      sum.validation += arrivalAtMs[pair]! - validationAtMs[pair]!;
    }
  }
  const mean = (total: number) => (hops === 0 ? null : total / hops);
  return {
    hops,
    batchingMs: mean(sum.batching),
    linkMs: mean(sum.link),
    queueMs: mean(sum.queue),
    validationMs: mean(sum.validation),
  };
}
