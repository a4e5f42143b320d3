/**
 * Who was connected to whom and when, as the nodes themselves told it (events `connect` and `disconnect`). Who dies says
 * nothing of the connections he had: they end with him.
 */
import type { Edge } from '../networks/network.ts';
import { pairKey } from './link-history.ts';
import type { ExperimentRecord } from './record.ts';
import type { Summary } from './summary.ts';

/** Between two nodes, as one of them has it or as both do; `untilMs` is Infinity while it lasts. */
export interface ConnectionSpan {
  a: number;
  b: number;
  fromMs: number;
  untilMs: number;
}

type Told = Pick<ExperimentRecord, 'traces' | 'downtimes'>;

/** As each end has it: `a` is the node that told of it. Peers of no node of the record are left out. */
export function toldConnections({ traces, downtimes = [] }: Told): ConnectionSpan[] {
  const nodeOf = new Map(traces.map(({ peerId, index }) => [peerId, index]));
  return traces.flatMap(({ index: a, events }) => {
    const ends = downtimes.filter(({ node }) => node === a).map(({ fromMs }) => fromMs);
    ends.sort((x, y) => x - y);
    const spans: ConnectionSpan[] = [];
    const open = new Map<number, ConnectionSpan>();
    const endLives = (untilMs: number): void => {
      for (let end = ends[0]; end !== undefined && end < untilMs; end = ends[0]) {
        for (const span of open.values()) span.untilMs = Math.max(span.fromMs, end);
        open.clear();
        ends.shift();
      }
    };
    for (const event of events) {
      if (event.kind !== 'connect' && event.kind !== 'disconnect') continue;
      const b = nodeOf.get(event.peer);
      if (b === undefined) continue;
      endLives(event.atMs);
      if (event.kind === 'connect') {
        const span = { a, b, fromMs: event.atMs, untilMs: Infinity };
        open.set(b, span);
        spans.push(span);
      } else {
        const span = open.get(b);
        if (span !== undefined) span.untilMs = event.atMs;
        open.delete(b);
      }
    }
    endLives(Infinity);
    return spans;
  });
}

/** Pairs that ever were, in order. */
export function everConnected(record: Told): Edge[] {
  const pairs = new Map<string, Edge>();
  for (const { a, b } of toldConnections(record)) pairs.set(pairKey(a, b), a < b ? [a, b] : [b, a]);
  return [...pairs.values()].sort(([a, b], [c, d]) => a - c || b - d);
}

/** While both ends had it, so that something could pass; a < b. */
export function openConnections(record: Told): ConnectionSpan[] {
  const byPair = new Map<string, { low: ConnectionSpan[]; high: ConnectionSpan[] }>();
  for (const span of toldConnections(record)) {
    const [low, high] = span.a < span.b ? [span.a, span.b] : [span.b, span.a];
    const key = `${low}-${high}`;
    let pair = byPair.get(key);
    if (pair === undefined) byPair.set(key, (pair = { low: [], high: [] }));
    (span.a === low ? pair.low : pair.high).push(span);
  }
  return [...byPair.values()].flatMap(({ low, high }) =>
    low.flatMap(({ a, b, fromMs, untilMs }) =>
      high.flatMap((other) => {
        const both = {
          a,
          b,
          fromMs: Math.max(fromMs, other.fromMs),
          untilMs: Math.min(untilMs, other.untilMs),
        };
        return both.fromMs < both.untilMs ? [both] : [];
      }),
    ),
  );
}

