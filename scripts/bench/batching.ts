/**
 * What batches save under load, and what they cost a lone transaction. About 80 s.
 *
 * Load: two networks of ten nodes on the same graph carry the same transactions, first one as it is by default, then one
 * that sends each transaction as a message of its own. CPU is that of the nodes' processes, a transaction and node. What
 * any node does, however a transaction came to it, is measured by itself: as many pools in as many processes take the
 * same transactions, checked and verified, with no network. The rest is what carrying them costs.
 *
 * Idle: two lines of three nodes in this process, one of each kind, get a lone transaction in turns; the time is from its
 * submission to its arrival at the far end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeOptions } from '../../src/config.ts';
import { realClock } from '../../src/environment.ts';
import { launchNode, type RunningNode } from '../../src/launch.ts';
import { eventually } from './eventually.ts';
import { admissionAlone } from './load-network.ts';
import { loadState, transfersOf } from './load-transfers.ts';
import type { BenchRow } from './row.ts';
import { median } from './median.ts';
import { saturate } from './saturation.ts';

const UNBATCHED: Partial<NodeOptions> = { 'batch.transactions': 1, 'batch.delay': 0 };
const MEASURED_MS = 10_000;
const TRANSACTIONS_PER_NODE = 3_500;
const ADMITTED_ALONE = 10_000;

const LINE = 3;
const SAMPLES = 300;
const PAUSE_MS = 30;

/** A line of nodes, and who is told when something arrives at its end. */
async function startLine(options: Partial<NodeOptions>): Promise<{
  nodes: RunningNode[];
  carry(raw: Uint8Array): Promise<number>;
}> {
  let arrive: (atMs: number) => void = () => undefined;
  const nodes: RunningNode[] = [];
  for (let index = 0; index < LINE; index++) {
    const isEnd = index === LINE - 1;
    nodes.push(
      await launchNode(
        { 'http.port': 0, verbosity: 1, 'explain.transactions': 0, ...options },
        {
          state: loadState(),
          trace: {
            record: (event) => {
              if (isEnd && event.kind === 'arrival') arrive(event.atMs);
            },
          },
        },
      ),
    );
  }
  for (let index = 1; index < LINE; index++)
    await nodes[index]!.node.addPeer(nodes[index - 1]!.multiaddrs[0]!);
  await eventually('the line to be a mesh', () =>
    nodes.every(({ node }, index) => node.propagation.meshPeers().length === (index === 1 ? 2 : 1)),
  );
  return {
    nodes,
    async carry(raw) {
      const arrival = new Promise<number>((resolve) => (arrive = resolve));
      const startMs = realClock.nowMs();
      const answer = await nodes[0]!.node.submit(raw);
      if (answer.status !== 'pending') throw new Error(`a node did not take it: ${JSON.stringify(answer)}`);
      return (await arrival) - startMs;
    },
  };
}

async function whenIdle(): Promise<{ batched: number[]; unbatched: number[] }> {
  const lines = [await startLine({}), await startLine(UNBATCHED)] as const;
  const [batched, unbatched]: [number[], number[]] = [[], []];
  try {
    for (const [index, raw] of transfersOf(0, SAMPLES).entries()) {
      // Who goes first alternates, too.
      const order = index % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
      for (const line of order) {
        await sleep(PAUSE_MS);
        (line === 0 ? batched : unbatched).push(await lines[line].carry(raw));
      }
    }
    return { batched, unbatched };
  } finally {
    await Promise.all(lines.flatMap(({ nodes }) => nodes.map(({ stop }) => stop())));
  }
}

export async function benchBatching(): Promise<BenchRow[]> {
  const batched = await saturate(TRANSACTIONS_PER_NODE, MEASURED_MS);
  const unbatched = await saturate(TRANSACTIONS_PER_NODE, MEASURED_MS, UNBATCHED);
  const batch = Math.round(batched.transactionsPerMessage);
  const aloneUs = await admissionAlone(ADMITTED_ALONE, batch);
  const idle = await whenIdle();
  const us = (value: number): string => `${value.toFixed(0)} us CPU`;
  const less = (what: number): string =>
    `1/${((unbatched.cpuUs - what) / (batched.cpuUs - what)).toFixed(1)}`;
  const [idleBatched, idleUnbatched] = [median(idle.batched), median(idle.unbatched)];
  return [
    {
      name: 'delivery under load, a message each',
      value: `${us(unbatched.cpuUs)} (${unbatched.perSecond.toFixed(0)}/s)`,
    },
    {
      name: `delivery under load, in batches (${batch} a message)`,
      value: `${us(batched.cpuUs)} (${batched.perSecond.toFixed(0)}/s)`,
      ratio: less(0),
    },
    { name: 'of it the signature', value: us(batched.recoveryUs) },
    { name: 'of it decoding, signature and pool, without a network', value: us(aloneUs) },
    { name: 'carrying it, a message each', value: us(unbatched.cpuUs - aloneUs) },
    { name: 'carrying it, in batches', value: us(batched.cpuUs - aloneUs), ratio: less(aloneUs) },
    { name: 'lone transaction over two hops, no batching', value: `${idleUnbatched.toFixed(2)} ms` },
    {
      name: 'lone transaction over two hops, batching',
      value: `${idleBatched.toFixed(2)} ms`,
      ratio: `${(idleBatched / idleUnbatched).toFixed(2)}x`,
    },
  ];
}
