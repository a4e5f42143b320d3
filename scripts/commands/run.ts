import { Command, Option } from 'commander';
import { consoleTable } from '../../testnet/report/console-table.ts';
import { runScenario } from '../../testnet/run.ts';
import { progressBars } from './progress.ts';
import { collect, readScenario } from './read-scenario.ts';
import { until } from './signals.ts';

interface RunOptions {
  on: 'local' | 'simulated';
  seed?: string;
  set: string[];
  out?: string;
}

/** `txgossip run`: one scenario, measured. Exit code 0 only when every expectation held. */
export function runCommand(): Command {
  return new Command('run')
    .description('Run a scenario and report what it measured. Exits 0 when every expectation held, else 1.')
    .argument('<SCENARIO.yaml>', 'the scenario file')
    .addOption(
      new Option(
        '--on <NETWORK>',
        'local: real processes over TCP; simulated: the same nodes in virtual time',
      )
        .choices(['local', 'simulated'])
        .default('local'),
    )
    .option('--seed <N>', 'in place of the seed of the scenario')
    .option(
      '--set <KEY=VALUE>',
      'change one field of the scenario, such as nodes.count=20 (repeatable)',
      collect,
      [],
    )
    .option('--out <DIR>', 'the run folder (default: runs/<name>-<time>)')
    .action(async (file: string, { on, seed, set, out }: RunOptions) => {
      const overrides = seed === undefined ? set : [...set, `seed=${seed}`];
      const scenario = await readScenario(file, overrides);
      const { progress, stop } = progressBars();
      const aborted = new AbortController();
      void until('SIGINT', 'SIGTERM').then((signal) => aborted.abort(new Error(`stopped by ${signal}`)));
      const run = await runScenario(scenario, { network: on, out, progress, signal: aborted.signal }).finally(
        stop,
      );
      process.stdout.write(
        consoleTable(run.summary, run.details, run.expectations, { colour: process.stdout.isTTY }),
      );
      console.log(`report  ${run.directory}/report.html`);
      process.exitCode = run.expectations.every(({ held }) => held) ? 0 : 1;
      // Signal listeners would keep the process.
      process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
    });
}
