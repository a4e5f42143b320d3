/** Arrivals, entry nodes included, by what first brought the transaction to the node. */
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import { NO_PROVENANCE, type Joined } from './join.ts';
import type { Summary } from './summary.ts';

export function provenance(joined: Joined): Summary['provenance'] {
  const counts = { rpc: 0, push: 0, pull: 0, sync: 0 };
  for (const index of joined.provenance) if (index !== NO_PROVENANCE) counts[PROVENANCES[index]!]++;
  return counts;
}
