import { Command } from 'commander';
import { calibrate } from '../../testnet/calibrate.ts';
import { calibrationTable } from '../../testnet/report/calibration-report.ts';
import { progressBars } from './progress.ts';
import { collect, readScenario } from './read-scenario.ts';
import { stoppable } from './signals.ts';

interface CalibrateCommandOptions {
  seed?: string;
  set: string[];
  out?: string;
}

/** `txgossip calibrate`: one scenario on both networks. */
export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description(
      'Run a scenario on the local and on the simulated network and compare them: how far the simulation can be trusted on this machine. Exits 0 when both runs are valid and every expectation held, else 1.',
    )
    .argument('<SCENARIO>', 'a scenario file, or the name of a ready-made one (txgossip scenarios)')
    .option('--seed <N>', 'in place of the seed of the scenario')
    .option(
      '--set <KEY=VALUE>',
      'change one field of the scenario (repeatable); nodes.cpu is of the simulated run alone',
      collect,
      [],
    )
    .option('--out <DIR>', 'the folder for both runs (default: runs/<name>-calibration-<time>)')
    .action(async (file: string, { seed, set, out }: CalibrateCommandOptions) => {
      const scenario = await readScenario(file, seed === undefined ? set : [...set, `seed=${seed}`]);
      const { progress, stop } = progressBars();
      const result = await stoppable((signal) =>
        calibrate(scenario, { out, progress, signal }).finally(stop),
      );
      const { calibration, directory, local, simulated } = result;
      process.stdout.write(calibrationTable(calibration));
      console.log(`report  ${directory}/calibration.html`);
      const { invalid } = calibration;
      const held = [...local.expectations, ...simulated.expectations].every(
        (expectation) => expectation.held,
      );
      process.exitCode = held && invalid.local.length + invalid.simulated.length === 0 ? 0 : 1;
    });
}
