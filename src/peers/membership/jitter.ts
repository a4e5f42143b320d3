import type { Random } from '../../environment.ts';

/** Share by which intervals vary, so that nodes do not keep step. */
const JITTER = 0.25;

export function jittered(ms: number, random: Random): number {
  return ms * (1 - JITTER + 2 * JITTER * random.next());
}
