import { Command } from 'commander';
import { rebuildReport } from '../../testnet/report/rebuild-report.ts';

/** `txgossip report`: the page again, from the events. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Build the report of a run again, from the events in its folder.')
    .argument('<RUN>', 'a run folder')
    .action(async (directory: string) => {
      console.log(`report  ${await rebuildReport(directory)}`);
    });
}
