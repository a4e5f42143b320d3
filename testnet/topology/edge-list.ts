/** Edges as somebody wrote them down. */
import { cutOffProblem } from './connectivity.ts';

/**
 * The first entry that is no edge between two of `nodes` nodes, or repeats another; or, with no index, that the list
 * leaves nodes cut off. Null when all is good.
 */
export function edgeListProblem(
  nodes: number,
  edges: readonly (readonly [number, number])[],
): { index: number | null; message: string } | null {
  const seen = new Set<string>();
  for (const [index, [a, b]] of edges.entries()) {
    const edge = `edge [${a}, ${b}]`;
    const outside = [a, b].find((node) => !Number.isInteger(node) || node < 0 || node >= nodes);
    if (outside !== undefined) {
      return {
        index,
        message: `${edge}: there is no node ${outside}; the ${nodes} nodes are 0 to ${nodes - 1}`,
      };
    }
    if (a === b) return { index, message: `${edge} connects a node to itself` };
    const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
    if (seen.has(key)) return { index, message: `${edge} is listed twice; connections go both ways` };
    seen.add(key);
  }
  const message = cutOffProblem(nodes, edges, 'add edges to topology.edges that reach them');
  return message === null ? null : { index: null, message };
}

/**
 * A pair of node indices on each line, between them a comma, a space or a tab; `#` and what follows is a comment, and a
 * first line of words names the columns.
 * @throws {RangeError} with `file`, the line and what belongs there.
 */
export function parseEdgeFile(text: string, file: string): [number, number][] {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*$/, '').trim());
  const first = lines.findIndex((line) => line !== '');
  const edges = lines.flatMap((line, index): [number, number][] => {
    if (line === '') return [];
    const cells = line.split(/\s*[,;\s]\s*/);
    if (index === first && cells.every((cell) => /^[a-z_]/i.test(cell))) return [];
    const [a, b] = cells.map((cell) => (/^\d+$/.test(cell) ? Number(cell) : NaN));
    if (cells.length === 2 && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return [[a!, b!]];
    throw new RangeError(`${file}:${index + 1}: "${line}" is no edge: write two node indices, such as 0 1`);
  });
  if (edges.length === 0)
    throw new RangeError(`${file}: there is no edge in it: write two node indices a line`);
  return edges;
}
