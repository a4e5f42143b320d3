/**
 * What batches save under load, and what they cost a lone transaction. About a minute.
 *
 * Load: two networks of ten nodes on the same graph carry the same transactions, first one as it is by default, then one
 * that sends each transaction as a message of its own. CPU is that of the nodes' processes, a transaction and node.
 *
 * Idle: two lines of three nodes in this process, one of each kind, get a lone transaction in turns; the time is from its
 * submission to its arrival at the far end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeOptions } from '../../src/config.ts';
import { realClock } from '../../src/environment.ts';
import { launchNode, type RunningNode } from '../../src/launch.ts';
import { LoadNetwork, NODES, type NetworkStatus } from './load-network.ts';
import { loadState, transfersOf } from './load-transfers.ts';
import type { BenchRow } from './row.ts';

const UNBATCHED: Partial<NodeOptions> = { 'batch.transactions': 1, 'batch.delay': 0 };
const BACKLOG_SECONDS = 2;
const RECOVERY_MS = 1_000;
const WARM_UP_MS = 3_000;
const MEASURED_MS = 10_000;
const TRANSACTIONS_PER_NODE = 3_500;

const LINE = 3;
const SAMPLES = 300;
const PAUSE_MS = 30;

interface Load {
  cpuUs: number;
  recoveryUs: number;
  perSecond: number;
  transactionsPerMessage: number;
}

async function underLoad(options: Partial<NodeOptions>): Promise<Load> {
  const network = await LoadNetwork.start(TRANSACTIONS_PER_NODE, options);
  try {
    const recovery = await network.recovery(RECOVERY_MS);
    const startMs = performance.now();
    let first: { atMs: number; status: NetworkStatus } | undefined;
    const last = await network.saturate(BACKLOG_SECONDS, (status) => {
      const atMs = performance.now();
      if (first === undefined && atMs - startMs >= WARM_UP_MS) first = { atMs, status };
      return first !== undefined && atMs - first.atMs >= MEASURED_MS;
    });
    const { atMs, status } = first!;
    const arrived = last.arrived - status.arrived;
    return {
      cpuUs: (last.cpuUs - status.cpuUs) / arrived,
      recoveryUs: recovery.cpuUs,
      perSecond: (arrived / NODES / (performance.now() - atMs)) * 1000,
      transactionsPerMessage: (last.copies - status.copies) / (last.messages - status.messages),
    };
  } finally {
    await network.stop();
  }
}

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
  while (!nodes.every(({ node }, index) => node.propagation.meshPeers().length === (index === 1 ? 2 : 1)))
    await sleep(20);
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
  const batched = await underLoad({});
  const unbatched = await underLoad(UNBATCHED);
  const idle = await whenIdle();
  const us = (value: number): string => `${value.toFixed(0)} us CPU`;
  const beside = ({ cpuUs, recoveryUs }: Load): number => cpuUs - recoveryUs;
  const [idleBatched, idleUnbatched] = [median(idle.batched), median(idle.unbatched)];
  return [
    {
      name: 'delivery under load, a message each',
      value: `${us(unbatched.cpuUs)} (${unbatched.perSecond.toFixed(0)}/s)`,
    },
    {
      name: `delivery under load, in batches (${batched.transactionsPerMessage.toFixed(0)} a message)`,
      value: `${us(batched.cpuUs)} (${batched.perSecond.toFixed(0)}/s)`,
      ratio: `1/${(unbatched.cpuUs / batched.cpuUs).toFixed(1)}`,
    },
    { name: 'of it the signature, which nothing saves', value: us(batched.recoveryUs) },
    { name: 'beside the signature, a message each', value: us(beside(unbatched)) },
    {
      name: 'beside the signature, in batches',
      value: us(beside(batched)),
      ratio: `1/${(beside(unbatched) / beside(batched)).toFixed(1)}`,
    },
    { name: 'lone transaction over two hops, no batching', value: `${idleUnbatched.toFixed(2)} ms` },
    {
      name: 'lone transaction over two hops, batching',
      value: `${idleBatched.toFixed(2)} ms`,
      ratio: `${(idleBatched / idleUnbatched).toFixed(2)}x`,
    },
  ];
}

function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}
