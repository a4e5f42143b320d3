/**
 * What reconciliation costs, and how soon it makes pools equal: bytes and rounds by the number of differences, the work
 * of finding them, a newcomer, and two halves that were parted. Real nodes in virtual time, one of them for each figure.
 */
import { Mempool } from '../../src/mempool/mempool.ts';
import { DifferenceDecoder, idKey } from '../../src/propagation/sync/difference-decoder.ts';
import { dearestFirst } from '../../src/propagation/sync/dearest-first.ts';
import type { SessionResult } from '../../src/propagation/sync/exchange.ts';
import { shortening, type SipKey } from '../../src/propagation/sync/short-id.ts';
import { SymbolStream } from '../../src/propagation/sync/symbol-stream.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';
import { decodeTransaction } from '../../src/transaction/decode.ts';
import { isRefusal } from '../../src/transaction/refusal.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import type { BenchRow } from './row.ts';

const POOL = 20_000;
const ID_BYTES = 8;
const LATENCY_MS = 50;
/** Many senders: a pool orders by sender. */
const SENDERS = 500;
/** What fits in it fits in no pool by default. */
const ROOMY = { 'txpool.preset': 'experiment' };
const now = performance.now.bind(performance);

const scenarioOf = (fields: Record<string, unknown>): Scenario => resolveScenario(JSON.stringify(fields));
const quiet = (): undefined => undefined;

async function transactions(count: number): Promise<Transaction[]> {
  const plan = await planWorkload(scenarioOf({ workload: { transactions: count, senders: SENDERS } }));
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };
  return plan.map(({ raw }) => {
    const decoded = decodeTransaction(raw, rules);
    const recovered = isRefusal(decoded) ? decoded : recoverSender(decoded);
    if (isRefusal(recovered)) throw new Error(recovered.message);
    return recovered;
  });
}

async function within<T>(scenario: Scenario, work: (simulation: Simulation) => Promise<T>): Promise<T> {
  const simulation = await Simulation.start(scenario, edgesOf(scenario), quiet);
  try {
    return await work(simulation);
  } finally {
    await simulation.stop();
  }
}

/** As if gossip had brought them, a while ago. */
function fill(simulation: Simulation, node: number, some: readonly Transaction[]): void {
  const { pool } = simulation.members[node]!;
  for (const transaction of some) {
    if (pool.add(transaction, 'remote', simulation.clock.nowMs()).status !== 'pending')
      throw new Error('a pool has no room: not a run to measure');
  }
}

const sleep = (simulation: Simulation, ms: number): Promise<void> =>
  simulation.sleepUntil(simulation.clock.nowMs() + ms);

/** One session between two pools of `POOL` that differ by `d`, as many on either side. */
async function session(
  all: readonly Transaction[],
  d: number,
): Promise<SessionResult & { virtualMs: number }> {
  const scenario = scenarioOf({
    nodes: { count: 2, options: { ...ROOMY, 'sync.interval': 3_600_000 } },
    topology: { kind: 'line' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: 1, senders: SENDERS },
  });
  return within(scenario, async (simulation) => {
    const ours = Math.ceil(d / 2);
    // The differences are the last of each sender: what stands before them is in both pools.
    const [common, apart] = [all.slice(0, POOL - ours), all.slice(POOL - ours)];
    fill(simulation, 0, [...common, ...apart.slice(0, ours)]);
    fill(simulation, 1, [...common, ...apart.slice(ours, d)]);
    await sleep(simulation, 5_000);
    const startMs = simulation.clock.nowMs();
    let endMs = startMs;
    const { peerId } = simulation.members[1]!;
    const asked = simulation.as(0, async () => {
      const result = await simulation.members[0]!.reconciliation.syncWith(peerId);
      endMs = simulation.clock.nowMs();
      return result;
    });
    await sleep(simulation, 30_000);
    const result = await asked;
    if (simulation.members[0]!.pool.pendingDigest !== simulation.members[1]!.pool.pendingDigest)
      throw new Error(`pools still differ after a session of d = ${d}`);
    return { ...result, virtualMs: endMs - startMs };
  });
}

