/** When each node alive had a transaction, in order: what coverage and tX are read from. */
import type { Joined } from './join.ts';
import type { Liveness } from './liveness.ts';
import type { Sample } from './statistics.ts';

/**
 * Per transaction, over the nodes alive from t0 to the end of the drain: times of arrival since t0, sorted; the nodes
 * that did not get it as infinite. The entry node is one of them and its own arrival counts: coverage asks which
 * nodes have it, not which were sent it.
 */
export function reachSinceT0(joined: Joined, liveness: Liveness): Sample[] {
  return joined.transactions.map(({ scheduledAtMs }, transaction) => {
    const alive = liveness(scheduledAtMs);
    const since = new Float64Array(alive.count);
    const first = transaction * joined.nodes;
    let reached = 0;
    for (let node = 0; node < joined.nodes; node++) {
      const atMs = joined.arrivalAtMs[first + node]!;
      if (alive.mask[node] === 1 && atMs !== Infinity) since[reached++] = atMs - scheduledAtMs;
    }
    return { finite: since.slice(0, reached).sort(), count: alive.count };
  });
}
