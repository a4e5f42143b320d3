/** What faults had made of the links by a given moment. Both directions alike. */
import type { AppliedFault, LinkPair } from '../faults/fault.ts';
import type { ExperimentRecord } from './record.ts';

export interface LinksThen {
  /** Keys of pairs between which nothing passes. */
  cut: Set<string>;
  /** Of those whose latency is another than the scenario's, ms. */
  latencyMs: Map<string, number>;
}

/** Faults that hit somebody. */
export function hits({ faults = [] }: Pick<ExperimentRecord, 'faults'>): AppliedFault[] {
  return faults.filter(({ missed }) => missed === null);
}

export function linksAt(record: Pick<ExperimentRecord, 'faults'>, atMs: number): LinksThen {
  const state: LinksThen = { cut: new Set(), latencyMs: new Map() };
  for (const fault of hits(record)) if (fault.appliedAtMs <= atMs) apply(fault, state);
  return state;
}

export function pairKey(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/** The component of each node, named after one of its members. */
export function connected(nodes: number, edges: Iterable<LinkPair>): Int32Array {
  const parent = Int32Array.from({ length: nodes }, (_, node) => node);
  const rootOf = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  for (const [a, b] of edges) parent[rootOf(a)] = rootOf(b);
  return parent.map((_, node) => rootOf(node));
}

function apply({ action }: AppliedFault, state: LinksThen): void {
  if (!('links' in action)) return;
  for (const [a, b] of action.links) {
    const key = pairKey(a, b);
    if (action.kind === 'cut') state.cut.add(key);
    else if (action.kind === 'heal') state.cut.delete(key);
    else if (action.kind === 'restore') state.latencyMs.delete(key);
    else if (action.change.latencyMs !== undefined) state.latencyMs.set(key, action.change.latencyMs);
  }
}
