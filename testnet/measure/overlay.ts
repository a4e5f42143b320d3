/**
 * The connections of a run over time: which nodes were up, which links were cut or changed, from one change to the
 * next. What happened between two nodes at one moment is asked of the stretch of time that moment is in.
 */
import type { AppliedFault, LinkPair } from '../faults/fault.ts';
import { pathFinder, type PathFinder } from '../topology/shortest-paths.ts';
import type { ExperimentRecord } from './record.ts';

export class Overlay {
  readonly #record: ExperimentRecord;
  readonly #nodes: number;
  /** When each stretch begins, rising; the first is at minus infinity. */
  readonly #begins: number[];
  readonly #up = new Map<number, Uint8Array>();
  readonly #components = new Map<number, Int32Array>();
  readonly #reached = new Map<string, Uint8Array>();
  readonly #finders = new Map<number, PathFinder>();
  readonly #distances = new Map<string, Float64Array>();

  constructor(record: ExperimentRecord) {
    this.#record = record;
    this.#nodes = record.traces.length;
    const changes = [
      ...(record.downtimes ?? []).flatMap(({ fromMs, untilMs }) => [fromMs, untilMs ?? Infinity]),
      ...hits(record).map(({ appliedAtMs }) => appliedAtMs),
    ].filter((atMs) => atMs <= record.endedAtMs);
    this.#begins = [-Infinity, ...new Set(changes.sort((a, b) => a - b))];
  }

  /**
   * Nodes that what entered at `entry` at that moment could have come to by the end of the drain, however slow or fast
   * links are: over connections that were open, by nodes that were up. Who goes down forgets it; the entry does not.
   */
  reachableFrom(entry: number, atMs: number): Uint8Array {
    const first = this.#stretchOf(atMs);
    const key = `${entry} ${first}`;
    let holding = this.#reached.get(key);
    if (holding !== undefined) return holding;
    holding = new Uint8Array(this.#nodes);
    holding[entry] = 1;
    for (let stretch = first; stretch < this.#begins.length; stretch++) {
      const up = this.#upIn(stretch);
      const components = this.#componentsIn(stretch);
      const reached = new Set<number>();
      for (let node = 0; node < this.#nodes; node++) {
        if (up[node] === 0 && node !== entry) holding[node] = 0;
        if (holding[node] === 1 && up[node] === 1) reached.add(components[node]!);
      }
      for (let node = 0; node < this.#nodes; node++) {
        if (up[node] === 1 && reached.has(components[node]!)) holding[node] = 1;
      }
    }
    this.#reached.set(key, holding);
    return holding;
  }

  /** Shortest ways, ms, over the connections open at that moment. Undefined: nobody knows how long links are. */
  distancesFrom(entry: number, atMs: number): Float64Array | undefined {
    if (this.#record.links === undefined) return undefined;
    const stretch = this.#stretchOf(atMs);
    const key = `${entry} ${stretch}`;
    let distances = this.#distances.get(key);
    if (distances === undefined) this.#distances.set(key, (distances = this.#finderIn(stretch)(entry)));
    return distances;
  }

  #stretchOf(atMs: number): number {
    let stretch = this.#begins.length - 1;
    while (this.#begins[stretch]! > atMs) stretch--;
    return stretch;
  }

  #upIn(stretch: number): Uint8Array {
    let up = this.#up.get(stretch);
    if (up === undefined) {
      up = new Uint8Array(this.#nodes).fill(1);
      const atMs = this.#begins[stretch]!;
      for (const { node, fromMs, untilMs } of this.#record.downtimes ?? []) {
        if (fromMs <= atMs && (untilMs ?? Infinity) > atMs) up[node] = 0;
      }
      this.#up.set(stretch, up);
    }
    return up;
  }

  #componentsIn(stretch: number): Int32Array {
    let components = this.#components.get(stretch);
    if (components === undefined) {
      const up = this.#upIn(stretch);
      const cut = this.#linksAt(stretch).cut;
      const open = this.#record.edges.filter(([a, b]) => up[a] === 1 && up[b] === 1 && !cut.has(keyOf(a, b)));
      this.#components.set(stretch, (components = connected(this.#nodes, open)));
    }
    return components;
  }

  #finderIn(stretch: number): PathFinder {
    let finder = this.#finders.get(stretch);
    if (finder === undefined) {
      const up = this.#upIn(stretch);
      const { cut, latencyMs } = this.#linksAt(stretch);
      const arcs = (this.#record.links ?? [])
        .filter(({ from, to }) => up[from] === 1 && up[to] === 1 && !cut.has(keyOf(from, to)))
        .map(({ from, to, latencyMs: asked }) => ({
          from,
          to,
          weight: latencyMs.get(keyOf(from, to)) ?? asked,
        }));
      this.#finders.set(stretch, (finder = pathFinder(this.#nodes, arcs)));
    }
    return finder;
  }

  /** As the faults up to then have left the links; both directions alike. */
  #linksAt(stretch: number): { cut: Set<string>; latencyMs: Map<string, number> } {
    const state = { cut: new Set<string>(), latencyMs: new Map<string, number>() };
    for (const fault of hits(this.#record)) {
      if (fault.appliedAtMs <= this.#begins[stretch]!) apply(fault, state);
    }
    return state;
  }
}

function hits({ faults }: ExperimentRecord): AppliedFault[] {
  return (faults ?? []).filter(({ missed }) => missed === null);
}

function apply({ action }: AppliedFault, state: { cut: Set<string>; latencyMs: Map<string, number> }): void {
  if (!('links' in action)) return;
  for (const [a, b] of action.links) {
    const key = keyOf(a, b);
    if (action.kind === 'cut') state.cut.add(key);
    else if (action.kind === 'heal') state.cut.delete(key);
    else if (action.kind === 'restore') state.latencyMs.delete(key);
    else if (action.change.latencyMs !== undefined) state.latencyMs.set(key, action.change.latencyMs);
  }
}

function keyOf(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/** The component of each node, named after one of its members. */
function connected(nodes: number, edges: readonly LinkPair[]): Int32Array {
  const parent = Int32Array.from({ length: nodes }, (_, node) => node);
  const rootOf = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  for (const [a, b] of edges) parent[rootOf(a)] = rootOf(b);
  return parent.map((_, node) => rootOf(node));
}
