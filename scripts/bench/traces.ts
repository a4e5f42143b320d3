/**
 * What keeping per-transaction events costs on the local network, in CPU time of the node processes. Two networks side by
 * side take the same load at the same time, one with traces and one without: whatever else the machine does befalls both.
 * Which of them traces changes from pair to pair; the figure is the median of the ratios of the pairs, with a bootstrap
 * interval: how a network batches and meshes makes pairs differ by much more than traces cost. So beside it stands what
 * traces add, without networks: each event of such a run through the channel from a node process to its controller, as
 * a share of what the nodes spend without. Two minutes.
 */
import { spawn } from 'node:child_process';
import type { TraceEvent } from '../../src/telemetry/trace.ts';
import { bootstrapInterval } from '../../testnet/measure/statistics.ts';
import type { LocalNetwork } from '../../testnet/networks/local/local-network.ts';
import { startLocal } from '../../testnet/networks/local/start-local.ts';
import type { EventsMessage } from '../../testnet/networks/local/protocol.ts';
import type { NodeTrace } from '../../testnet/networks/network.ts';
import { streamOf } from '../../testnet/random.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { planWorkload, type PlannedTransaction } from '../../testnet/workload/plan.ts';
import { submitOpenLoop } from '../../testnet/workload/submit.ts';
import { median } from './median.ts';
import type { BenchRow } from './row.ts';

const NODES = 4;
const TRANSACTIONS = 400;
const RATE = 100;
/** Even: each network of a pair traces in half of them. */
const PAIRS = 12;
const WARM_UP_MS = 1000;
const DRAIN_MS = 1000;
/** Events a process hands over at once: what gathers in the second between two messages. */
const EVENTS_A_MESSAGE = 100;
/** Events handed over to see what one costs, and how often that is done. */
const HANDED_OVER = 100_000;
const HAND_OVERS = 5;

const scenario = resolveScenario(
  JSON.stringify({
    nodes: { count: NODES },
    topology: { kind: 'complete' },
    workload: { transactions: TRANSACTIONS, ratePerSecond: RATE, senders: TRANSACTIONS },
  }),
);

interface Pair {
  offMs: number;
  onMs: number;
  traces: NodeTrace[];
}

export async function benchTraces(): Promise<BenchRow[]> {
  const plan = await planWorkload(scenario);
  const pairs: Pair[] = [];
  for (let k = 0; k < PAIRS; k++) pairs.push(await measurePair(plan, k % 2 === 0));
  const ratios = pairs.map(({ offMs, onMs }) => onMs / offMs);
  const { low, high } = bootstrapInterval(ratios, median, streamOf(1, 'traces'));
  const seconds = (values: number[]): string => `${(median(values) / 1000).toFixed(2)} s CPU`;
  const offMs = median(pairs.map((pair) => pair.offMs));
  const events = pairs.at(-1)!.traces.flatMap((trace) => trace.events);
  const rounds: Awaited<ReturnType<typeof handOver>>[] = [];
  for (let k = 0; k < HAND_OVERS; k++) rounds.push(await handOver(events));
  const sendUs = median(rounds.map((round) => round.sendUs));
  const receiveUs = median(rounds.map((round) => round.receiveUs));
  const shareOf = (us: number): string =>
    `${((us * events.length) / 1000 / offMs).toFixed(4)}x of the CPU without traces`;
  return [
    { name: 'without traces', value: seconds(pairs.map((pair) => pair.offMs)) },
    {
      name: `with traces, ${events.length} events`,
      value: seconds(pairs.map((pair) => pair.onMs)),
      ratio: `${median(ratios).toFixed(3)}x (95 % of medians ${low.toFixed(3)} to ${high.toFixed(3)}, ${PAIRS} pairs ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')})`,
    },
    {
      name: 'an event handed over, by the node',
      value: `${sendUs.toFixed(2)} us CPU`,
      ratio: shareOf(sendUs),
    },
    {
      name: 'the same, by the controller',
      value: `${receiveUs.toFixed(2)} us CPU`,
      ratio: shareOf(receiveUs),
    },
  ];
}

async function measurePair(plan: readonly PlannedTransaction[], firstTraces: boolean): Promise<Pair> {
  const networks: LocalNetwork[] = [];
  try {
    for (const trace of [firstTraces, !firstTraces]) {
      networks.push(await startLocal(scenario, edgesOf(scenario), { trace }));
    }
    const [first, second] = networks as [LocalNetwork, LocalNetwork];
    const startMs = first.clock.nowMs() + WARM_UP_MS;
    await first.sleepUntil(startMs);
    const before = [await cpuMs(first), await cpuMs(second)] as const;
    await Promise.all(networks.map((network) => submitOpenLoop(network, plan, startMs, {})));
    await first.sleepUntil(first.clock.nowMs() + DRAIN_MS);
    const spent = [(await cpuMs(first)) - before[0], (await cpuMs(second)) - before[1]] as const;
    const [onMs, offMs] = firstTraces ? spent : spent.toReversed();
    return { onMs: onMs, offMs: offMs, traces: await (firstTraces ? first : second).traces() };
  } finally {
    await Promise.all(networks.map((network) => network.stop()));
  }
}

async function cpuMs(network: LocalNetwork): Promise<number> {
  const status = await network.status();
  return status.reduce((sum, node) => sum + node.cpuMs!, 0);
}

/** The end of a node process: hands over what it is given, as often as it is told, and answers with its CPU time, us. */
const SENDER = `
process.once('message', ({ message, times }) => {
  const before = process.cpuUsage();
  let left = times;
  const sent = () => {
    if (--left > 0) return;
    const { user, system } = process.cpuUsage(before);
    process.send({ cpuUs: user + system });
  };
  for (let k = 0; k < times; k++) process.send(message, undefined, undefined, sent);
});
`;

/** CPU time of both ends of the channel between a node process and its controller, for one event. */
async function handOver(events: readonly TraceEvent[]): Promise<{ sendUs: number; receiveUs: number }> {
  const gathered = events.slice(-EVENTS_A_MESSAGE);
  const message = { happened: [{ index: 0, events: gathered }] } satisfies EventsMessage;
  const times = HANDED_OVER / gathered.length;
  const sender = spawn(process.execPath, ['-e', SENDER], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const before = process.cpuUsage();
  const { promise: told, resolve } = Promise.withResolvers<number>();
  sender.on('message', (answer: EventsMessage | { cpuUs: number }) => {
    if ('cpuUs' in answer) resolve(answer.cpuUs);
  });
  sender.send({ message, times });
  const cpuUs = await told;
  const { user, system } = process.cpuUsage(before);
  sender.disconnect();
  return { sendUs: cpuUs / HANDED_OVER, receiveUs: (user + system) / HANDED_OVER };
}
