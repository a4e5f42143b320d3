import type { Edge } from '../networks/network.ts';

/** A simple undirected graph that grows and shrinks: no loops, no edge twice. */
export class EdgeSet {
  readonly #neighbours = new Map<number, Set<number>>();

  has(a: number, b: number): boolean {
    return this.#neighbours.get(a)?.has(b) ?? false;
  }

  degree(node: number): number {
    return this.#neighbours.get(node)?.size ?? 0;
  }

  /** Adding what is there changes nothing. @throws {RangeError} for a loop. */
  add(a: number, b: number): void {
    if (a === b) throw new RangeError(`edge from node ${a} to itself`);
    this.#of(a).add(b);
    this.#of(b).add(a);
  }

  remove(a: number, b: number): void {
    this.#neighbours.get(a)?.delete(b);
    this.#neighbours.get(b)?.delete(a);
  }

  /** Lower index first in each edge, edges in lexicographic order. */
  sorted(): Edge[] {
    const edges: Edge[] = [];
    for (const [low, others] of this.#neighbours) {
      for (const high of others) if (low < high) edges.push([low, high]);
    }
    return edges.sort(([a, b], [c, d]) => a - c || b - d);
  }

  #of(node: number): Set<number> {
    let others = this.#neighbours.get(node);
    if (others === undefined) this.#neighbours.set(node, (others = new Set()));
    return others;
  }
}
