/** Graphs whose nodes are closer to some than to others: clusters with bridges, and regions. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { chance, int, shuffle } from '../random.ts';
import { connected, TopologyError } from './connectivity.ts';
import { degreeProblem } from './degree.ts';
import { EdgeSet } from './edge-set.ts';
import { randomRegular } from './random-regular.ts';

/** First node of each cluster, and the number of nodes behind the last: sizes differ by one at most, larger first. */
export function clusterBounds(nodes: number, clusters: number): number[] {
  const bounds = [0];
  for (let left = clusters; left > 0; left--) {
    const begin = bounds.at(-1)!;
    bounds.push(begin + Math.ceil((nodes - begin) / left));
  }
  return bounds;
}

/**
 * Each cluster a random regular graph of `degree`, complete where it has no more than degree + 1 nodes, and between any
 * two clusters `bridges` edges at random ends. Clusters are consecutive nodes.
 */
export function clustersWithBridges(
  nodes: number,
  degree: number,
  clusters: number,
  bridges: number,
  random: Random,
): Edge[] {
  const problem =
    clustersProblem(nodes, clusters, bridges)?.message ?? degreeProblem('clusters', nodes, degree, clusters);
  if (problem !== null) throw new TopologyError(problem);
  const bounds = clusterBounds(nodes, clusters);
  const size = (cluster: number): number => bounds[cluster + 1]! - bounds[cluster]!;
  const set = new EdgeSet();
  for (let cluster = 0; cluster < clusters; cluster++) {
    const first = bounds[cluster]!;
    const inside = randomRegular(size(cluster), Math.min(degree, size(cluster) - 1), random);
    for (const [a, b] of inside) set.add(first + a, first + b);
  }
  for (let left = 0; left < clusters; left++) {
    for (let right = left + 1; right < clusters; right++) {
      for (let built = 0; built < bridges;) {
        const a = bounds[left]! + int(random, size(left));
        const b = bounds[right]! + int(random, size(right));
        if (set.has(a, b)) continue;
        set.add(a, b);
        built++;
      }
    }
  }
  return set.sorted();
}

/** Which field leaves no such clusters, with what to do; null when there are. */
export function clustersProblem(
  nodes: number,
  clusters: number,
  bridges: number,
): { field: 'clusters' | 'bridges'; message: string } | null {
  const smallest = Math.floor(nodes / clusters);
  if (smallest < 1) {
    return {
      field: 'clusters',
      message: `${nodes} nodes do not make ${clusters} clusters: lower it or raise nodes.count`,
    };
  }
  // Between two of the smaller size; where only one is, there is a little more, which nobody needs.
  const room = smallest * smallest;
  if (bridges <= room) return null;
  return {
    field: 'bridges',
    message: `there is room for ${room} bridges between two clusters of ${smallest} nodes, not for ${bridges}`,
  };
}

/**
 * `degree` connections a node on average: each edge begins at the next node in turn and leads, with the probability
 * given, to a random node of its region, else to a random one of any other region. Where the region or the world has
 * nobody left to connect to, the other is asked.
 */
export function regionGraph(
  nodes: number,
  degree: number,
  localShare: number,
  regionOf: readonly (string | null)[],
  random: Random,
): Edge[] {
  const problem = degreeProblem('regions', nodes, degree);
  if (problem !== null) throw new TopologyError(problem);
  const all = Array.from({ length: nodes }, (_, node) => node);
  const inside = new Map<string | null, number[]>();
  for (const node of all) inside.set(regionOf[node]!, [...(inside.get(regionOf[node]!) ?? []), node]);
  const outside = new Map(
    [...inside.keys()].map((region) => [region, all.filter((node) => regionOf[node] !== region)]),
  );
  const wanted = Math.min(Math.round((nodes * degree) / 2), (nodes * (nodes - 1)) / 2);
  const hint =
    'raise topology.degree, or lower topology.localShare so that more connections leave their region';

  return connected(nodes, hint, () => {
    const set = new EdgeSet();
    const order = shuffle(random, [...all]);
    for (let turn = 0, edges = 0; edges < wanted; turn++) {
      const from = order[turn % nodes]!;
      const region = regionOf[from]!;
      const first = chance(random, localShare) ? inside : outside;
      const second = first === inside ? outside : inside;
      const to =
        stranger(set, from, first.get(region)!, random) ?? stranger(set, from, second.get(region)!, random);
      if (to === undefined) continue;
      set.add(from, to);
      edges++;
    }
    return set.sorted();
  });
}

/** Somebody among them that `from` is not connected to, each as likely; undefined when there is nobody. */
function stranger(set: EdgeSet, from: number, among: readonly number[], random: Random): number | undefined {
  // Where few are taken a draw or two finds one; where most are, they are counted.
  for (let attempt = 0; attempt < 4 && among.length > 0; attempt++) {
    const to = among[int(random, among.length)]!;
    if (to !== from && !set.has(from, to)) return to;
  }
  const free = among.filter((to) => to !== from && !set.has(from, to));
  return free.length === 0 ? undefined : free[int(random, free.length)]!;
}
