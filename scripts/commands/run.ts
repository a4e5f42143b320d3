import { Command, Option } from 'commander';
import { consoleTable } from '../../testnet/report/console-table.ts';
import { exitCodeOf, runScenario } from '../../testnet/run.ts';
import { progressBars } from './progress.ts';
import { collect, readScenario } from './read-scenario.ts';
import { stoppable } from './signals.ts';

interface RunOptions {
  on: 'local' | 'simulated';
  links: 'nodes' | 'kernel';
  seed?: string;
  set: string[];
  out?: string;
}

/** `txgossip run`: one scenario, measured. Exit code 0 only when the run is valid and every expectation held. */
export function runCommand(): Command {
  return new Command('run')
    .description(
      'Run a scenario and report what it measured. Exits 0 when every expectation held, 1 when one was missed or the run failed, 2 when the run is invalid: it measured the machine or itself.',
    )
    .argument('<SCENARIO>', 'a scenario file, or the name of a ready-made one (txgossip scenarios)')
    .addOption(
      new Option(
        '--on <NETWORK>',
        'local: real processes over TCP; simulated: the same nodes in virtual time',
      )
        .choices(['local', 'simulated'])
        .default('local'),
    )
    .addOption(
      new Option(
        '--links <WHO>',
        'who emulates the links of a local network: the nodes themselves, or the kernel (Linux with netem, as root)',
      )
        .choices(['nodes', 'kernel'])
        .default('nodes'),
    )
    .option('--seed <N>', 'in place of the seed of the scenario')
    .option(
      '--set <KEY=VALUE>',
      'change one field of the scenario, such as nodes.count=20 (repeatable)',
      collect,
      [],
    )
    .option('--out <DIR>', 'the run folder (default: runs/<name>-<time>)')
    .action(async (file: string, { on, links, seed, set, out }: RunOptions) => {
      if (links === 'kernel' && on !== 'local') {
        throw new Error('--links kernel is for --on local: a simulated network has no kernel in it');
      }
      const overrides = seed === undefined ? set : [...set, `seed=${seed}`];
      const scenario = await readScenario(file, overrides);
      const { progress, stop } = progressBars();
      const run = await stoppable((signal) =>
        runScenario(scenario, { network: on, linksBy: links, out, progress, signal }).finally(stop),
      );
      process.stdout.write(
        consoleTable(run.summary, run.details, run.expectations, { colour: process.stdout.isTTY }),
      );
      console.log(`report  ${run.directory}/report.html`);
      process.exitCode = exitCodeOf(run);
    });
}
