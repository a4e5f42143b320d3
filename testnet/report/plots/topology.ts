/** The graph of connections, each node by its latency, the worst one marked. */
import * as Plot from '@observablehq/plot';
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import type { NodeLatency } from '../../measure/latency.ts';
import type { Edge } from '../../networks/network.ts';
import { draw } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, milliseconds, NEVER, NOT_MEASURED } from '../format.ts';

/** More nodes are a grey ball that takes seconds to lay out. */
const MAX_NODES = 300;
/** Lines drawn; a complete graph of 300 nodes has 44,850. */
const MAX_EDGES = 3000;
/** After so many steps a graph of that size moves no more. */
const STEPS = 120;

interface Placed {
  index: number;
  x: number;
  y: number;
}

export function topology(edges: readonly Edge[], latencyByNode: readonly NodeLatency[]): Figure {
  const nodes = latencyByNode.length;
  const degree = new Uint32Array(nodes);
  for (const [a, b] of edges) {
    degree[a]!++;
    degree[b]!++;
  }
  const worst = worstOf(latencyByNode);
  const rows = latencyByNode.map(({ node, p50, p99, deliveries, transactions }) => [
    String(node),
    count(degree[node]!),
    transactions === 0 ? NOT_MEASURED : milliseconds(p50, NEVER),
    transactions === 0 ? NOT_MEASURED : milliseconds(p99, NEVER),
    `${count(deliveries)} of ${count(transactions)}`,
  ]);
  const drawable = nodes <= MAX_NODES && edges.length <= MAX_EDGES;
  return {
    id: 'topology',
    title: 'Who is connected to whom',
    definition:
      'The connections asked for, or, where nodes find each other, those open when measuring began; drawn so that neighbours lie near each other; the darker a node, the longer it waits for the median transaction. The worst is ringed: the one that missed most, of equals the slowest.',
    svg: drawable ? drawing(edges, latencyByNode, worst) : null,
    note: drawable
      ? worst === null
        ? null
        : `Worst: node ${worst.node}, ${count(worst.deliveries)} of ${count(worst.transactions)} delivered, median ${milliseconds(worst.p50, NEVER)}, ${count(degree[worst.node]!)} connections.`
      : `Not drawn: more than ${count(MAX_NODES)} nodes or ${count(MAX_EDGES)} connections would be a ball of grey.`,
    legend: [],
    table: { columns: ['Node', 'Connections', 'p50', 'p99', 'Delivered'], rows },
  };
}

/** Null where nothing was to be delivered anywhere. */
function worstOf(latencyByNode: readonly NodeLatency[]): NodeLatency | null {
  const missed = ({ deliveries, transactions }: NodeLatency): number => transactions - deliveries;
  const [first, ...rest] = latencyByNode.filter(({ transactions }) => transactions > 0);
  if (first === undefined) return null;
  return rest.reduce((worst, node) => {
    if (missed(node) !== missed(worst)) return missed(node) > missed(worst) ? node : worst;
    return (node.p50 ?? Infinity) > (worst.p50 ?? Infinity) ? node : worst;
  }, first);
}

function drawing(
  edges: readonly Edge[],
  latencyByNode: readonly NodeLatency[],
  worst: NodeLatency | null,
): string {
  const places = layOut(latencyByNode.length, edges);
  const slowest = Math.max(1, ...latencyByNode.map(({ p50 }) => p50 ?? 0));
  const dots = places.map((place, index) => ({ ...place, p50: latencyByNode[index]!.p50 ?? slowest }));
  const lines = edges.map(([a, b]) => ({
    x1: places[a]!.x,
    y1: places[a]!.y,
    x2: places[b]!.x,
    y2: places[b]!.y,
  }));
  const ringed = worst === null ? [] : [places[worst.node]!];
  return draw(`${latencyByNode.length} nodes and ${edges.length} connections`, {
    height: 380,
    margin: 18,
    x: { axis: null },
    y: { axis: null },
    color: { type: 'linear', domain: [0, slowest], range: ['#9cc3f0', '#123f78'] },
    marks: [
      Plot.link(lines, {
        x1: 'x1',
        y1: 'y1',
        x2: 'x2',
        y2: 'y2',
        stroke: 'var(--soft)',
        strokeOpacity: Math.max(0.08, Math.min(0.5, 60 / Math.max(1, edges.length))),
      }),
      Plot.dot(dots, {
        x: 'x',
        y: 'y',
        r: latencyByNode.length > 120 ? 3 : 5,
        fill: 'p50',
        stroke: 'var(--card)',
      }),
      Plot.dot(ringed, { x: 'x', y: 'y', r: 9, stroke: 'var(--orange)', strokeWidth: 2.5 }),
    ],
  });
}

/** d3-force begins on a spiral and has dice of its own with a fixed seed: the same graph is drawn the same. */
function layOut(nodes: number, edges: readonly Edge[]): Placed[] {
  const places = Array.from({ length: nodes }, (_, index): Placed => ({ index, x: 0, y: 0 }));
  // It takes x and y for a start where there are any.
  const bodies = places.map(({ index }) => ({ index }) as Placed);
  forceSimulation(bodies)
    .force('link', forceLink(edges.map(([source, target]) => ({ source, target }))).distance(24))
    .force('charge', forceManyBody().strength(-40))
    .force('collide', forceCollide(5))
    .force('x', forceX().strength(0.05))
    .force('y', forceY().strength(0.05))
    .stop()
    .tick(STEPS);
  return bodies;
}
