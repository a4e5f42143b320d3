/** Networks without a graph, whole: how they come to be, what a third of them dying does, and what the figures say of it. */
import assert from 'node:assert/strict';
import { runExperiment } from '../../../testnet/experiment.ts';
import { planFaults } from '../../../testnet/faults/plan-faults.ts';
import { summarize, type Figures } from '../../../testnet/measure/summarize.ts';
import type { ExperimentRecord } from '../../../testnet/measure/record.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { planWorkload, spanMs } from '../../../testnet/workload/plan.ts';
import { scenarioOf, withSimulation } from '../../helpers/simulations.ts';

const NODES = 30;

async function run(
  fields: Record<string, unknown>,
  look: (simulation: Simulation) => void = () => undefined,
): Promise<Figures & { record: ExperimentRecord }> {
  const scenario = scenarioOf({
    seed: 11,
    nodes: { count: NODES, options: { members: true } },
    topology: { kind: 'discovered' },
    links: { latencyMs: 40, latencyDistribution: 'uniform', latencySpreadMs: 20 },
    measure: { startTimeoutMs: 30_000 },
    ...fields,
  });
  const plan = await planWorkload(scenario);
  return withSimulation(scenario, async (simulation, edges) => {
    const faults = planFaults(scenario, edges, spanMs(plan));
    const record = await runExperiment(simulation, scenario, plan, edges, () => undefined, faults);
    look(simulation);
    return { ...summarize(record), record };
  });
}

describe('a network that knows one address', function () {
  this.timeout(60_000);

  it('is connected and meshed in 30 s, and when a third dies the rest knows, lacks nothing and agrees', async () => {
    const { summary, details, record } = await run(
      {
        workload: { transactions: 40, ratePerSecond: 8, senders: 20, entryDown: 'next-node' },
        faults: { timeline: [{ at: '1s', kill: { share: 0.33 } }] },
      },
      (simulation) => {
        const pools = simulation.members.flatMap(({ pool }, node) =>
          simulation.isUp(node) ? [[...pool.pendingTransactions()].map(({ hash }) => hash).sort()] : [],
        );
        assert.equal(pools.length, NODES - 10);
        assert.ok(pools[0]!.length > 20);
        for (const pool of pools) assert.deepEqual(pool, pools[0]);
      },
    );
    assert.deepEqual(summary.invalidBecause, []);
    const { timeToConnectedMs, connections, membership, coverage } = summary;
    assert.ok(timeToConnectedMs.connected! < 30_000 && timeToConnectedMs.meshed! < 30_000);
    assert.ok(timeToConnectedMs.connected! <= timeToConnectedMs.meshed!);
    // Of 20 that live each has the 8 a node in need wants, whatever it had lost a moment ago.
    assert.ok(connections.min! >= 5 && connections.max! < NODES, JSON.stringify(connections));
    assert.equal(coverage.min, 1);
    assert.equal(summary.conserved, true);

    assert.equal(membership.deaths, 10);
    assert.equal(membership.foundBy.refused, 10);
    assert.ok(membership.detectionMs.first.max! < 1000, JSON.stringify(membership));
    assert.ok(membership.detectionMs.all.max! < 10_000, JSON.stringify(membership));
    assert.deepEqual([membership.falseDeaths, membership.complete], [0, 1]);
    assert.ok(membership.messagesPerNodeSecond! > 0.5 && membership.bytesPerNodeSecond! > 10);
    // What was submitted when they were dead reached all that were not, over connections that were open.
    assert.equal(summary.fates.lost + summary.fates['cut-off'], 0);
    assert.ok(summary.stretch.p50! >= 1);

    // The figures took who was connected from what nodes told: those drawn are those of when measuring began.
    assert.equal(record.discovered, true);
    assert.ok(record.edges.length >= details.edges.length && details.edges.length >= (NODES * 8) / 2);
  });

  it('does not hold dead whom one link does not lead to, and is the same again', async () => {
    const fields = {
      nodes: { count: 8, options: { members: true } },
      workload: { transactions: 40, ratePerSecond: 1, senders: 10 },
      faults: { timeline: [{ at: '1s', cut: { count: 1 }, for: '30s' }] },
    };
    const { summary, record } = await run(fields);
    assert.deepEqual(summary.invalidBecause, []);
    const [cut, heal] = record.faults!;
    assert.ok(cut!.action.kind === 'cut' && heal!.action.kind === 'heal');
    assert.deepEqual(cut!.action.links, heal!.action.links);
    assert.equal(cut!.action.links.length, 1);
    assert.ok(summary.membership.links.cut! >= 1, JSON.stringify(summary.membership));
    assert.deepEqual(
      [summary.membership.deaths, summary.membership.falseDeaths, summary.membership.complete],
      [0, 0, 1],
    );
    assert.equal(summary.coverage.min, 1);
    assert.equal(record.digest, (await run(fields)).record.digest);
  });

  it('says who lacks what when it does not come up in time', async () => {
    await assert.rejects(
      run({ measure: { startTimeoutMs: 1200 }, links: { latencyMs: 400 } }),
      /the network did not come up: .*\d+ of 30 nodes were cut off from the rest \(\d+, .* and \d+ more\), \d+ of 30 nodes had no mesh \(.*\) after 1200 virtual ms; .*measure\.startTimeoutMs/,
    );
  });
});
