/** Runs one point in a process of its own, so that points share no heap, no globals and no event loop. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../networks/network.ts';
import type { PointOrder, PointOutcome } from './order.ts';
import type { PointReport, PointTask } from './point-process.ts';

const ENTRY = fileURLToPath(new URL(`./point-process${extname(import.meta.url)}`, import.meta.url));

/** A run that was told to stop may take so long to put its network away. */
const STOP_DEADLINE_MS = 10_000;

/** Takes an order, leaves its run in `directory`. @throws the reason of `signal`. */
export type PointRunner = (
  order: PointOrder,
  directory: string,
  progress: Progress,
  signal?: AbortSignal,
) => Promise<PointOutcome>;

export const runPoint: PointRunner = async (order, directory, progress, signal) => {
  signal?.throwIfAborted();
  const child = fork(ENTRY, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let lastWords = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000);
  });
  let outcome: PointOutcome | undefined;
  child.on('message', (report: PointReport) => {
    if (report.kind === 'progress') progress(report.phase, report.done, report.total);
    else outcome = report.outcome;
  });
  let deadline: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (child.connected) child.disconnect();
    deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<PointOutcome>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, killedBy) => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (outcome !== undefined) resolve(outcome);
        else resolve({ status: 'failed', message: epitaph(code, killedBy, lastWords) });
      });
      child.send({ order, directory } satisfies PointTask);
    });
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', stop);
  }
};

function epitaph(code: number | null, killedBy: string | null, lastWords: string): string {
  const end = killedBy === null ? `with code ${code}` : `by ${killedBy}`;
  const words = lastWords.trim().split('\n').filter(Boolean).slice(-3).join(' | ');
  return `its process ended ${end} without a result${words === '' ? '' : `; its last words: ${words}`}`;
}
