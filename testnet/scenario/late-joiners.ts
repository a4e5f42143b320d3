/** Which nodes are not there at the start. */
import { streamOf } from '../random.ts';
import type { Scenario } from './scenario.ts';
import { nodesOf, pick, wantedOf } from './select-nodes.ts';
import type { Place } from './select-nodes.ts';

/** Their indices, ascending. */
export function lateJoiners(
  { faults, seed, topology }: Pick<Scenario, 'faults' | 'seed' | 'topology'>,
  places: readonly Place[],
): number[] {
  if (faults.lateJoiners === null) return [];
  const { nodes, atMs: _, ...chosen } = faults.lateJoiners;
  if (nodes !== undefined) return [...nodes].sort((a, b) => a - b);
  // Somebody has to be there for all others to begin from.
  const among = nodesOf(chosen, places).filter((node) => node >= (topology.bootstraps ?? 0));
  return pick(among, wantedOf(chosen, among.length), streamOf(seed, 'late-joiners'));
}
