/** Dijkstra over directed, weighted arcs: the earliest anything can be anywhere. */

export interface Arc {
  from: number;
  to: number;
  /** Not negative; the unit is the caller's. */
  weight: number;
}

/** Distances from one source to all nodes; what cannot be reached is Infinity. */
export type PathFinder = (source: number) => Float64Array;

/**
 * Distances from `source` to each of `nodes` nodes, Infinity where no path leads.
 * @throws {RangeError} when an arc or the source names no node, or a weight is negative or not a number.
 */
export function shortestPaths(nodes: number, arcs: readonly Arc[], source: number): Float64Array {
  return pathFinder(nodes, arcs)(source);
}

/** The same for many sources: the arcs are indexed once. */
export function pathFinder(nodes: number, arcs: readonly Arc[]): PathFinder {
  const leaving = Array.from({ length: nodes }, (): Arc[] => []);
  for (const arc of arcs) {
    const { from, to, weight } = arc;
    if (!isNode(from, nodes) || !isNode(to, nodes))
      throw new RangeError(`arc ${from} -> ${to}: no such node`);
    if (!(weight >= 0)) throw new RangeError(`arc ${from} -> ${to}: weight ${weight} is not 0 or more`);
    leaving[from]!.push(arc);
  }
  return (source) => {
    if (!isNode(source, nodes)) throw new RangeError(`no node ${source} to start from`);
    const distances = new Float64Array(nodes).fill(Infinity);
    distances[source] = 0;
    const queue = new Queue();
    queue.push(0, source);
    for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
      const [distance, node] = entry;
      // A shorter way was found after this entry was queued.
      if (distance > distances[node]!) continue;
      for (const { to, weight } of leaving[node]!) {
        const candidate = distance + weight;
        if (candidate >= distances[to]!) continue;
        distances[to] = candidate;
        queue.push(candidate, to);
      }
    }
    return distances;
  };
}

function isNode(node: number, nodes: number): boolean {
  return Number.isInteger(node) && node >= 0 && node < nodes;
}

type Entry = readonly [distance: number, node: number];

/** A binary heap, least distance first. */
class Queue {
  readonly #heap: Entry[] = [];

  push(distance: number, node: number): void {
    const heap = this.#heap;
    let hole = heap.length;
    heap.push([distance, node]);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (heap[parent]![0] <= distance) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = [distance, node];
  }

  pop(): Entry | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const last = heap.pop();
    if (least === undefined || last === undefined || heap.length === 0) return least;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]![0] < heap[child]![0]) child++;
      if (heap[child]![0] >= last[0]) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = last;
    return least;
  }
}
