/** Runs a scenario on the simulated network in a worker of its own: the simulation patches the globals of its realm. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Run } from '../../run.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Progress, ProgressNow } from '../network.ts';

const ENTRY = new URL(`./simulation-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Megabytes. The young generation at eight times its default: most of what a simulation makes is a message that is
 * garbage an instant later, and less of it is copied about. The old one: ten thousand nodes need some 8 GB.
 */
const HEAP = { maxYoungGenerationSizeMb: 384, maxOldGenerationSizeMb: 16_384 };

export interface WorkerOrder {
  scenario: Scenario;
  directory: string;
}

export type WorkerReport =
  | { kind: 'progress'; phase: string; done: number; total: number; now: ProgressNow | undefined }
  | { kind: 'done'; run: Run }
  | { kind: 'failed'; error: Error };

/** @throws what the run throws, or the reason of `signal`; the worker is gone then. */
export async function runInWorker(
  scenario: Scenario,
  directory: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Run> {
  signal?.throwIfAborted();
  const worker = new Worker(ENTRY, {
    workerData: { scenario, directory } satisfies WorkerOrder,
    resourceLimits: HEAP,
  });
  try {
    return await new Promise<Run>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new Error(`the simulation ended without a result, with code ${code}`)),
      );
      worker.on('message', (report: WorkerReport) => {
        if (report.kind === 'progress') progress(report.phase, report.done, report.total, report.now);
        else if (report.kind === 'done') resolve(report.run);
        else reject(report.error);
      });
    });
  } finally {
    await worker.terminate();
  }
}
