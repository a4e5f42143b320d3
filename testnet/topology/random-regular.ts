/**
 * Random k-regular graphs: every node has exactly `degree` neighbours.
 *
 * Drawn as Steger and Wormald do ("Generating random regular graphs quickly", 1999): loose ends are paired at random,
 * a pair that would be a loop or a second edge is put back, and when nothing can be paired any more all begins anew.
 * That favours some graphs (by a factor over two among six nodes), so pairs of edges then exchange ends at random: a
 * symmetric walk over all graphs of this degree, whose limit is uniform. Two cases are better served otherwise:
 * - above half of n the pairing hardly ever ends, so the complement is drawn, and complemented;
 * - of 2-regular graphs nearly all are several rings, so the one ring that connects all is drawn at once.
 */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { chance, int, shuffle } from '../random.ts';
import { checkConnected, cutOff, TopologyError } from './connectivity.ts';
import { degreeProblem } from './degree.ts';
import { EdgeSet } from './edge-set.ts';

/** From degree 3 up nearly every graph is connected. */
const ATTEMPTS = 1_000;
/** Exchanges tried for each edge. */
const EXCHANGES = 10;

/**
 * Simple, connected and sorted.
 * @throws {TopologyError} when nodes x degree is odd, or degree >= nodes, or degree 1 leaves more than a pair.
 */
export function randomRegular(nodes: number, degree: number, random: Random): Edge[] {
  const problem = degreeProblem('random-regular', nodes, degree);
  if (problem !== null) throw new TopologyError(problem);
  if (degree === 2) return randomRing(nodes, random);

  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const edges = draw(nodes, degree, random);
    if (cutOff(nodes, edges).length === 0) return edges;
  }
  return checkConnected(
    nodes,
    draw(nodes, degree, random),
    `${ATTEMPTS} graphs of degree ${degree} were drawn`,
  );
}

function draw(nodes: number, degree: number, random: Random): Edge[] {
  const opposite = nodes - 1 - degree;
  const sparse = pairUp(nodes, Math.min(degree, opposite), random);
  mix(sparse, random);
  return opposite < degree ? complement(nodes, sparse) : sparse.sorted();
}

function randomRing(nodes: number, random: Random): Edge[] {
  const order = shuffle(
    random,
    Array.from({ length: nodes }, (_, node) => node),
  );
  const set = new EdgeSet();
  for (const [index, node] of order.entries()) set.add(node, order[(index + 1) % nodes]!);
  return set.sorted();
}

function pairUp(nodes: number, degree: number, random: Random): EdgeSet {
  for (;;) {
    const set = new EdgeSet();
    let ends = Array.from({ length: nodes * degree }, (_, index) => index % nodes);
    while (canPair(ends, set)) {
      shuffle(random, ends);
      const left: number[] = [];
      for (let index = 0; index < ends.length; index += 2) {
        const [a, b] = [ends[index]!, ends[index + 1]!];
        if (a === b || set.has(a, b)) left.push(a, b);
        else set.add(a, b);
      }
      ends = left;
    }
    if (ends.length === 0) return set;
  }
}

/** Whether two of the loose ends can still become an edge. */
function canPair(ends: readonly number[], set: EdgeSet): boolean {
  const open = [...new Set(ends)];
  return open.some((a, index) => open.slice(index + 1).some((b) => !set.has(a, b)));
}

/** a - b and c - d become a - d and c - b, wherever that gives neither a loop nor a second edge. */
function mix(set: EdgeSet, random: Random): void {
  const edges = set.sorted();
  for (let round = EXCHANGES * edges.length; round > 0; round--) {
    const first = int(random, edges.length);
    const second = int(random, edges.length);
    const [a, b] = edges[first]!;
    const [c, d] = chance(random, 0.5) ? edges[second]! : ([edges[second]![1], edges[second]![0]] as const);
    if (a === d || c === b || set.has(a, d) || set.has(c, b)) continue;
    set.remove(a, b);
    set.remove(c, d);
    set.add(a, d);
    set.add(c, b);
    edges[first] = [a, d];
    edges[second] = [c, b];
  }
}

function complement(nodes: number, set: EdgeSet): Edge[] {
  const edges: Edge[] = [];
  for (let low = 0; low < nodes; low++) {
    for (let high = low + 1; high < nodes; high++) if (!set.has(low, high)) edges.push([low, high]);
  }
  return edges;
}
