/**
 * How often a transaction came to a node again: over arrivals, copies received less the one that brought it. At the node
 * it was submitted to, JSON-RPC brought it, and every copy is one too many. Together with the deliveries these are all
 * copies of the transactions where they arrived: counted one by one, not inferred from sums.
 */
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Joined } from './join.ts';
import { finiteOrNull, percentile, sampleOf } from './statistics.ts';
import type { Summary } from './summary.ts';

const RPC = PROVENANCES.indexOf('rpc');

/** @param counted false: a node was killed, and what it counted last is not known. */
export function copiesAfterFirst(joined: Joined, counted: boolean): Summary['copiesAfterFirst'] {
  const after: number[] = [];
  if (counted && joined.copiesCounted) {
    for (const [pair, copies] of joined.copies.entries()) {
      if (joined.arrivalAtMs[pair] === Infinity) continue;
      after.push(joined.provenance[pair] === RPC ? copies : copies - 1);
    }
  }
  const sample = sampleOf(after);
  return {
    mean: after.length === 0 ? null : after.reduce((sum, copies) => sum + copies, 0) / after.length,
    p50: finiteOrNull(percentile(sample, 50)),
    p99: finiteOrNull(percentile(sample, 99)),
    max: finiteOrNull(percentile(sample, 100)),
  };
}
