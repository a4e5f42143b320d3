/** When a network counts as up: every node is there, connected as asked, and its gossip mesh stands. */
import { resolveOptions } from '../../src/config.ts';
import type { NodeSettings } from '../scenario/node-settings.ts';
import type { Edge, NodeStatus } from './network.ts';

/** A node as it is to be. */
export interface WantedNode {
  index: number;
  /** Connections it is to have. */
  peers: number;
  /** Below it a heartbeat would still graft. */
  Dlo: number;
}

/** How far a network is that starts: what is there, and what is to be (`nodes`, `edges`). */
export interface Readiness {
  up: number;
  meshed: number;
  nodes: number;
  connections: number;
  edges: number;
}

/** Those of `nodes` that are to be there from the start, connected by `edges`. */
export function wantedNodes(nodes: readonly NodeSettings[], edges: readonly Edge[]): WantedNode[] {
  const peers = new Map<number, number>();
  for (const index of edges.flat()) peers.set(index, (peers.get(index) ?? 0) + 1);
  return nodes
    .filter(({ joinsLate }) => !joinsLate)
    .map(({ index, options }) => ({
      index,
      peers: peers.get(index) ?? 0,
      Dlo: resolveOptions(options)['gossip.dlo'],
    }));
}

/** @param status of all nodes of the network, by index. */
export function readinessOf(
  wanted: readonly WantedNode[],
  status: readonly Pick<NodeStatus, 'up' | 'peers' | 'mesh'>[],
): Readiness {
  let [up, meshed, ends, missingEnds] = [0, 0, 0, 0];
  for (const { index, peers, Dlo } of wanted) {
    const now = status[index]!;
    if (now.up) up++;
    if (now.up && now.peers >= peers && now.mesh >= Math.min(Dlo, peers)) meshed++;
    ends += peers;
    missingEnds += Math.max(0, peers - now.peers);
  }
  // An edge has two ends, and only one may have noticed yet.
  const edges = ends / 2;
  return { up, meshed, nodes: wanted.length, edges, connections: edges - Math.ceil(missingEnds / 2) };
}

export const isReady = ({ meshed, nodes }: Readiness): boolean => meshed === nodes;

/** What is missing: `3 of 8 connections were not there, 2 of 5 nodes had no mesh`. */
export function describeMissing({ up, meshed, nodes, connections, edges }: Readiness): string {
  return [
    up < nodes ? [`${nodes - up} of ${nodes} nodes were not up`] : [],
    connections < edges ? [`${edges - connections} of ${edges} connections were not there`] : [],
    meshed < nodes ? [`${nodes - meshed} of ${nodes} nodes had no mesh`] : [],
  ]
    .flat()
    .join(', ');
}
