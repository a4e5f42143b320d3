/**
 * The connections of a run over time: which nodes were up, which were connected, which links were cut or changed, from
 * one change to the next. What happened between two nodes at one moment is asked of the stretch of time that moment is
 * in. Who is connected is what the graph says; where nodes find each other themselves, what they told of it.
 */
import { bisectRight } from 'd3-array';
import type { Edge } from '../networks/network.ts';
import { pathFinder, type PathFinder } from '../topology/shortest-paths.ts';
import { openConnections, type ConnectionSpan } from './connections.ts';
import { connected, hits, linksAt, pairKey } from './link-history.ts';
import type { ExperimentRecord } from './record.ts';

export class Overlay {
  readonly #record: ExperimentRecord;
  readonly #nodes: number;
  /** Undefined: the edges of the record, all the time. */
  readonly #connections: ConnectionSpan[] | undefined;
  /** When each stretch begins, rising; the first is as it was when measuring began, or ever. */
  readonly #begins: number[];
  readonly #up = new Map<number, Uint8Array>();
  readonly #components = new Map<number, Int32Array>();
  readonly #reached = new Map<string, Uint8Array>();
  /** Of the stretch asked for last alone: one is large, and there are as many as there are changes. */
  #ways: { stretch: number; find: PathFinder; distances: Map<number, Float64Array> } | undefined;

  constructor(record: ExperimentRecord) {
    this.#record = record;
    this.#nodes = record.traces.length;
    this.#connections = record.discovered === true ? openConnections(record) : undefined;
    const changes = [
      ...(record.downtimes ?? []).flatMap(({ fromMs, untilMs }) => [fromMs, untilMs ?? Infinity]),
      ...hits(record).map(({ appliedAtMs }) => appliedAtMs),
      ...(this.#connections ?? []).flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]),
    ].sort((a, b) => a - b);
    const { readyAtMs, endedAtMs } = record;
    const firstMs = this.#connections === undefined ? -Infinity : readyAtMs;
    this.#begins = [firstMs, ...new Set(changes.filter((atMs) => atMs > firstMs && atMs <= endedAtMs))];
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

  /**
   * Shortest ways, ms, over the connections open at that moment. Undefined: nobody knows how long links are. Ask by
   * rising moments: what was worked out for one stretch is forgotten with the next.
   */
  distancesFrom(entry: number, atMs: number): Float64Array | undefined {
    if (this.#record.links === undefined) return undefined;
    const stretch = this.#stretchOf(atMs);
    if (this.#ways?.stretch !== stretch) {
      this.#ways = { stretch, find: this.#finderIn(stretch), distances: new Map() };
    }
    const { find, distances } = this.#ways;
    let fromEntry = distances.get(entry);
    if (fromEntry === undefined) distances.set(entry, (fromEntry = find(entry)));
    return fromEntry;
  }

  #stretchOf(atMs: number): number {
    return Math.max(0, bisectRight(this.#begins, atMs) - 1);
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
      const { cut } = linksAt(this.#record, this.#begins[stretch]!);
      const edges = this.edgesAt(this.#begins[stretch]!);
      const open = edges.filter(([a, b]) => up[a] === 1 && up[b] === 1 && !cut.has(pairKey(a, b)));
      this.#components.set(stretch, (components = connected(this.#nodes, open)));
    }
    return components;
  }

  #finderIn(stretch: number): PathFinder {
    const up = this.#upIn(stretch);
    const atMs = this.#begins[stretch]!;
    const { cut, latencyMs } = linksAt(this.#record, atMs);
    const edges = new Set(this.edgesAt(atMs).map(([a, b]) => pairKey(a, b)));
    const arcs = (this.#record.links ?? []).flatMap(({ from, to, latencyMs: asked }) => {
      const key = pairKey(from, to);
      const isOpen = up[from] === 1 && up[to] === 1 && edges.has(key) && !cut.has(key);
      return isOpen ? [{ from, to, weight: latencyMs.get(key) ?? asked }] : [];
    });
    return pathFinder(this.#nodes, arcs);
  }

  /** Pairs that were connected at that moment, cut or not. */
  edgesAt(atMs: number): readonly Edge[] {
    if (this.#connections === undefined) return this.#record.edges;
    return this.#connections.flatMap(({ a, b, fromMs, untilMs }): Edge[] =>
      fromMs <= atMs && untilMs > atMs ? [[a, b]] : [],
    );
  }
}
