import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readGroups } from '../../testnet/compare/read-groups.ts';
import { comparisonPage, comparisonTable } from '../../testnet/report/comparison-report.ts';
import { timestamp, withMeasuredCosts } from '../../testnet/run.ts';
import { resolveScenario, scenarioToYaml } from '../../testnet/scenario/resolve.ts';
import { sweepPoints, type SweepPoint } from '../../testnet/scenario/sweep.ts';
import type { PointOutcome } from '../../testnet/sweep/order.ts';
import { connectQueue, type PointQueue } from '../../testnet/sweep/redis-queue.ts';
import { runSweep, type SweepEvents } from '../../testnet/sweep/run-sweep.ts';
import { SweepFolder, type SweepPlan } from '../../testnet/sweep/sweep-folder.ts';
import { writeWhole } from '../../testnet/write-whole.ts';
import { positiveInteger } from './arguments.ts';
import { collect, readScenarioText } from './read-scenario.ts';
import { stoppable } from './signals.ts';

interface SweepCommandOptions {
  on: 'local' | 'simulated';
  jobs?: number;
  queue?: string;
  resume?: string;
  set: string[];
  out?: string;
}

/** `txgossip sweep`: the points of a scenario's `sweep`, and what came of them side by side. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .description(
      'Run every point of the sweep of a scenario and compare them. Exits 0 when all were valid and every expectation held; 1 when a point failed; else 2 when one was invalid; else 1.',
    )
    .argument('<SCENARIO>', 'a scenario file with a sweep, or the name of a ready-made one')
    .addOption(
      new Option('--on <NETWORK>', 'simulated: virtual time; local: real processes over TCP')
        .choices(['local', 'simulated'])
        .default('simulated'),
    )
    .option(
      '--jobs <N>',
      'points at once (default: one for each core; 1 on local, which measures the machine as well; with --queue all)',
      positiveInteger,
    )
    .option('--queue <URL>', 'hand the points to workers (txgossip worker) through this Redis')
    .option('--resume <DIR>', 'go on with the interrupted sweep in this folder')
    .option('--set <KEY=VALUE>', 'change one field of the scenario (repeatable)', collect, [])
    .option('--out <DIR>', 'the folder of the sweep (default: runs/<name>-sweep-<time>)')
    .action(async (name: string, options: SweepCommandOptions) => {
      const plan = await planOf(name, options);
      // Before anything is on disk: a mistyped address should leave nothing behind.
      const queue = options.queue === undefined ? null : await connectQueue(options.queue);
      const folder = await folderOf(plan, options).catch(async (error: unknown) => {
        await queue?.close();
        throw error;
      });
      console.log(`sweep   ${folder.path}, ${plan.points.length} points`);
      const outcomes = await sweepAll(folder, options, queue);
      if (outcomes.some(({ status }) => status === 'done')) {
        const groups = await readGroups([folder.path]);
        process.stdout.write(comparisonTable(groups));
        const page = join(folder.path, 'comparison.html');
        const { name: title, description } = plan;
        await writeWhole(page, comparisonPage({ title, description, groups, directory: folder.path }));
        console.log(`report  ${page}`);
      }
      process.exitCode = exitCodeOf(outcomes);
    });
}

async function folderOf(plan: SweepPlan, { out, resume }: SweepCommandOptions): Promise<SweepFolder> {
  if (resume !== undefined) return SweepFolder.open(resume, plan);
  return SweepFolder.create(out ?? join('runs', `${plan.name}-sweep-${timestamp(new Date())}`), plan);
}

async function sweepAll(
  folder: SweepFolder,
  { on, jobs }: SweepCommandOptions,
  queue: PointQueue | null,
): Promise<PointOutcome[]> {
  const atOnce = queue === null ? (on === 'local' ? 1 : availableParallelism()) : folder.plan.points.length;
  const events: SweepEvents = {
    finished: (point, outcome, done, total) =>
      console.log(`${`${done}/${total}`.padEnd(7)} ${point.name}  ${outcomeText(outcome)}`),
  };
  return stoppable(async (signal) => {
    const options = { jobs: jobs ?? atOnce, signal, ...(queue !== null && { runner: queue.run }) };
    try {
      return await runSweep(folder, options, events);
    } finally {
      await queue?.close();
    }
  }, `to go on: --resume ${folder.path}`);
}

async function planOf(name: string, { on, resume, set }: SweepCommandOptions): Promise<SweepPlan> {
  const { text, file, folder } = await readScenarioText(name);
  const points = sweepPoints(text, set, file, folder);
  // Points may have descriptions of their own.
  const whole = resolveScenario(text, set, file, folder);
  // A cost measured again would make another sweep of it.
  const measured = resume === undefined ? null : (await SweepFolder.open(resume)).plan;
  const yamlOf = ({ scenario, name: point }: SweepPoint): string => {
    const before = measured?.points.find((planned) => planned.name === point);
    return before !== undefined && scenario.nodes.cpu.verifyMs === 'measured'
      ? before.scenarioYaml
      : scenarioToYaml(withMeasuredCosts(scenario));
  };
  return {
    name: whole.name,
    description: whole.description,
    points: points.map((point) => ({
      name: point.name,
      scenarioYaml: yamlOf(point),
      network: on,
      settings: point.overrides,
      seed: point.seed,
    })),
  };
}

function outcomeText(outcome: PointOutcome): string {
  if (outcome.status === 'failed') return `failed: ${outcome.message}`;
  if (!outcome.valid) return 'done, invalid: it measured the machine or itself';
  return outcome.held ? 'done' : 'done, missed an expectation';
}

/** As of a run: what is invalid weighs more than what was missed, but a point that is not there weighs most. */
function exitCodeOf(outcomes: readonly PointOutcome[]): 0 | 1 | 2 {
  if (outcomes.some(({ status }) => status === 'failed')) return 1;
  if (outcomes.some((outcome) => outcome.status === 'done' && !outcome.valid)) return 2;
  return outcomes.every((outcome) => outcome.status === 'done' && outcome.held) ? 0 : 1;
}
