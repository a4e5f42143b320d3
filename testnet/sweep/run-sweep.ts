/** The points of a sweep, several at a time; each result is on disk as it comes. */
import type { PointOutcome } from './order.ts';
import { runPoint, type PointRunner } from './run-point.ts';
import type { PlannedPoint, SweepFolder } from './sweep-folder.ts';

export interface SweepEvents {
  /** Points that were there already come first. */
  finished(point: PlannedPoint, outcome: PointOutcome, done: number, total: number): void;
  started?(point: PlannedPoint): void;
  progress?(point: PlannedPoint, phase: string, done: number, total: number): void;
}

export interface SweepOptions {
  /** Points under way at once. */
  jobs: number;
  signal?: AbortSignal | undefined;
  /** In place of a process beside us. */
  runner?: PointRunner;
}

/**
 * Runs what is not done yet.
 * @returns every point's outcome, in the order of the plan.
 * @throws the reason of `signal`; what is done by then stays.
 */
export async function runSweep(
  folder: SweepFolder,
  { jobs, signal, runner = runPoint }: SweepOptions,
  events: SweepEvents,
): Promise<PointOutcome[]> {
  const { points } = folder.plan;
  const outcomes = new Map<string, PointOutcome>();
  const finish = (point: PlannedPoint, outcome: PointOutcome): void => {
    outcomes.set(point.name, outcome);
    events.finished(point, outcome, outcomes.size, points.length);
  };
  const waiting: PlannedPoint[] = [];
  for (const point of points) {
    if (await folder.isDone(point.name)) finish(point, await folder.outcomeOf(point.name));
    else waiting.push(point);
  }

  const work = async (): Promise<void> => {
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      signal?.throwIfAborted();
      const current = point;
      events.started?.(current);
      const outcome = await runner(
        current,
        folder.directoryOf(current.name),
        (phase, done, total) => events.progress?.(current, phase, done, total),
        signal,
      );
      finish(current, outcome);
    }
  };
  const workers = Array.from({ length: Math.min(jobs, waiting.length) }, work);
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return points.map(({ name }) => outcomes.get(name)!);
}
