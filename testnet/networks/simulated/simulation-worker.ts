/** Entry of the worker that runs one scenario on the simulated network. */
import { parentPort, workerData } from 'node:worker_threads';
import { conduct } from '../../run.ts';
import type { Progress } from '../network.ts';
import type { WorkerOrder, WorkerReport } from './run-in-worker.ts';
import { Simulation } from './simulation.ts';

const { scenario, directory } = workerData as WorkerOrder;
const report = (message: WorkerReport): void => parentPort!.postMessage(message);

/** The last state of a phase is told, about every hundredth step before, and every second of the network's time. */
const progress: Progress = (phase, done, total, now) => {
  const step = Math.max(1, Math.floor(total / 100));
  const second = Math.floor((now?.sinceMs ?? 0) / 1000);
  if (done % step !== 0 && done !== total && second === toldSecond) return;
  toldSecond = second;
  report({ kind: 'progress', phase, done, total, now });
};
let toldSecond = 0;

try {
  const run = await conduct(scenario, directory, progress, (edges) =>
    Simulation.start(scenario, edges, progress),
  );
  report({ kind: 'done', run });
} catch (error) {
  report({ kind: 'failed', error: error as Error });
}
