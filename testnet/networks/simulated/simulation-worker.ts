/** Entry of the worker that runs one scenario on the simulated network. */
import { parentPort, workerData } from 'node:worker_threads';
import { conduct } from '../../run.ts';
import type { Progress } from '../network.ts';
import type { WorkerOrder, WorkerReport } from './run-in-worker.ts';
import { Simulation } from './simulation.ts';

const { scenario, directory } = workerData as WorkerOrder;
const report = (message: WorkerReport): void => parentPort!.postMessage(message);

/** Many simulated events are one step of a bar: the last state of a phase is told, and about every hundredth. */
const progress: Progress = (phase, done, total) => {
  const step = Math.max(1, Math.floor(total / 100));
  if (done % step === 0 || done === total) report({ kind: 'progress', phase, done, total });
};

try {
  const run = await conduct(scenario, directory, progress, (edges) =>
    Simulation.start(scenario, edges, progress),
  );
  report({ kind: 'done', run });
} catch (error) {
  report({ kind: 'failed', error: error as Error });
}
