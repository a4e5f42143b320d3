/**
 * What the parts cost on this machine, each group beside what it is to be compared with. Some seven minutes in all.
 *
 *   npm run bench                     all groups
 *   npm run bench -- gossip mempool   these only
 */
import { benchBatching } from './batching.ts';
import { benchGossip } from './gossip.ts';
import { benchLinks } from './links.ts';
import { benchMempool } from './mempool.ts';
import { benchTable, type BenchRow } from './row.ts';
import { benchRpc } from './rpc.ts';
import { benchSimulation } from './simulation.ts';
import { benchSync } from './sync.ts';
import { benchThroughput } from './throughput.ts';
import { benchTraces } from './traces.ts';
import { benchTransaction } from './transaction.ts';
import { benchTurns } from './turns.ts';

const GROUPS: Record<string, () => Promise<BenchRow[]>> = {
  transaction: benchTransaction,
  mempool: benchMempool,
  rpc: benchRpc,
  gossip: benchGossip,
  batching: benchBatching,
  throughput: benchThroughput,
  turns: benchTurns,
  simulation: benchSimulation,
  links: benchLinks,
  traces: benchTraces,
  sync: benchSync,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}`);
  process.exitCode = 1;
} else {
  for (const name of names.length > 0 ? names : Object.keys(GROUPS)) {
    const startMs = performance.now();
    const rows = await GROUPS[name]!();
    const seconds = (performance.now() - startMs) / 1000;
    console.log(
      `${name} (${seconds.toFixed(0)} s)\n${benchTable(rows)}\n`.replaceAll(/^(?=.)/gm, '  ').trimStart(),
    );
  }
}
