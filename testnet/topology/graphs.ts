/**
 * The families of graphs. Every graph is simple and connected, its edges are sorted with the lower index first, and
 * it follows from its parameters and the dice alone. Where dice can give a graph in parts, they are thrown again:
 * such a graph is uniform among the connected ones of its family.
 */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { chance, int } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { clustersWithBridges, regionGraph } from './community-graphs.ts';
import { connected, TopologyError } from './connectivity.ts';
import { degreeProblem } from './degree.ts';
import { edgeListProblem } from './edge-list.ts';
import { EdgeSet } from './edge-set.ts';
import { randomRegular } from './random-regular.ts';

/**
 * Without an edge for the kind discovered. `regionOf`: for each node where it is, for the kind regions alone.
 * @throws {TopologyError} when there is no such graph; a resolved scenario leaves only disconnected ones to find.
 */
export function buildTopology(
  nodes: number,
  topology: Scenario['topology'],
  random: Random,
  regionOf: readonly (string | null)[] = [],
): Edge[] {
  const { kind, degree = 0, rewireProbability, edges } = topology;
  switch (kind) {
    case 'complete':
      return complete(nodes);
    case 'ring':
      return ring(nodes);
    case 'line':
      return line(nodes);
    case 'star':
      return star(nodes);
    case 'random-regular':
      return randomRegular(nodes, degree, random);
    case 'erdos-renyi':
      return erdosRenyi(nodes, degree, random);
    case 'watts-strogatz':
      return wattsStrogatz(nodes, degree, rewireProbability, random);
    case 'barabasi-albert':
      return barabasiAlbert(nodes, degree, random);
    case 'clusters':
      return clustersWithBridges(nodes, degree, topology.clusters, topology.bridges, random);
    case 'regions':
      return regionGraph(nodes, degree, topology.localShare, regionOf, random);
    case 'edges':
      return edgeList(nodes, edges ?? []);
    case 'discovered':
      return [];
  }
}

/** Everybody connected to everybody. */
export function complete(nodes: number): Edge[] {
  const edges: Edge[] = [];
  for (let low = 0; low < nodes; low++) {
    for (let high = low + 1; high < nodes; high++) edges.push([low, high]);
  }
  return edges;
}

/** 0 - 1 - ... - (n-1) - 0; below three nodes the line. */
export function ring(nodes: number): Edge[] {
  if (nodes < 3) return line(nodes);
  const set = new EdgeSet();
  for (let node = 0; node < nodes; node++) set.add(node, (node + 1) % nodes);
  return set.sorted();
}

/** 0 - 1 - ... - (n-1). */
export function line(nodes: number): Edge[] {
  return Array.from({ length: Math.max(0, nodes - 1) }, (_, node): Edge => [node, node + 1]);
}

/** Node 0 connected to each of the others. */
export function star(nodes: number): Edge[] {
  return Array.from({ length: Math.max(0, nodes - 1) }, (_, node): Edge => [0, node + 1]);
}

/**
 * Each pair connected with the same probability (Gilbert's G(n, p)), chosen to give `degree` on average. Below a
 * degree of about ln(n) most such graphs are in parts.
 */
export function erdosRenyi(nodes: number, degree: number, random: Random): Edge[] {
  check(degreeProblem('erdos-renyi', nodes, degree));
  const probability = degree / (nodes - 1);
  const hint = `raise topology.degree above ln(${nodes}) = ${Math.log(nodes).toFixed(1)}`;
  return connected(nodes, hint, () => {
    const edges: Edge[] = [];
    for (let low = 0; low < nodes; low++) {
      for (let high = low + 1; high < nodes; high++) if (chance(random, probability)) edges.push([low, high]);
    }
    return edges;
  });
}

/**
 * Watts and Strogatz (1998): a ring where each node is connected to the `degree / 2` next on either side, of which
 * each edge is moved to a random other end with the probability given. Small diameter, many triangles.
 */
export function wattsStrogatz(
  nodes: number,
  degree: number,
  rewireProbability: number,
  random: Random,
): Edge[] {
  check(degreeProblem('watts-strogatz', nodes, degree));
  const hint = 'raise topology.degree or lower topology.rewireProbability';
  return connected(nodes, hint, () => {
    const set = new EdgeSet();
    const steps = Array.from({ length: degree / 2 }, (_, index) => index + 1);
    for (const step of steps) {
      for (let node = 0; node < nodes; node++) set.add(node, (node + step) % nodes);
    }
    for (const step of steps) {
      for (let node = 0; node < nodes; node++) {
        // A node connected to all others has no other end to move to.
        if (!chance(random, rewireProbability) || set.degree(node) === nodes - 1) continue;
        let other = int(random, nodes);
        while (other === node || set.has(node, other)) other = int(random, nodes);
        set.remove(node, (node + step) % nodes);
        set.add(node, other);
      }
    }
    return set.sorted();
  });
}

/**
 * Barabasi and Albert (1999): each newcomer connects to `degree / 2` others, a node of twice the degree being twice
 * as likely. Begins with `degree / 2 + 1` nodes all connected. Few hubs, many leaves; `degree` on average.
 */
export function barabasiAlbert(nodes: number, degree: number, random: Random): Edge[] {
  check(degreeProblem('barabasi-albert', nodes, degree));
  const attachments = degree / 2;
  const edges = complete(attachments + 1);
  // Each node as often as it has edges: a uniform draw from it is preferential.
  const ends: number[] = edges.flat();
  for (let newcomer = attachments + 1; newcomer < nodes; newcomer++) {
    const targets = new Set<number>();
    while (targets.size < attachments) targets.add(ends[int(random, ends.length)]!);
    for (const target of targets) {
      edges.push([target, newcomer]);
      ends.push(target, newcomer);
    }
  }
  return edges.sort(([a, b], [c, d]) => a - c || b - d);
}

/** @throws {TopologyError} when an entry is no edge between these nodes, or some node is cut off. */
export function edgeList(nodes: number, edges: readonly Edge[]): Edge[] {
  check(edgeListProblem(nodes, edges)?.message ?? null);
  const set = new EdgeSet();
  for (const [a, b] of edges) set.add(a, b);
  return set.sorted();
}

function check(problem: string | null): void {
  if (problem !== null) throw new TopologyError(problem);
}
