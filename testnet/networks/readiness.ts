/** When a network counts as up: every node is there, connected as asked, and its gossip mesh stands. */
import { resolveOptions } from '../../src/config.ts';
import type { NodeSettings } from '../scenario/node-settings.ts';
import { cutOff } from '../topology/connectivity.ts';
import type { Edge, NodeStatus } from './network.ts';

/** As many nodes as a message names. */
const NAMED = 8;

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
  /** Of a network that finds itself: nodes without a mesh, and nodes cut off from the largest part. */
  meshless?: number[];
  apart?: number[];
  up: number;
  meshed: number;
  nodes: number;
  connections: number;
  edges: number;
}

/**
 * Those of `nodes` that are to be there from the start, connected by `edges`. Where nodes find each other themselves
 * (`edges` null) each is to have as many connections as a mesh needs.
 */
export function wantedNodes(nodes: readonly NodeSettings[], edges: readonly Edge[] | null): WantedNode[] {
  if (edges === null) {
    const there = nodes.filter(({ joinsLate }) => !joinsLate);
    return there.map(({ index, options }) => {
      const Dlo = resolveOptions(options)['gossip.dlo'];
      return { index, peers: Math.min(Dlo, there.length - 1), Dlo };
    });
  }
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

/**
 * @param status of all nodes of the network, by index.
 * @param found who is connected to whom, of a network that finds itself: there it counts that nobody is cut off.
 */
export function readinessOf(
  wanted: readonly WantedNode[],
  status: readonly Pick<NodeStatus, 'up' | 'peers' | 'mesh'>[],
  found?: readonly Edge[],
): Readiness {
  const meshless: number[] = [];
  let [up, meshed, ends, missingEnds] = [0, 0, 0, 0];
  for (const { index, peers, Dlo } of wanted) {
    const now = status[index]!;
    if (now.up) up++;
    if (now.up && now.peers >= peers && now.mesh >= Math.min(Dlo, peers)) meshed++;
    else meshless.push(index);
    ends += peers;
    missingEnds += Math.max(0, peers - now.peers);
  }
  // An edge has two ends, and only one may have noticed yet.
  const edges = ends / 2;
  return {
    up,
    meshed,
    nodes: wanted.length,
    edges,
    connections: edges - Math.ceil(missingEnds / 2),
    ...(found !== undefined && { meshless, apart: apartOf(wanted, found) }),
  };
}

function apartOf(wanted: readonly WantedNode[], found: readonly Edge[]): number[] {
  const place = new Map(wanted.map(({ index }, at) => [index, at]));
  const among = found.flatMap(([a, b]): Edge[] => {
    const [low, high] = [place.get(a), place.get(b)];
    return low === undefined || high === undefined ? [] : [[low, high]];
  });
  return cutOff(wanted.length, among).map((at) => wanted[at]!.index);
}

export const isReady = ({ meshed, nodes, apart = [] }: Readiness): boolean =>
  meshed === nodes && apart.length === 0;

/** What is missing: `3 of 8 connections were not there, 2 of 5 nodes had no mesh`. */
export function describeMissing({
  up,
  meshed,
  nodes,
  connections,
  edges,
  meshless = [],
  apart = [],
}: Readiness): string {
  return [
    up < nodes ? [`${nodes - up} of ${nodes} nodes were not up`] : [],
    connections < edges ? [`${edges - connections} of ${edges} connections were not there`] : [],
    apart.length > 0 ? [`${apart.length} of ${nodes} nodes were cut off from the rest${named(apart)}`] : [],
    meshed < nodes ? [`${nodes - meshed} of ${nodes} nodes had no mesh${named(meshless)}`] : [],
  ]
    .flat()
    .join(', ');
}

function named(nodes: readonly number[]): string {
  if (nodes.length === 0) return '';
  return ` (${nodes.slice(0, NAMED).join(', ')}${nodes.length > NAMED ? ` and ${nodes.length - NAMED} more` : ''})`;
}
