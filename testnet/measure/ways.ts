/**
 * Whether there was any way at all from node to node: over links that were not cut and nodes that lived. Where nodes
 * find each other themselves, any two could be connected; else those of the graph.
 */
import { complete } from '../topology/graphs.ts';
import type { Away } from './away.ts';
import { connected, hits, linksAt, pairKey } from './link-history.ts';
import type { ExperimentRecord } from './record.ts';

export class Ways {
  readonly #record: ExperimentRecord;
  readonly #away: Away;
  /** When anything became otherwise, rising; the first is at minus infinity. */
  readonly #begins: number[];
  readonly #parts = new Map<number, Int32Array>();

  /** `away`: of the same record. */
  constructor(record: ExperimentRecord, away: Away) {
    this.#record = record;
    this.#away = away;
    const changes = [
      ...[...(record.downtimes ?? []), ...(record.freezes ?? [])].flatMap(({ fromMs, untilMs }) => [
        fromMs,
        untilMs ?? Infinity,
      ]),
      ...hits(record).map(({ appliedAtMs }) => appliedAtMs),
    ];
    this.#begins = [-Infinity, ...new Set(changes.sort((a, b) => a - b))];
  }

  /** At every moment from `fromMs` to `untilMs`. */
  throughout(a: number, b: number, fromMs: number, untilMs: number): boolean {
    return this.#begins.every((beginMs, stretch) => {
      const endMs = this.#begins[stretch + 1] ?? Infinity;
      if (beginMs > untilMs || endMs < fromMs) return true;
      const parts = this.#partsIn(stretch);
      return parts[a] === parts[b];
    });
  }

  #partsIn(stretch: number): Int32Array {
    let parts = this.#parts.get(stretch);
    if (parts === undefined) {
      const nodes = this.#record.traces.length;
      const atMs = this.#begins[stretch]!;
      const { cut } = linksAt(this.#record, atMs);
      const lives = Array.from({ length: nodes }, (_, node) => !this.#away.at(node, atMs));
      const links = this.#record.discovered === true ? complete(nodes) : this.#record.edges;
      const open = links.filter(([a, b]) => lives[a] && lives[b] && !cut.has(pairKey(a, b)));
      this.#parts.set(stretch, (parts = connected(nodes, open)));
    }
    return parts;
  }
}
