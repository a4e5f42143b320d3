/** The same scenario and seed give the same event log, byte for byte, whatever the machine does meanwhile. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runExperiment } from '../../testnet/experiment.ts';
import type { Edge } from '../../testnet/networks/network.ts';
import { edgesOf, runScenario } from '../../testnet/run.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import {
  blockTheThread,
  eventsOf,
  meshesOf,
  scenarioOf,
  submitAndSleep,
  withSimulation,
} from '../helpers/simulations.ts';

const quiet = (): void => undefined;

/** The whole experiment as the command runs it, in this thread. */
async function digestOf(scenario: Scenario): Promise<string> {
  const plan = await planWorkload(scenario);
  return withSimulation(scenario, async (simulation, edges) => {
    const { digest } = await runExperiment(simulation, scenario, plan, edges, quiet);
    return digest!;
  });
}

describe('a run follows from scenario and seed alone', function () {
  this.timeout(120_000);

  const scenario = scenarioOf({
    seed: 41,
    nodes: { count: 25, cpu: { verifyMs: 0.1, messageMs: 0.05 } },
    topology: { kind: 'erdos-renyi', degree: 8 },
    links: {
      latencyMs: 50,
      latencyDistribution: 'uniform',
      latencySpreadMs: 30,
      jitterMs: 5,
      lossRate: 0.01,
    },
    workload: { transactions: 60, ratePerSecond: 40, arrivals: 'poisson', senders: 10, entry: 'any' },
    measure: { warmUpMs: 1000, drainMs: 3000 },
  });
  let first: string;
  before(async () => {
    first = await digestOf(scenario);
  });

  it('and comes out the same a second time', async () => {
    assert.equal(await digestOf(scenario), first);
  });

  it('another seed gives another', async () => {
    assert.notEqual(await digestOf({ ...scenario, seed: 42 }), first);
  });

  it('however long each step takes in real time', async () => {
    const load = blockTheThread();
    try {
      assert.equal(await digestOf(scenario), first);
    } finally {
      assert.ok(load.stop() > 0);
    }
  });

  it('in a worker as in this thread', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'txgossip-'));
    try {
      const { summary } = await runScenario(scenario, {
        network: 'simulated',
        out: join(directory, 'run'),
      });
      assert.equal(summary.digest, first);
      assert.equal(summary.conserved, true);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('and nobody notices further nodes that are idle', async () => {
    const edges = edgesOf(scenario);
    const apart: Edge[] = [
      [25, 26],
      [26, 27],
      [25, 27],
    ];
    const plan = await planWorkload(scenario);
    const run = (count: number, all: readonly Edge[]): Promise<unknown> =>
      withSimulation(
        { ...scenario, nodes: { ...scenario.nodes, count } },
        async (simulation) => {
          await simulation.sleepUntil(8000);
          for (const { raw, entry } of plan) await submitAndSleep(simulation, entry, raw, 25);
          await simulation.sleepUntil(15_000);
          const status = (await simulation.status()).slice(0, 25);
          return [
            (await simulation.traces()).slice(0, 25),
            meshesOf(simulation).slice(0, 25),
            status.map(({ counters }) => counters),
          ];
        },
        { edges: all },
      );
    assert.deepEqual(await run(28, [...apart, ...edges]), await run(25, edges));
  });

  it('events of a node are in the order they happened', async () => {
    const scenario = scenarioOf({
      seed: 61,
      nodes: { count: 10 },
      workload: { transactions: 20, ratePerSecond: 100 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation, edges) => {
      await runExperiment(simulation, scenario, plan, edges, quiet);
      for (const { index } of simulation.nodes) {
        const times = (await eventsOf(simulation, index)).map(({ atMs }) => atMs);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
      }
    });
  });
});
