/** Which nodes are not there at the start. */
import { streamOf } from '../random.ts';
import type { Scenario } from './scenario.ts';
import { nodesOf, pick, wantedOf } from './select-nodes.ts';
import type { Place } from './select-nodes.ts';

/** Their indices, ascending. */
export function lateJoiners(
  { faults, seed }: Pick<Scenario, 'faults' | 'seed'>,
  places: readonly Place[],
): number[] {
  if (faults.lateJoiners === null) return [];
  const { nodes, atMs: _, ...chosen } = faults.lateJoiners;
  if (nodes !== undefined) return [...nodes].sort((a, b) => a - b);
  const among = nodesOf(chosen, places);
  return pick(among, wantedOf(chosen, among.length), streamOf(seed, 'late-joiners'));
}
