/**
 * What keeping per-transaction events costs on the local network: the CPU time of all node processes for the same load,
 * with traces and without, in turn so that a busy machine slows both. About a minute.
 */
import { startLocal } from '../../testnet/networks/local/start-local.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import { submitOpenLoop } from '../../testnet/workload/submit.ts';
import type { BenchRow } from './row.ts';

const NODES = 6;
const TRANSACTIONS = 600;
const RATE = 100;
/** Of either kind. */
const RUNS = 4;
const WARM_UP_MS = 1000;
const DRAIN_MS = 1000;

const scenario = resolveScenario(
  JSON.stringify({
    nodes: { count: NODES },
    topology: { kind: 'complete' },
    workload: { transactions: TRANSACTIONS, ratePerSecond: RATE, senders: TRANSACTIONS },
  }),
);

export async function benchTraces(): Promise<BenchRow[]> {
  const plan = await planWorkload(scenario);
  const cpuMs = { off: [] as number[], on: [] as number[] };
  const events: number[] = [];
  for (let k = 0; k < 2 * RUNS; k++) {
    const trace = k % 4 === 1 || k % 4 === 2;
    const run = await measured(plan, trace);
    cpuMs[trace ? 'on' : 'off'].push(run.cpuMs);
    if (trace) events.push(run.events);
  }
  const [off, on] = [mean(cpuMs.off), mean(cpuMs.on)];
  const each = (runs: readonly number[]): string => runs.map((ms) => (ms / 1000).toFixed(2)).join(', ');
  return [
    { name: 'without traces', value: `${(off / 1000).toFixed(2)} s CPU (${each(cpuMs.off)})` },
    {
      name: `with traces, ${mean(events).toFixed(0)} events`,
      value: `${(on / 1000).toFixed(2)} s CPU (${each(cpuMs.on)})`,
      ratio: `${(on / off).toFixed(3)}x`,
    },
  ];
}

async function measured(
  plan: Awaited<ReturnType<typeof planWorkload>>,
  trace: boolean,
): Promise<{ cpuMs: number; events: number }> {
  const network = await startLocal(scenario, edgesOf(scenario), { trace });
  try {
    const { clock } = network;
    const startMs = clock.nowMs() + WARM_UP_MS;
    await network.sleepUntil(startMs);
    const before = await network.status();
    await submitOpenLoop(network, plan, startMs, {});
    await network.sleepUntil(clock.nowMs() + DRAIN_MS);
    const after = await network.status();
    const traces = await network.traces();
    return {
      cpuMs: after.reduce((sum, { cpuMs }, node) => sum + cpuMs! - before[node]!.cpuMs!, 0),
      events: traces.reduce((sum, each) => sum + each.events.length, 0),
    };
  } finally {
    await network.stop();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