/** Connections of a living node from ready to end: mean over nodes and time, the least and the most of any at any moment. */
export function connectionFigures(record: ExperimentRecord): Summary['connections'] {
  const { readyAtMs, endedAtMs, traces } = record;
  const told = toldConnections(record);
  if (told.length === 0) return { mean: null, min: null, max: null };
  const away = [...(record.downtimes ?? []), ...(record.freezes ?? [])];
  let connected = 0;
  let lived = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const { index } of traces) {
    const changes: { atMs: number; degree: number; away: number }[] = [];
    const within = (atMs: number): number => Math.min(Math.max(atMs, readyAtMs), endedAtMs);
    const add = (fromMs: number, untilMs: number, change: { degree: number; away: number }): void => {
      changes.push({ atMs: within(fromMs), ...change });
      changes.push({ atMs: within(untilMs), degree: -change.degree, away: -change.away });
    };
    for (const { a, fromMs, untilMs } of told) {
      if (a === index) add(fromMs, untilMs, { degree: 1, away: 0 });
    }
    for (const { node, fromMs, untilMs } of away) {
      if (node === index) add(fromMs, untilMs ?? Infinity, { degree: 0, away: 1 });
    }
    changes.push({ atMs: endedAtMs, degree: 0, away: 0 });
    changes.sort((x, y) => x.atMs - y.atMs);
    let atMs = readyAtMs;
    let degree = 0;
    let aways = 0;
    for (const change of changes) {
      const forMs = change.atMs - atMs;
      if (forMs > 0 && aways === 0) {
        connected += degree * forMs;
        lived += forMs;
        min = Math.min(min, degree);
        max = Math.max(max, degree);
      }
      atMs = change.atMs;
      degree += change.degree;
      aways += change.away;
    }
  }
  if (lived === 0) return { mean: null, min: null, max: null };
  return { mean: connected / lived, min, max };
}

/**
 * From the moment the last of the nodes that are there at the start was up: until all of them were connected, over
 * whatever nodes, and until all had their mesh.
 */
export function timeToConnected(record: ExperimentRecord): Summary['timeToConnectedMs'] {
  const { upAtMs, startedAtMs, before, traces } = record;
  if (upAtMs === undefined) return { connected: null, meshed: null };
  const there = traces.flatMap(({ index }) => (before[index]!.up ? [index] : []));
  const connectedAtMs = firstConnected(there, openConnections(record));
  return {
    connected: connectedAtMs === null ? null : Math.max(0, connectedAtMs - upAtMs),
    meshed: Math.max(0, startedAtMs - upAtMs),
  };
}

/** Null: they never were. One alone always was. */
function firstConnected(nodes: readonly number[], spans: readonly ConnectionSpan[]): number | null {
  const inOrder = [...spans].sort((x, y) => x.fromMs - y.fromMs);
  // Not before so many have opened, even had none of them closed again.
  const atBest = new Parts(nodes);
  let opened = 0;
  while (atBest.count > 1 && opened < inOrder.length) atBest.join(inOrder[opened++]!);
  if (atBest.count > 1) return null;
  for (; opened <= inOrder.length; opened++) {
    const fromMs = inOrder[opened - 1]?.fromMs ?? -Infinity;
    const parts = new Parts(nodes);
    for (const span of inOrder.slice(0, opened)) if (span.untilMs > fromMs) parts.join(span);
    if (parts.count <= 1) return fromMs;
  }
  return null;
}

/** Nodes that are connected with each other. */
class Parts {
  readonly #parent: Map<number, number>;
  count: number;

  constructor(nodes: readonly number[]) {
    this.#parent = new Map(nodes.map((node) => [node, node]));
    this.count = nodes.length;
  }

  /** A span to a node that is none of these joins nothing. */
  join({ a, b }: ConnectionSpan): void {
    const [from, to] = [this.#rootOf(a), this.#rootOf(b)];
    if (from === undefined || to === undefined || from === to) return;
    this.#parent.set(from, to);
    this.count -= 1;
  }

  #rootOf(node: number): number | undefined {
    let root = node;
    for (let above = this.#parent.get(root); above !== root; above = this.#parent.get(root)) {
      if (above === undefined) return undefined;
      root = above;
    }
    this.#parent.set(node, root);
    return root;
  }
}
