import { Command } from 'commander';
import { startWorker } from '../../testnet/sweep/redis-queue.ts';
import { positiveInteger } from './arguments.ts';
import { aborted, stoppable } from './signals.ts';

/** `txgossip worker`: takes points of sweeps from a queue, here or on any machine, until it is stopped. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('Take points of sweeps from a queue on Redis and run them, until stopped.')
    .requiredOption('--queue <URL>', 'the Redis of the sweep, such as redis://127.0.0.1:6379')
    .option('--jobs <N>', 'points at once: each takes a core and up to some GB', positiveInteger, 1)
    .action(async ({ queue, jobs }: { queue: string; jobs: number }) => {
      const stop = await startWorker(queue, jobs, {
        started: (point) => console.log(`begun   ${point}`),
        finished: (point, outcome) =>
          console.log(
            outcome.status === 'done' ? `done    ${point}` : `failed  ${point}: ${outcome.message}`,
          ),
        failed: (reason) => console.error(`txgossip: ${reason}`),
      });
      await stoppable(async (signal) => {
        console.log(`waiting for points at ${queue}`);
        await aborted(signal);
        await stop();
      });
    });
}
