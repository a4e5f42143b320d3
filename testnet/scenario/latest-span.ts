/** How long submitting takes, as far as the scenario alone tells. */
import { arrivalTimes } from '../workload/arrivals.ts';
import type { ScenarioFields } from './scenario.ts';
import { withTransactions } from './workload-fields.ts';

/**
 * From the first scheduled submission to the last at the latest, ms: what is sent again or held back comes after those
 * that arrive. Null when the workload cannot be planned, which is refused where it is.
 */
export function latestSpanMs({ seed, workload }: Pick<ScenarioFields, 'seed' | 'workload'>): number | null {
  const { replacements, nonceGaps } = workload;
  // A trace that is still a file: its length is not known.
  if (typeof workload.trace === 'string') return null;
  let lastMs: number;
  try {
    lastMs = arrivalTimes({ seed, workload: withTransactions(workload) }).at(-1)!;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const again = replacements.share > 0 ? replacements.afterMs : 0;
  const held = nonceGaps.share > 0 ? (nonceGaps.fillAfterMs ?? 0) : 0;
  return lastMs + again + held;
}