async function byDifferences(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const d of [0, 1, 10, 100, 1_000, 10_000]) {
    const all = apartLast(await transactions(POOL + Math.floor(d / 2)), d);
    const { bytes, symbols, listed, virtualMs } = await session(all, d);
    const moved = all.slice(POOL - Math.ceil(d / 2)).reduce((sum, { raw }) => sum + raw.byteLength, 0);
    const overhead = bytes - moved;
    rows.push({
      name: `d = ${d.toLocaleString('en')}: bytes beside the transactions`,
      value: `${overhead.toLocaleString('en')} (${symbols} symbols${listed ? ', then ids listed' : ''}; ${virtualMs} ms at ${LATENCY_MS} ms)`,
      ...(d > 0 && { ratio: `${(overhead / (d * ID_BYTES)).toFixed(1)}x d ids` }),
    });
  }
  return rows;
}

/** The last ones of senders at the end, so that either half of them is executable without the other: a sender each. */
function apartLast(all: readonly Transaction[], d: number): Transaction[] {
  const ours = new Set<string>();
  const bySender = new Map<string, number>();
  for (const { sender } of all) bySender.set(sender, (bySender.get(sender) ?? 0) + 1);
  const senders = [...bySender.keys()];
  senders.slice(0, Math.ceil(senders.length / 2)).forEach((sender) => ours.add(sender));
  const order = [...all].sort((a, b) => (a.nonce < b.nonce ? -1 : a.nonce > b.nonce ? 1 : 0));
  const late = (of: (sender: string) => boolean, count: number): Transaction[] =>
    count === 0 ? [] : order.filter(({ sender }) => of(sender)).slice(-count);
  const first = late((sender) => ours.has(sender), Math.ceil(d / 2));
  const second = late((sender) => !ours.has(sender), Math.floor(d / 2));
  const apart = new Set([...first, ...second]);
  return [...order.filter((each) => !apart.has(each)), ...first, ...second];
}

/** Real time of the parts, and the longest step between two chances for the event loop. */
async function work(): Promise<BenchRow[]> {
  const all = await transactions(POOL + 5_000);
  const hashes = all.map(({ hash }) => hash);
  const key: SipKey = [1, 2, 3, 4];
  let longestMs = 0;
  const timed = <T>(steps: Generator<void, T>): { value: T; ms: number } => {
    const startMs = now();
    for (let stepMs = startMs; ;) {
      const step = steps.next();
      const endMs = now();
      longestMs = Math.max(longestMs, endMs - stepMs);
      stepMs = endMs;
      if (step.done === true) return { value: step.value, ms: endMs - startMs };
    }
  };
  // The first compiles the code.
  for (let n = 0; n < 3; n++) timed(shortening(hashes, key));
  longestMs = 0;
  const ids = timed(shortening(hashes.slice(0, POOL), key));
  const rows: BenchRow[] = [
    { name: `ids of ${POOL.toLocaleString('en')}`, value: `${ids.ms.toFixed(0)} ms` },
  ];
  for (const d of [10, 100, 1_000, 10_000]) {
    const half = d / 2;
    const theirs = timed(shortening(hashes.slice(half, POOL + half), key)).value;
    const symbols = Math.ceil(d * 1.6) + 20;
    const stream = new SymbolStream(theirs);
    const encoding = timed(stream.extending(symbols));
    const decoder = new DifferenceDecoder(ids.value);
    const decoding = timed(decoder.taking(stream.symbols));
    if (!decoder.complete || decoder.difference().theirs.length !== half)
      throw new Error(`${symbols} symbols did not do for ${d} differences`);
    if (!decoder.difference().theirs.includes(idKey(theirs.low.at(-1)!, theirs.high.at(-1)!)))
      throw new Error('another difference was found than there is');
    rows.push({
      name: `d = ${d.toLocaleString('en')}: ${symbols} symbols`,
      value: `made in ${encoding.ms.toFixed(1)} ms, decoded in ${decoding.ms.toFixed(1)} ms`,
    });
  }
  rows.push({ name: 'longest step of all these', value: `${longestMs.toFixed(1)} ms` });
  longestMs = 0;
  const full = new Mempool(richState, { maxPendingTransactions: 1e6, maxPendingSlots: 1e6 });
  for (const transaction of all) full.add(transaction, 'remote', 0);
  const ordered = timed(dearestFirst(hashes, full, 0n));
  rows.push({
    name: `${hashes.length.toLocaleString('en')} put in order of price`,
    value: `${ordered.ms.toFixed(0)} ms, longest step ${longestMs.toFixed(1)} ms`,
  });
  return rows;
}

const richState = {
  chainId: TESTNET_CHAIN_ID,
  blockGasLimit: 30_000_000n,
  baseFee: 0n,
  nonce: () => 0n,
  balance: () => 10n ** 30n,
};

