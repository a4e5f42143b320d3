import type { Node } from '../../src/node.ts';
import type { NodeStatus } from './network.ts';

/** Of the peers it is connected to. Asking renews what gossipsub remembers of a score for a heartbeat. */
export function peerScores({ host, propagation }: Node): NonNullable<NodeStatus['scores']> | null {
  const scores = host.connections().map(({ peerId }) => propagation.peerScore(peerId.toString()));
  if (scores.length === 0) return null;
  return {
    lowest: Math.min(...scores),
    mean: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  };
}
