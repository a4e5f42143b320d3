import type { ProgressNow } from '../../testnet/networks/network.ts';
import { percent } from '../../testnet/report/format.ts';

/** Below this a speed says more of the start than of the run. */
const MIN_REAL_MS = 500;

/**
 * Where an experiment stands, for the end of a progress bar: its own time, against real time where the two differ, how
 * much has arrived, and how much real time is left at most. `realMs`: since measuring began.
 */
export function progressText({ sinceMs, endsMs, coverage }: ProgressNow, realMs: number): string {
  const parts = [`${seconds(sinceMs)} of ${seconds(endsMs)}`];
  const speed = realMs >= MIN_REAL_MS ? sinceMs / realMs : null;
  if (speed !== null && Math.abs(speed - 1) > 0.1) parts.push(`${speed.toPrecision(2)}x real time`);
  if (coverage !== null) parts.push(`coverage ${percent(coverage)}`);
  const leftMs = Math.max(0, endsMs - sinceMs);
  if (speed !== null && speed > 0) parts.push(`${seconds(leftMs / speed)} left at most`);
  return parts.join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
