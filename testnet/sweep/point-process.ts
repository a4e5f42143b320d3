/**
 * Entry of the process that runs one point. It ends with its point, and with its parent: the kernel closes the channel
 * of a parent that is killed.
 */
import { resolveScenario } from '../scenario/resolve.ts';
import { runScenario } from '../run.ts';
import type { PointOrder, PointOutcome } from './order.ts';

export interface PointTask {
  order: PointOrder;
  /** Where the run folder goes. */
  directory: string;
}

export type PointReport =
  | { kind: 'progress'; phase: string; done: number; total: number }
  | { kind: 'outcome'; outcome: PointOutcome };

const aborted = new AbortController();

const tell = (report: PointReport): Promise<void> =>
  new Promise((resolve) => {
    if (!process.connected) resolve();
    else process.send!(report, () => resolve());
  });

async function run({ order, directory }: PointTask): Promise<PointOutcome> {
  try {
    const scenario = resolveScenario(order.scenarioYaml, [], `${order.name}.yaml`);
    const { summary, expectations } = await runScenario(scenario, {
      network: order.network,
      out: directory,
      signal: aborted.signal,
      progress: (phase, done, total) => void tell({ kind: 'progress', phase, done, total }),
    });
    return { status: 'done', valid: summary.valid, held: expectations.every(({ held }) => held) };
  } catch (error) {
    return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

process.once('disconnect', () => {
  aborted.abort(new Error('the sweep ended'));
});
// The parent decides when a sweep is interrupted; the terminal tells the whole group.
process.on('SIGINT', () => undefined);
process.once('message', (task: PointTask) => {
  void run(task)
    .then((outcome) => tell({ kind: 'outcome', outcome }))
    .finally(() => process.exit());
});
