/**
 * The latency of a hop, divided: from the giver's arrival until the bytes were read here (batching there, and the
 * link), until validation began (the queue), until it was in the pool (validation). Means over the deliveries whose
 * giver is known to have had it first.
 */
import type { Joined } from './join.ts';

export interface HopSplit {
  hops: number;
  batchingAndLinkMs: number | null;
  queueMs: number | null;
  validationMs: number | null;
}

export function hopSplit({
  nodes,
  transactions,
  arrivalAtMs,
  receivedAtMs,
  validationAtMs,
  fromNode,
}: Joined): HopSplit {
  let hops = 0;
  let batchingAndLink = 0;
  let queue = 0;
  let validation = 0;
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    const first = transaction * nodes;
    for (let node = 0; node < nodes; node++) {
      const pair = first + node;
      const from = fromNode[pair]!;
      if (from === -1 || node === transactions[transaction]!.entry) continue;
      const link = receivedAtMs[pair]! - arrivalAtMs[first + from]!;
      if (!(link >= 0)) continue;
      hops++;
      batchingAndLink += link;
      queue += validationAtMs[pair]! - receivedAtMs[pair]!;
      validation += arrivalAtMs[pair]! - validationAtMs[pair]!;
    }
  }
  const mean = (sum: number) => (hops === 0 ? null : sum / hops);
  return {
    hops,
    batchingAndLinkMs: mean(batchingAndLink),
    queueMs: mean(queue),
    validationMs: mean(validation),
  };
}
