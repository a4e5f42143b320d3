/**
 * Redundancy: payload copies received per unique delivery. RMR (relative message redundancy, Leitao et al.,
 * "Epidemic Broadcast Trees", 2007): copies/(n-1) - 1, here the mean over transactions.
 *
 * Copies are those in gossip messages, duplicates counted, and in pages of reconciliation: whatever brought a
 * transaction took at least one.
 */
import type { Counted } from './counters.ts';

export interface RedundancyFigures {
  redundancy: number | null;
  relativeMessageRedundancy: number | null;
}

/** `pairs`: (transaction, node) pairs but those of entry nodes, so transactions * (n - 1). */
export function redundancy(counted: Counted, deliveries: number, pairs: number): RedundancyFigures {
  if (!counted.measured) return { redundancy: null, relativeMessageRedundancy: null };
  const { copiesReceived } = counted.sums;
  return {
    redundancy: deliveries === 0 ? null : copiesReceived / deliveries,
    relativeMessageRedundancy: pairs === 0 ? null : copiesReceived / pairs - 1,
  };
}
