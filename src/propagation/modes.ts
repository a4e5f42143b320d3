/**
 * Ways to propagate, by name:
 *
 *   hybrid     gossipsub's mesh push, its announcements (IHAVE) and requests (IWANT), and reconciliation
 *   push       gossipsub's mesh push alone. A peer in another mode may still announce to it, and is asked.
 *   pull       nothing unasked: every second or so a peer taken by chance is asked for what is lacking
 *   flood, announce, eth   baselines to compare with, see direct/baselines.ts
 */
import { BASELINES, type BaselineName } from './direct/baselines.ts';

export const PROPAGATION_MODES = ['hybrid', 'push', 'pull', ...BASELINES] as const;
export type PropagationMode = (typeof PROPAGATION_MODES)[number];

export function isBaseline(mode: PropagationMode): mode is BaselineName {
  return (BASELINES as readonly string[]).includes(mode);
}
