/**
 * The ledger: every (transaction, node) pair ends in exactly one fate, so nothing vanishes. The first that applies:
 *
 *   entry              it arrived at the node it was submitted to
 *   delivered-<by>     it arrived elsewhere by the end of the drain; by rpc when it was submitted there too
 *   late               it arrived after the end of the drain
 *   refused            the node looked at it and did not take it; `refusedBy` says why (its last answer)
 *   node-down          the node was not up all the time from t0 to the end of the drain
 *   queued             it waited behind a nonce gap wherever it was submitted, to the end: nobody was sent it
 *   cut-off            no connection that was open, over nodes that were up, could have brought it (overlay.ts)
 *   lost               none of these explains it
 */
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Joined } from './join.ts';
import type { Liveness } from './liveness.ts';
import type { Overlay } from './overlay.ts';

export const FATES = [
  'entry',
  'delivered-rpc',
  'delivered-push',
  'delivered-pull',
  'delivered-sync',
  'late',
  'refused',
  'node-down',
  'queued',
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

export function ledger(joined: Joined, liveness: Liveness, overlay: Overlay): Ledger {
  const { nodes, transactions } = joined;
  const fates = new Uint8Array(transactions.length * nodes);
  const tally = new Float64Array(FATES.length);
  const refusedBy: Record<string, number> = {};
  transactions.forEach(({ entry, scheduledAtMs }, transaction) => {
    const alive = liveness(scheduledAtMs);
    for (let node = 0; node < nodes; node++) {
      const pair = transaction * nodes + node;
      let fate = arrivedOrRefused(joined, pair, node === entry);
      if (fate === undefined && alive.mask[node] === 0) fate = FATE['node-down'];
      if (fate === undefined && joined.onlyQueued[transaction] === 1) fate = FATE.queued;
      fate ??= overlay.reachableFrom(entry, scheduledAtMs)[node] === 1 ? FATE.lost : FATE['cut-off'];
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
