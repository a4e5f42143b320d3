import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { readGroups } from '../../testnet/compare/read-groups.ts';
import { comparisonPage, comparisonTable } from '../../testnet/report/comparison-report.ts';
import { timestamp } from '../../testnet/run.ts';
import { writeWhole } from '../../testnet/write-whole.ts';

/** Groups named at the head of the page; the tables name all. */
const MAX_NAMED = 8;

/** `txgossip compare`: runs and sweeps side by side. */
export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'Compare runs: those that differ by their seed alone are one group; the first group is what the others are measured against.',
    )
    .argument('<FOLDER...>', 'run folders, or folders of sweeps')
    .option('--out <DIR>', 'where the page goes (default: runs/comparison-<time>)')
    .action(async (directories: string[], { out }: { out?: string }) => {
      const groups = await readGroups(directories);
      process.stdout.write(comparisonTable(groups));
      const directory = out ?? join('runs', `comparison-${timestamp(new Date())}`);
      await mkdir(directory, { recursive: true });
      const page = join(directory, 'comparison.html');
      const names = groups.length > MAX_NAMED ? '' : groups.map(({ name }) => name).join(' · ');
      await writeWhole(page, comparisonPage({ title: 'Comparison', description: names, groups, directory }));
      console.log(`report  ${page}`);
    });
}
