/** When a network counts as up: every node is there, connected as asked, and its gossip mesh stands. */
import { resolveOptions, type NodeOptions } from '../../src/config.ts';
import type { PropagationMode } from '../../src/propagation/modes.ts';
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
  /** Peers in its mesh that it is to have: so many that no heartbeat would graft, of neighbours that propagate as it does. */
  mesh: number;
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
  const there = nodes.filter(({ joinsLate }) => !joinsLate);
  const options = nodes.map((node) => resolveOptions(node.options));
  const neighbours = edges && neighboursOf(nodes.length, edges);
  return there.map(({ index }) => {
    const own = options[index]!;
    const Dlo = own['gossip.dlo'];
    const others = neighbours?.[index] ?? there.flatMap((node) => (node.index === index ? [] : node.index));
    const mesh = Math.min(Dlo, others.filter((peer) => exchange(own, options[peer]!)).length);
    return { index, peers: edges === null ? Math.min(Dlo, others.length) : others.length, mesh };
  });
}

function neighboursOf(nodes: number, edges: readonly Edge[]): number[][] {
  const neighbours = Array.from({ length: nodes }, (): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  return neighbours;
}

/** Whether the one counts the other among its mesh (propagation.ts). */
function exchange(one: NodeOptions, other: NodeOptions): boolean {
  if (one.propagation === 'pull') return other.sync;
  return meansOf(one.propagation) === meansOf(other.propagation);
}

const meansOf = (mode: PropagationMode): string => (mode === 'push' ? 'hybrid' : mode);

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
  for (const { index, peers, mesh } of wanted) {
    const now = status[index]!;
    if (now.up) up++;
    if (now.up && now.peers >= peers && now.mesh >= mesh) meshed++;
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
