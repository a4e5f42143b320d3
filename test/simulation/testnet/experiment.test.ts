/** Whole experiments in which things break, on the simulated network: that the record and its figures are true. */
import assert from 'node:assert/strict';
import { runExperiment } from '../../../testnet/experiment.ts';
import { planFaults } from '../../../testnet/faults/plan-faults.ts';
import { FATES } from '../../../testnet/measure/ledger.ts';
import type { ExperimentRecord } from '../../../testnet/measure/record.ts';
import { summarize } from '../../../testnet/measure/summarize.ts';
import { planWorkload, spanMs } from '../../../testnet/workload/plan.ts';
import { scenarioOf, withSimulation } from '../../helpers/simulations.ts';

async function recordOf(fields: Record<string, unknown>): Promise<ExperimentRecord> {
  const scenario = scenarioOf({
    nodes: { count: 12 },
    topology: { kind: 'random-regular', degree: 6 },
    links: { latencyMs: 40, latencyDistribution: 'uniform', latencySpreadMs: 20 },
    ...fields,
  });
  const plan = await planWorkload(scenario);
  return withSimulation(scenario, (simulation, edges) =>
    runExperiment(
      simulation,
      scenario,
      plan,
      edges,
      () => undefined,
      planFaults(scenario, edges, spanMs(plan)),
    ),
  );
}

const workload = { transactions: 80, ratePerSecond: 20, senders: 80 };

describe('an experiment', function () {
  this.timeout(60_000);

  it('in which nodes die, freeze and join accounts for every pair, and is the same again', async () => {
    const fields = {
      workload,
      faults: {
        churn: { perMinute: 60, downMs: 800 },
        lateJoiners: { nodes: [11], atMs: 1500 },
        timeline: [
          { atMs: 1000, freeze: [3], forMs: 700 },
          { atMs: 2500, kill: [4], forMs: 600 },
          { atMs: 3000, freeze: [5] },
        ],
      },
      measure: { series: { everyMs: 500, of: ['mesh', 'peers', 'pool', 'scores'] } },
    };
    const record = await recordOf(fields);
    const { summary, details } = summarize(record);
    assert.deepEqual(summary.invalidBecause, []);
    assert.equal(record.digest, (await recordOf(fields)).digest);

    const { transactions, refusals, fates } = summary;
    const sum = FATES.reduce((total, fate) => total + fates[fate], 0);
    assert.equal(sum, transactions.accepted * 12);
    assert.equal(summary.conserved, true);
    assert.equal(refusals.noAnswer, 0);
    assert.ok(refusals.entryDown > 0, 'some were sent to nodes that were down');
    assert.equal(refusals.entryDown, transactions.rejected);
    assert.ok(fates['node-down'] > 0);

    const joined = record.downtimes!.find(({ node }) => node === 11)!;
    assert.ok(joined.untilMs! - record.readyAtMs >= 1500 && joined.fromMs <= record.readyAtMs);
    assert.ok(
      record.downtimes!.some(({ node, fromMs, untilMs }) => {
        return node === 4 && fromMs - record.readyAtMs === 2500 && untilMs !== null;
      }),
    );
    assert.ok(
      record.freezes!.some(({ node, untilMs }) => node === 3 && untilMs! - record.readyAtMs === 1700),
    );
    // It stands still to the end: as good as down, and asked for its trace all the same.
    assert.ok(record.downtimes!.some(({ node, untilMs }) => node === 5 && untilMs === null));
    assert.ok(record.traces[5]!.events.length > 0);

    const { series } = details;
    assert.equal(series!.mesh!.length, 12);
    assert.ok(series!.atMs.length >= 8);
    assert.equal(series!.peers![11]![0], null, 'it is not there at first');
    assert.ok(series!.peers![11]!.at(-1)! > 0);
    assert.ok(series!.scoreMean![0]!.some((score) => score !== null && score > 0));
  });

  it('in which the network is cut in two tells who was cut off, unless it mends', async () => {
    const side = [0, 1, 2, 3];
    const cut = { atMs: 1000, partition: [side] };
    const forGood = await recordOf({ workload, faults: { timeline: [cut] } });
    const { fates, valid } = summarize(forGood).summary;
    assert.ok(valid);
    assert.equal(fates.lost, 0);
    const late = forGood.submissions.filter(({ scheduledAtMs }) => scheduledAtMs > forGood.readyAtMs + 1000);
    const across = late.reduce((pairs, { entry }) => pairs + (side.includes(entry) ? 8 : 4), 0);
    assert.ok(fates['cut-off'] >= across, `${fates['cut-off']} of at least ${across}`);
    assert.ok(fates['cut-off'] <= across + 12, 'no more than what was on its way when it was cut');

    const mended = await recordOf({ workload, faults: { timeline: [{ ...cut, forMs: 1000 }] } });
    assert.equal(summarize(mended).summary.fates['cut-off'], 0);
  });

  it('waits for the duplicates that are still under way', async () => {
    const record = await recordOf({ workload: { transactions: 1, senders: 1 } });
    const underWay = record.after.reduce(
      (bytes, { counters: { sent, received } }) => bytes + sent.message - received.message,
      0,
    );
    assert.equal(underWay, 0);
    assert.ok(record.endedAtMs - record.submittedAtMs < 2000, 'and not for longer');
  });

  it('with gaps that nobody fills tells what was never sent from what was lost', async () => {
    const gaps = { ...workload, senders: 8, nonceGaps: { share: 0.1, fillAfterMs: null } };
    const { summary } = summarize(await recordOf({ workload: gaps }));
    assert.ok(summary.fates.queued > 0);
    assert.equal(summary.fates.lost, 0);
    const filled = { ...gaps, nonceGaps: { share: 0.1, fillAfterMs: 500 } };
    const { summary: whole } = summarize(await recordOf({ workload: filled }));
    assert.equal(whole.fates.queued, 0);
    assert.equal(whole.coverage.min, 1);
  });

  it('takes no invalid transaction, replacement or further copy for a loss', async () => {
    const mixed = {
      ...workload,
      invalid: { share: 0.5 },
      replacements: { share: 0.2, afterMs: 600 },
      duplicates: { share: 0.2, copies: 2 },
    };
    const { summary } = summarize(await recordOf({ workload: mixed }));
    assert.equal(summary.valid, true);
    assert.equal(summary.coverage.min, 1);
    assert.equal(summary.refusals.invalidAccepted, 0);
    assert.equal(summary.refusals.unexpected, 0);
    assert.ok(summary.refusals.expected > 20);
    assert.equal(summary.refusals.expected, summary.transactions.rejected);
  });
});
