/** The tree a transaction travelled along: who gave each node its first copy, and how many hops it had come. */
import { max, mean } from 'd3-array';
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Joined } from './join.ts';

export interface TreeFigures {
  /** Per pair: 0 where it entered, the giver's hops + 1 elsewhere; UNKNOWN_HOPS where not delivered or not known. */
  hops: Int16Array;
  /** Over deliveries with known hops. */
  mean: number | null;
  max: number | null;
  /** Deliveries whose path could not be followed to where the transaction entered. */
  unknown: number;
  /** `histogram[h]`: deliveries after h hops. */
  histogram: number[];
  /** Hops to the node that got it last, over transactions with a delivery: the length of the critical path. */
  criticalPath: { mean: number | null; max: number | null };
}

export const UNKNOWN_HOPS = -1;
const UNVISITED = -2;
const VISITING = -3;
const RPC = PROVENANCES.indexOf('rpc');

export function tree(joined: Joined): TreeFigures {
  const { nodes, transactions, arrivalAtMs } = joined;
  const hops = new Int16Array(transactions.length * nodes).fill(UNVISITED);
  const histogram: number[] = [];
  const critical: number[] = [];
  let unknown = 0;
  transactions.forEach(({ entry }, transaction) => {
    const first = transaction * nodes;
    let lastPair = -1;
    for (let node = 0; node < nodes; node++) {
      const pair = first + node;
      const count = hopsOf(joined, hops, transaction, node);
      if (node === entry || arrivalAtMs[pair] === Infinity) continue;
      if (count === UNKNOWN_HOPS) unknown++;
      else histogram[count] = (histogram[count] ?? 0) + 1;
      if (lastPair === -1 || arrivalAtMs[pair]! > arrivalAtMs[lastPair]!) lastPair = pair;
    }
    if (lastPair !== -1 && hops[lastPair] !== UNKNOWN_HOPS) critical.push(hops[lastPair]!);
  });
  const counts = Array.from(histogram, (count: number | undefined) => count ?? 0);
  const known = counts.reduce((sum, count) => sum + count, 0);
  const total = counts.reduce((sum, count, h) => sum + count * h, 0);
  return {
    hops,
    mean: known === 0 ? null : total / known,
    max: known === 0 ? null : counts.length - 1,
    unknown,
    histogram: counts,
    criticalPath: {
      mean: mean(critical) ?? null,
      max: max(critical) ?? null,
    },
  };
}

/** Walks up to a node whose hops are known, then counts back down. A circle, which no true trace has, is unknown. */
function hopsOf(joined: Joined, hops: Int16Array, transaction: number, node: number): number {
  const first = transaction * joined.nodes;
  const path: number[] = [];
  let at = node;
  let known: number;
  for (;;) {
    const pair = first + at;
    const state = hops[pair]!;
    if (state >= UNKNOWN_HOPS) {
      known = state;
      break;
    }
    const root = at === joined.transactions[transaction]!.entry || joined.provenance[pair] === RPC;
    const from = joined.fromNode[pair]!;
    if (state === VISITING || joined.arrivalAtMs[pair] === Infinity || (from === -1 && !root)) {
      known = hops[pair] = UNKNOWN_HOPS;
      break;
    }
    if (root) {
      known = hops[pair] = 0;
      break;
    }
    hops[pair] = VISITING;
    path.push(pair);
    at = from;
  }
  for (const pair of path.reverse()) {
    if (known !== UNKNOWN_HOPS) known++;
    hops[pair] = known;
  }
  return hops[first + node]!;
}
