/**
 * How fast the simulation is with the real node in it, and where the time goes. A hundred nodes at distances of a
 * continent and a hundred transfers, as in testnet/scenarios/latency-100.yaml; measured once by itself, and once under
 * a sampling profiler for the shares.
 */
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector/promises';

import { runExperiment } from '../../testnet/experiment.ts';
import { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import type { BenchRow } from './row.ts';

const NODES = 100;
const TRANSACTIONS = 100;
/** Virtual; the meshes are stable then. */
const WARM_UP_MS = 5000;
const SAMPLE_EVERY_US = 500;

interface Run {
  startSeconds: number;
  /** Real, of the transactions: neither start nor warm-up. */
  seconds: number;
  cpuSeconds: number;
  virtualSeconds: number;
  deliveries: number;
  copies: number;
  events: number;
}

/** One run of the scenario; `around` is given the part that is measured. */
async function simulate(seed: number, around: (work: () => Promise<void>) => Promise<void>): Promise<Run> {
  const now = performance.now.bind(performance);
  const scenario = resolveScenario(
    JSON.stringify({
      seed,
      nodes: { count: NODES },
      topology: { kind: 'random-regular', degree: 8 },
      links: { latencyMs: 60, latencyDistribution: 'uniform', latencySpreadMs: 40 },
      workload: {
        transactions: TRANSACTIONS,
        ratePerSecond: 50,
        arrivals: 'poisson',
        senders: TRANSACTIONS,
      },
      measure: { warmUpMs: 0, drainMs: 10_000 },
    }),
  );
  const edges = edgesOf(scenario);
  const plan = await planWorkload(scenario);
  const startedMs = now();
  const simulation = await Simulation.start(scenario, edges, () => undefined);
  try {
    await simulation.sleepUntil(simulation.clock.nowMs() + WARM_UP_MS);
    const startSeconds = (now() - startedMs) / 1000;
    const run = { startSeconds, seconds: 0, cpuSeconds: 0, virtualSeconds: 0, events: 0 };
    let arrivals = 0;
    let copies = 0;
    await around(async () => {
      const before = { real: now(), virtual: simulation.clock.nowMs(), ...simulation.clock.statistics };
      const cpuBefore = process.threadCpuUsage();
      const record = await runExperiment(simulation, scenario, plan, edges, () => undefined);
      run.seconds = (now() - before.real) / 1000;
      const { user, system } = process.threadCpuUsage(cpuBefore);
      run.cpuSeconds = (user + system) / 1e6;
      run.virtualSeconds = (simulation.clock.nowMs() - before.virtual) / 1000;
      run.events = simulation.clock.statistics.executed - before.executed;
      for (const status of record.after) {
        arrivals += status.arrivals;
        copies += status.counters.messagesReceived;
      }
    });
    const deliveries = arrivals - TRANSACTIONS;
    const wanted = TRANSACTIONS * (NODES - 1);
    if (deliveries !== wanted) throw new Error(`${deliveries} of ${wanted} deliveries: not a run to measure`);
    return { ...run, deliveries, copies };
  } finally {
    await simulation.stop();
  }
}

const PARTS = [
  'gossipsub and the libraries under it',
  'propagation and pool of ours',
  'simulated network and clock',
  'hashes and signatures',
  'garbage collection',
  'Node: streams, timers, promises',
] as const;
type Part = (typeof PARTS)[number];

/** Whose code it is, by where it stands; undefined when the thread was idle. */
function partOf({ functionName, url }: Profiler.ProfileNode['callFrame']): Part | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (/\/node_modules\/(ox|@noble)\/|^node:internal\/crypto\//.test(url)) return 'hashes and signatures';
  if (url.includes('/node_modules/')) return 'gossipsub and the libraries under it';
  if (url.includes('/testnet/')) return 'simulated network and clock';
  if (url.includes('/src/')) return 'propagation and pool of ours';
  return 'Node: streams, timers, promises';
}

function shares({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<Part, number> {
  const partOfNode = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<Part, number>(PARTS.map((part) => [part, 0]));
  let total = 0;
  samples.forEach((id, index) => {
    const part = partOfNode.get(id);
    if (part === undefined) return;
    times.set(part, times.get(part)! + timeDeltas[index]!);
    total += timeDeltas[index]!;
  });
  return new Map([...times].map(([part, time]) => [part, time / total]));
}

async function profiled(work: () => Promise<void>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    await session.post('Profiler.start');
    await work();
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}

export async function benchSimulation(): Promise<BenchRow[]> {
  const plain = async (work: () => Promise<void>): Promise<void> => work();
  // The first compiles the code.
  await simulate(1, plain);
  const run = await simulate(2, plain);
  const { startSeconds, seconds, cpuSeconds, virtualSeconds, deliveries, copies, events } = run;
  let profile: Profiler.Profile | undefined;
  await simulate(2, async (work) => {
    profile = await profiled(work);
  });
  const name = `${NODES} nodes x ${TRANSACTIONS} transactions`;
  return [
    {
      name: `${name}: deliveries a real second`,
      value: Math.round(deliveries / seconds).toLocaleString('en'),
    },
    {
      name: `${name}: CPU of a message copy, all included`,
      value: `${((cpuSeconds * 1e6) / copies).toFixed(0)} us, ${(copies / deliveries).toFixed(2)} copies a delivery`,
    },
    { name: `${name}: events a real second`, value: Math.round(events / seconds).toLocaleString('en') },
    { name: `${name}: virtual time against real`, value: `${(virtualSeconds / seconds).toFixed(2)}x` },
    {
      name: `${NODES} nodes: start, mesh and ${WARM_UP_MS / 1000} s idle`,
      value: `${startSeconds.toFixed(2)} s`,
    },
    ...[...shares(profile!)]
      .sort(([, a], [, b]) => b - a)
      .map(([part, share]) => ({ name: `of that CPU: ${part}`, value: `${(share * 100).toFixed(0)} %` })),
  ];
}
