/** When a network counts as up: every node is connected as asked, and its gossip mesh stands. */
import type { Edge, NodeStatus } from './network.ts';

/** Connections each node is to have. */
export function wantedPeers(nodes: number, edges: readonly Edge[]): number[] {
  const wanted = new Array<number>(nodes).fill(0);
  for (const [a, b] of edges) {
    wanted[a]!++;
    wanted[b]!++;
  }
  return wanted;
}

/** `Dlo`: below it a heartbeat would still graft. */
export function hasMesh(
  { peers, mesh }: Pick<NodeStatus, 'peers' | 'mesh'>,
  wanted: number,
  Dlo: number,
): boolean {
  return peers >= wanted && mesh >= Math.min(Dlo, wanted);
}
