/** The `txgossip` command: one file per verb in commands/. */
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../src/version.ts';
import { calibrateCommand } from './commands/calibrate.ts';
import { compareCommand } from './commands/compare.ts';
import { nodeCommand } from './commands/node.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { scenariosCommand } from './commands/scenarios.ts';
import { sweepCommand } from './commands/sweep.ts';
import { testnetCommand } from './commands/testnet.ts';
import { workerCommand } from './commands/worker.ts';

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('txgossip')
    .description('A transaction-mempool propagation node on libp2p, and the bench to study propagation on.')
    .version(packageVersion)
    .showHelpAfterError('(--help shows the options)')
    .addCommand(nodeCommand())
    .addCommand(runCommand())
    .addCommand(testnetCommand())
    .addCommand(scenariosCommand())
    .addCommand(sweepCommand())
    .addCommand(workerCommand())
    .addCommand(compareCommand())
    .addCommand(reportCommand())
    .addCommand(calibrateCommand());
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has written its message already.
      process.exitCode = error.exitCode;
      return;
    }
    fail(error);
  }
}

/** One line for what the user can mend; the whole stack for what only we can, or on request. */
function fail(error: unknown): void {
  const bug = !(error instanceof Error) || error instanceof TypeError || error instanceof ReferenceError;
  const whole = bug || process.env.TXGOSSIP_DEBUG !== undefined;
  console.error(whole ? error : `txgossip: ${error.message}`);
  process.exitCode = 1;
}
