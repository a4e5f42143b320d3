/** Edges as somebody wrote them down. */

/** The first entry that is no edge between two of `nodes` nodes, or repeats another; null when all are good. */
export function edgeListProblem(
  nodes: number,
  edges: readonly (readonly [number, number])[],
): { index: number; message: string } | null {
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
  return null;
}
