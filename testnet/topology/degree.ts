/** Which degrees a family of graphs can have. */
import type { TopologyKind } from './kind.ts';

/** The number of peers gossipsub's D = 8 in Ethereum's parameters keeps in its mesh. */
export const DEFAULT_DEGREE = 8;

/** `DEFAULT_DEGREE`, or the largest below it that so few nodes can have. `clusters` matters to that kind alone. */
export function defaultDegree(kind: TopologyKind, nodes: number, clusters: number): number {
  // Then all smaller ones are complete.
  const among = kind === 'clusters' ? largestCluster(nodes, clusters) : nodes;
  const degree = Math.max(1, Math.min(DEFAULT_DEGREE, among - 1));
  // A graph where every node is connected to all others always exists, so only the even families round down.
  return isEven(kind) ? Math.max(2, degree - (degree % 2)) : degree;
}

/** Why `nodes` nodes cannot have this degree, with what to do; null when they can. Kinds without a degree have none. */
export function degreeProblem(
  kind: TopologyKind,
  nodes: number,
  degree: number,
  clusters = 1,
): string | null {
  if (kind === 'clusters') return clusterDegreeProblem(nodes, degree, clusters);
  if (!usesDegree(kind)) return null;
  if (degree >= nodes) {
    return `degree ${degree} needs at least ${degree + 1} nodes, there are ${nodes}: lower topology.degree or raise nodes.count`;
  }
  if (isEven(kind) && degree % 2 !== 0) {
    return `${kind} needs an even degree (half of it is what each node brings along), not ${degree}: take ${degree - 1} or ${degree + 1}`;
  }
  return kind === 'random-regular' ? regularProblem(nodes, degree) : null;
}

function regularProblem(nodes: number, degree: number): string | null {
  if ((nodes * degree) % 2 !== 0) {
    return `${nodes} nodes cannot all have degree ${degree}: every edge has two ends, so nodes x degree must be even; take degree ${degree - 1} or ${degree + 1}, or one node more`;
  }
  if (degree === 1 && nodes > 2) {
    return `with degree 1 nodes are connected in pairs only, never all ${nodes}: take degree 2 or more`;
  }
  return null;
}

/** A cluster of no more than degree + 1 nodes is complete, so only larger ones can be at fault. */
function clusterDegreeProblem(nodes: number, degree: number, clusters: number): string | null {
  for (const size of new Set([Math.floor(nodes / clusters), largestCluster(nodes, clusters)])) {
    const problem = size > degree + 1 ? regularProblem(size, degree) : null;
    if (problem !== null) return `in a cluster ${problem}`;
  }
  return null;
}

function largestCluster(nodes: number, clusters: number): number {
  return Math.ceil(nodes / clusters);
}

function usesDegree(kind: TopologyKind): boolean {
  return kind === 'random-regular' || kind === 'erdos-renyi' || kind === 'regions' || isEven(kind);
}

function isEven(kind: TopologyKind): boolean {
  return kind === 'watts-strogatz' || kind === 'barabasi-albert';
}
