/**
 * The ledger: every (transaction, node) pair ends in exactly one fate, so nothing vanishes. The first that applies:
 *
 *   entry              it arrived at the node it was submitted to
 *   delivered-<by>     it arrived elsewhere by the end of the drain; by rpc when it was submitted there too
 *   late               it arrived after the end of the drain
 *   refused            the node looked at it and did not take it; `refusedBy` says why (its last answer)
 *   node-down          the node was not up all the time from t0 to the end of the drain
 *   cut-off            no path of open connections over nodes that were up led from the entry node to it
 *   lost               none of these explains it
 */
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Edge } from '../networks/network.ts';
import type { Joined } from './join.ts';
import type { Alive, Liveness } from './liveness.ts';

export const FATES = [
  'entry',
  'delivered-rpc',
  'delivered-push',
  'delivered-pull',
  'delivered-sync',
  'late',
  'refused',
  'node-down',
  'cut-off',
  'lost',
] as const;

export type Fate = (typeof FATES)[number];

export interface Ledger {
  /** Per pair: index into FATES. */
  fates: Uint8Array;
  counts: Record<Fate, number>;
  refusedBy: Record<string, number>;
}

const FATE = Object.fromEntries(FATES.map((fate, index) => [fate, index])) as Record<Fate, number>;
const DELIVERED = PROVENANCES.map((provenance) => FATE[`delivered-${provenance}`]);

export function ledger(joined: Joined, liveness: Liveness, edges: readonly Edge[]): Ledger {
  const { nodes, transactions } = joined;
  const fates = new Uint8Array(transactions.length * nodes);
  const tally = new Float64Array(FATES.length);
  const refusedBy: Record<string, number> = {};
  const componentsOf = componentsOnce(nodes, edges);
  transactions.forEach(({ entry, scheduledAtMs }, transaction) => {
    const alive = liveness(scheduledAtMs);
    let reachable: ((node: number) => boolean) | undefined;
    for (let node = 0; node < nodes; node++) {
      const pair = transaction * nodes + node;
      let fate = arrivedOrRefused(joined, pair, node === entry);
      if (fate === undefined && alive.mask[node] === 0) fate = FATE['node-down'];
      if (fate === undefined) {
        reachable ??= reachableFrom(entry, componentsOf(alive), alive, edges);
        fate = reachable(node) ? FATE.lost : FATE['cut-off'];
      }
      if (fate === FATE.refused) {
        const code = joined.refusalCodes[joined.refusal[pair]! - 1]!;
        refusedBy[code] = (refusedBy[code] ?? 0) + 1;
      }
      fates[pair] = fate;
      tally[fate]!++;
    }
  });
  const counts = Object.fromEntries(FATES.map((fate, index) => [fate, tally[index]!])) as Record<
    Fate,
    number
  >;
  return { fates, counts, refusedBy };
}

function arrivedOrRefused(joined: Joined, pair: number, atEntry: boolean): number | undefined {
  if (joined.arrivalAtMs[pair] !== Infinity) {
    return atEntry ? FATE.entry : DELIVERED[joined.provenance[pair]!]!;
  }
  if (joined.late[pair] === 1) return FATE.late;
  return joined.refusal[pair] === 0 ? undefined : FATE.refused;
}

/** The entry node counts as up whatever became of it later: it may have passed the transaction on before. */
function reachableFrom(
  entry: number,
  components: Int32Array,
  alive: Alive,
  edges: readonly Edge[],
): (node: number) => boolean {
  const roots = new Set([components[entry]!]);
  if (alive.mask[entry] === 0) {
    for (const [a, b] of edges) {
      if (a === entry && alive.mask[b] === 1) roots.add(components[b]!);
      if (b === entry && alive.mask[a] === 1) roots.add(components[a]!);
    }
  }
  return (node) => roots.has(components[node]!);
}

/** Connected components over the nodes that were up, found once per set of them. */
function componentsOnce(nodes: number, edges: readonly Edge[]): (alive: Alive) => Int32Array {
  const known = new Map<number, Int32Array>();
  return (alive) => {
    let components = known.get(alive.epoch);
    if (components === undefined) {
      components = connectedComponents(nodes, edges, alive.mask);
      known.set(alive.epoch, components);
    }
    return components;
  };
}

function connectedComponents(nodes: number, edges: readonly Edge[], up: Uint8Array): Int32Array {
  const parent = Int32Array.from({ length: nodes }, (_, node) => node);
  const rootOf = (node: number): number => {
    let root = node;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  for (const [a, b] of edges) if (up[a] === 1 && up[b] === 1) parent[rootOf(a)] = rootOf(b);
  return parent.map((_, node) => rootOf(node));
}
