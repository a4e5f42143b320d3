/** Is everybody reachable from everybody, and if not, who is cut off. */
import type { Edge } from '../networks/network.ts';

/** The graph asked for does not exist or is in parts. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
}

/** As many nodes of a cut-off part as a message names. */
const NAMED = 8;
/** After as many graphs in parts the parameters are at fault, not the dice. */
const ATTEMPTS = 100;

/** For each node, whom it is connected to, in ascending order for sorted edges. */
export function neighboursOf(nodes: number, edges: readonly Edge[]): number[][] {
  const neighbours = Array.from({ length: nodes }, (): number[] => []);
  for (const [a, b] of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  return neighbours;
}

/** Connected components, the largest first (of equals the one with the lowest node), each ascending. */
function components(nodes: number, edges: readonly Edge[]): number[][] {
  const neighbours = neighboursOf(nodes, edges);
  const seen = new Uint8Array(nodes);
  const parts: number[][] = [];
  for (let start = 0; start < nodes; start++) {
    if (seen[start] === 1) continue;
    const part = [start];
    seen[start] = 1;
    for (let next = 0; next < part.length; next++) {
      for (const other of neighbours[part[next]!]!) {
        if (seen[other] === 1) continue;
        seen[other] = 1;
        part.push(other);
      }
    }
    parts.push(part.sort((a, b) => a - b));
  }
  return parts.sort((a, b) => b.length - a.length);
}

/** The nodes outside the largest part, ascending; empty when the graph is connected. */
export function cutOff(nodes: number, edges: readonly Edge[]): number[] {
  return components(nodes, edges)
    .slice(1)
    .flat()
    .sort((a, b) => a - b);
}

/** Names the nodes cut off from the largest part, and says `hint`; null when the graph is connected. */
export function cutOffProblem(nodes: number, edges: readonly Edge[], hint: string): string | null {
  const outside = cutOff(nodes, edges);
  if (outside.length === 0) return null;
  const named = outside.slice(0, NAMED).join(', ');
  const more = outside.length > NAMED ? ` and ${outside.length - NAMED} more` : '';
  const who = outside.length === 1 ? `node ${named} is` : `nodes ${named}${more} are`;
  return `${who} cut off from the other ${nodes - outside.length}: ${hint}`;
}

/** The edges as they came. @throws {TopologyError} as `cutOffProblem` says. */
export function checkConnected(nodes: number, edges: Edge[], hint: string): Edge[] {
  const problem = cutOffProblem(nodes, edges, hint);
  if (problem !== null) throw new TopologyError(problem);
  return edges;
}

/** Draws until the graph is connected. @throws {TopologyError} when it never is, with `hint`. */
export function connected(nodes: number, hint: string, draw: () => Edge[]): Edge[] {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const edges = draw();
    if (cutOff(nodes, edges).length === 0) return edges;
  }
  return checkConnected(nodes, draw(), `${ATTEMPTS} graphs were drawn and all were in parts; ${hint}`);
}
