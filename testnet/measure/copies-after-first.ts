/**
 * How often a transaction came to a node again: over arrivals, copies received less the one that brought it. At the node
 * it was submitted to, JSON-RPC brought it, and every copy is one too many. Together with the deliveries these are all
 * copies of the transactions where they arrived: counted one by one, not inferred from sums.
 */
import { mean } from 'd3-array';
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Joined } from './join.ts';
import { finiteOrNull, percentile, sampleOf } from './statistics.ts';
import type { Summary } from './summary.ts';

const RPC = PROVENANCES.indexOf('rpc');

const UNKNOWN = { mean: null, p50: null, p99: null, max: null };

/**
 * Null also where a transaction came and no copy of it was counted: then counting ended before measuring did.
 * @param counted false: a node was killed, and what it counted last is not known.
 */
export function copiesAfterFirst(joined: Joined, counted: boolean): Summary['copiesAfterFirst'] {
  if (!counted || !joined.copiesCounted) return UNKNOWN;
  const after: number[] = [];
  for (const [pair, copies] of joined.copies.entries()) {
    if (joined.arrivalAtMs[pair] === Infinity) continue;
    const again = joined.provenance[pair] === RPC ? copies : copies - 1;
    if (again < 0) return UNKNOWN;
    after.push(again);
  }
  const sample = sampleOf(after);
  return {
    mean: mean(after) ?? null,
    p50: finiteOrNull(percentile(sample, 50)),
    p99: finiteOrNull(percentile(sample, 99)),
    max: finiteOrNull(percentile(sample, 100)),
  };
}
