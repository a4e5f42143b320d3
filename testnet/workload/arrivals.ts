/** When transactions are due. */
import type { Random } from '../../src/environment.ts';
import { exponential, streamOf } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { MAX_TRANSACTIONS } from '../scenario/workload-fields.ts';
import { rowsOf } from './trace.ts';

/**
 * Milliseconds from the start of the workload, never falling; ends with the number, the duration or the trace,
 * whichever is first.
 * @throws {RangeError} when that would be more than can be planned.
 */
export function arrivalTimes({ seed, workload }: Pick<Scenario, 'seed' | 'workload'>): number[] {
  const count = workload.transactions ?? Infinity;
  const untilMs = workload.durationMs ?? Infinity;
  const next = process(workload, streamOf(seed, 'arrivals'));
  const times: number[] = [];
  while (times.length < count) {
    const atMs = next(times.length);
    if (atMs === undefined || atMs >= untilMs) break;
    if (times.push(atMs) > MAX_TRANSACTIONS) {
      throw new RangeError(
        `the workload has more than ${MAX_TRANSACTIONS} transactions: lower workload.durationMs or the rate`,
      );
    }
  }
  if (times.length === 0) {
    throw new RangeError(`nothing is due within ${untilMs} ms: raise workload.durationMs or the rate`);
  }
  return times;
}

/** When the transaction of an index is due; asked for one index after the other. Undefined: there is none. */
type Process = (index: number) => number | undefined;

function process(workload: Scenario['workload'], random: Random): Process {
  switch (workload.arrivals) {
    case 'constant':
      // Multiplied, not summed: no error piles up.
      return (index) => (index * 1000) / workload.ratePerSecond;
    case 'poisson': {
      let atMs = 0;
      return () => (atMs += exponential(random, 1000 / workload.ratePerSecond));
    }
    case 'bursts': {
      const { size, everyMs } = workload.burst;
      return (index) => Math.floor(index / size) * everyMs;
    }
    case 'ramp':
      return ramp(workload);
    case 'trace': {
      const rows = rowsOf(workload);
      return (index) => rows[index]?.[0];
    }
  }
}

/**
 * The rate goes evenly from r0 to r1 within T seconds: after t of them r0 t + (r1 - r0) t^2 / 2T are due, solved for
 * t in the form that does not cancel. Without a duration T is what the number of transactions takes.
 */
function ramp({
  ramp: { fromPerSecond: r0, toPerSecond: r1 },
  durationMs,
  transactions,
}: Scenario['workload']): Process {
  const seconds = durationMs === null ? (2 * (transactions ?? 0)) / (r0 + r1) : durationMs / 1000;
  const all = ((r0 + r1) * seconds) / 2;
  return (index) => {
    if (index === 0) return 0;
    if (index >= all) return undefined;
    return (2000 * index) / (r0 + Math.sqrt(r0 * r0 + (2 * (r1 - r0) * index) / seconds));
  };
}