/** A node with nothing joins nine with everything; all lines are of 50 Mbit/s, and signatures cost what they cost. */
async function lateJoiner(): Promise<BenchRow[]> {
  const all = await transactions(POOL);
  const nodes = 10;
  const joiner = nodes - 1;
  const scenario = scenarioOf({
    nodes: { count: nodes, options: ROOMY, uplinkMbps: 50, downlinkMbps: 50, cpu: { verifyMs: 0.08 } },
    topology: { kind: 'complete' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: 1, senders: SENDERS },
    faults: { lateJoiners: { nodes: [joiner], atMs: 0 } },
  });
  return within(scenario, async (simulation) => {
    for (let node = 0; node < joiner; node++) fill(simulation, node, all);
    await sleep(simulation, 5_000);
    const startMs = simulation.clock.nowMs();
    const sentBefore = (await simulation.status()).map(({ counters }) => counters.sent);
    await simulation.inflict({ kind: 'join', node: joiner });
    const member = simulation.members[joiner]!;
    while (member.pool.counts.pending < POOL && simulation.clock.nowMs() - startMs < 120_000)
      await sleep(simulation, 10);
    const tookMs = simulation.clock.nowMs() - startMs;
    // What follows costs, too: neighbours that ask whether there is news.
    await sleep(simulation, 10_000);
    const status = await simulation.status();
    const sent = status.reduce((sum, { counters }, node) => {
      const before = sentBefore[node]!;
      return sum + counters.sent.sync + counters.sent.message - before.sync - before.message;
    }, 0);
    const lacked = all.reduce((sum, { raw }) => sum + raw.byteLength, 0);
    const arrivals = (await simulation.traces())[joiner]!.events.filter(
      ({ kind }) => kind === 'arrival',
    ).length;
    if (arrivals !== POOL) throw new Error(`${arrivals} of ${POOL} arrived: not a run to measure`);
    return [
      {
        name: `a newcomer to ${POOL.toLocaleString('en')} transactions, 50 Mbit/s: has all after`,
        value: `${(tookMs / 1000).toFixed(2)} s`,
        ratio: `${(tookMs / 10_000).toFixed(2)}x of 10 s`,
      },
      {
        name: 'sent by all nodes meanwhile and 10 s on (sync and payload), against what it lacked',
        value: `${(sent / 1e6).toFixed(2)} MB`,
        ratio: `${(sent / lacked).toFixed(2)}x`,
      },
    ];
  });
}

/** Halves of a hundred nodes hear nothing of each other for a minute under load. */
async function partition(): Promise<BenchRow[]> {
  const nodes = 100;
  const rate = 20;
  const cutMs = 60_000;
  const scenario = scenarioOf({
    nodes: { count: nodes },
    topology: { kind: 'random-regular', degree: 8 },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: (rate * cutMs) / 1000, ratePerSecond: rate, senders: 50 },
  });
  const plan = await planWorkload(scenario);
  const edges = edgesOf(scenario);
  const across = edges.filter(([a, b]) => a < nodes / 2 !== b < nodes / 2);
  return within(scenario, async (simulation) => {
    const { clock, members } = simulation;
    await sleep(simulation, 5_000);
    await simulation.inflict({ kind: 'cut', links: across });
    const startMs = clock.nowMs();
    for (const { atMs, entry, raw } of plan) {
      await simulation.sleepUntil(startMs + atMs);
      simulation.submit(entry, raw).catch(quiet);
    }
    await simulation.sleepUntil(startMs + cutMs);
    const pools = (): number => new Set(members.map(({ pool }) => pool.pendingDigest)).size;
    if (pools() === 1) throw new Error('the halves do not differ: not a run to measure');
    await simulation.inflict({ kind: 'heal', links: across });
    const healedMs = clock.nowMs();
    while (pools() > 1 && clock.nowMs() - healedMs < 120_000) await sleep(simulation, 100);
    const tookMs = clock.nowMs() - healedMs;
    const intervals = tookMs / 10_000;
    if (members.some(({ pool }) => pool.counts.pending !== plan.length))
      throw new Error('not everybody has everything: not a run to measure');
    return [
      {
        name: `${nodes} nodes, halves parted for 60 s at ${rate} tx/s: all pools equal after`,
        value: `${(tookMs / 1000).toFixed(1)} s`,
        ratio: `${intervals.toFixed(2)} intervals`,
      },
    ];
  });
}

export async function benchSync(): Promise<BenchRow[]> {
  return [...(await byDifferences()), ...(await work()), ...(await lateJoiner()), ...(await partition())];
}
