/**
 * What ten nodes deliver that are given more than they can carry, against what the signatures alone would allow: each
 * node verifies everything itself, so with all cores at nothing but bare recovery it would be cores / (nodes x recovery
 * time). About 30 s. Wants a machine with two cores and nothing else to do; the share of CPU is right on a busy one, too.
 */
import { NODES } from './load-network.ts';
import type { BenchRow } from './row.ts';
import { saturate } from './saturation.ts';

const TRANSACTIONS_PER_NODE = 4_000;
const MEASURED_MS = 12_000;

export async function benchThroughput(): Promise<BenchRow[]> {
  const run = await saturate(TRANSACTIONS_PER_NODE, MEASURED_MS);
  const { perSecond, recoveryUs, cpuUs, submitted, drained } = run;
  const allowed = run.recoveriesPerSecond / NODES;
  return [
    { name: `bare recovery on all cores, shared by ${NODES} nodes`, value: `${allowed.toFixed(0)}/s` },
    {
      name: 'delivered to every node, saturated',
      value: `${perSecond.toFixed(0)}/s`,
      ratio: `${(perSecond / allowed).toFixed(2)}x`,
    },
    { name: 'CPU of a bare recovery', value: `${recoveryUs.toFixed(0)} us` },
    {
      name: 'CPU of a transaction at a node, and the share of it that is recovery',
      value: `${cpuUs.toFixed(0)} us`,
      ratio: `${(recoveryUs / cpuUs).toFixed(2)}x`,
    },
    { name: 'transactions a message', value: run.transactionsPerMessage.toFixed(0) },
    { name: 'copies received a delivery', value: run.copies.toFixed(2) },
    { name: 'coverage', value: run.poolsAreEqual ? '1: all pools equal' : 'pools differ' },
    { name: 'submitted, lost', value: `${submitted}, ${submitted - Math.min(...drained.pending)}` },
    { name: 'messages dropped, and made up for', value: String(drained.dropped) },
    { name: 'largest process', value: `${(drained.rssBytes / 1e6).toFixed(0)} MB` },
  ];
}
