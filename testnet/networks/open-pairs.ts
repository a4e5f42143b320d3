/** Who is connected to whom, from what each node says. */
import type { Edge } from './network.ts';

/**
 * @param told of each node that answers, by index, those it is connected to.
 * @returns pairs of running nodes, in order: as both say, or, of one that does not answer, the other.
 */
export function openPairs(
  told: ReadonlyMap<number, ReadonlySet<number>>,
  isUp: (node: number) => boolean,
): Edge[] {
  const pairs = new Map<string, Edge>();
  for (const [node, peers] of told) {
    for (const peer of peers) {
      const denied = told.get(peer)?.has(node) === false;
      const [low, high] = node < peer ? [node, peer] : [peer, node];
      if (!denied && isUp(node) && isUp(peer)) pairs.set(`${low}-${high}`, [low, high]);
    }
  }
  return [...pairs.values()].sort(([a, b], [c, d]) => a - c || b - d);
}
