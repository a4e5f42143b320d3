/** Ten nodes that are given more than they can carry, and what that costs beside bare signature recovery. */
import type { NodeOptions } from '../../src/config.ts';
import { LoadNetwork, NODES, type NetworkStatus } from './load-network.ts';

const BACKLOG_SECONDS = 3;
const RECOVERY_MS = 1_500;
const WARM_UP_MS = 4_000;

export interface Saturation {
  /** Transactions delivered to every node, a second. */
  perSecond: number;
  /** Bare recoveries a second, of all cores at once, just before and after. */
  recoveriesPerSecond: number;
  recoveryUs: number;
  /** CPU of all processes, for each transaction and node. */
  cpuUs: number;
  transactionsPerMessage: number;
  /** Received, for each transaction and node. */
  copies: number;
  submitted: number;
  /** After the last submission, when everything has arrived. */
  drained: NetworkStatus;
  poolsAreEqual: boolean;
}

/** @throws {Error} when the nodes refuse any of the load. */
export async function saturate(
  transactionsPerNode: number,
  measuredMs: number,
  options: Partial<NodeOptions> = {},
): Promise<Saturation> {
  const network = await LoadNetwork.start(transactionsPerNode, options);
  try {
    const before = await network.recovery(RECOVERY_MS);
    const startMs = performance.now();
    let first: { atMs: number; status: NetworkStatus } | undefined;
    const last = await network.saturate(BACKLOG_SECONDS, (status) => {
      const atMs = performance.now();
      if (first === undefined && atMs - startMs >= WARM_UP_MS) first = { atMs, status };
      return first !== undefined && atMs - first.atMs >= measuredMs;
    });
    const seconds = (performance.now() - first!.atMs) / 1000;
    const drained = await network.drain();
    if (drained.refused.length > 0) throw new Error(`the nodes refused ${drained.refused[0]}`);
    const after = await network.recovery(RECOVERY_MS);

    const arrived = last.arrived - first!.status.arrived;
    const copies = last.copies - first!.status.copies;
    return {
      perSecond: arrived / NODES / seconds,
      recoveriesPerSecond: (before.perSecond + after.perSecond) / 2,
      recoveryUs: (before.cpuUs + after.cpuUs) / 2,
      cpuUs: (last.cpuUs - first!.status.cpuUs) / arrived,
      transactionsPerMessage: copies / (last.messages - first!.status.messages),
      copies: copies / arrived,
      submitted: network.submitted,
      drained,
      poolsAreEqual: await network.poolsAreEqual(),
    };
  } finally {
    await network.stop();
  }
}
