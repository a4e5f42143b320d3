/**
 * What ten nodes deliver that are given more than they can carry, against what the signatures alone would allow: each
 * node verifies everything itself, so with all cores at nothing but bare recovery it would be cores / (nodes x recovery
 * time). About 30 s. Wants a machine with two cores and nothing else to do; the share of CPU is right on a busy one, too.
 */
import { LoadNetwork, NODES, type NetworkStatus } from './load-network.ts';
import type { BenchRow } from './row.ts';

const TRANSACTIONS_PER_NODE = 4_000;
const BACKLOG_SECONDS = 2;
const RECOVERY_MS = 1_500;
const WARM_UP_MS = 4_000;
const MEASURED_MS = 12_000;

export async function benchThroughput(): Promise<BenchRow[]> {
  const network = await LoadNetwork.start(TRANSACTIONS_PER_NODE);
  try {
    const before = await network.recovery(RECOVERY_MS);
    const startMs = performance.now();
    let first: { atMs: number; status: NetworkStatus } | undefined;
    const last = await network.saturate(BACKLOG_SECONDS, (status) => {
      const atMs = performance.now();
      if (first === undefined && atMs - startMs >= WARM_UP_MS) first = { atMs, status };
      return first !== undefined && atMs - first.atMs >= MEASURED_MS;
    });
    const seconds = (performance.now() - first!.atMs) / 1000;
    const drained = await network.drain();
    const after = await network.recovery(RECOVERY_MS);
    if (drained.refused.length > 0) throw new Error(`the nodes refused ${drained.refused[0]}`);

    const arrived = last.arrived - first!.status.arrived;
    const perSecond = arrived / NODES / seconds;
    const allowed = (before.perSecond + after.perSecond) / 2 / NODES;
    const cpuUs = (last.cpuUs - first!.status.cpuUs) / arrived;
    const recoveryUs = (before.cpuUs + after.cpuUs) / 2;
    const copies = last.copies - first!.status.copies;
    const messages = last.messages - first!.status.messages;
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
      { name: 'transactions a message', value: (copies / messages).toFixed(0) },
      { name: 'copies received a delivery', value: (copies / arrived).toFixed(2) },
      { name: 'coverage', value: drained.isEqual ? '1: all pools equal' : 'pools differ' },
      {
        name: 'submitted, lost',
        value: `${network.submitted}, ${network.submitted - Math.min(...drained.pending)}`,
      },
      { name: 'messages dropped, and made up for', value: String(drained.dropped) },
      { name: 'largest process', value: `${(drained.rssBytes / 1e6).toFixed(0)} MB` },
    ];
  } finally {
    await network.stop();
  }
}
