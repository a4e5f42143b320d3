/** A node in virtual time that reaches for the real clock, real dice or the network makes the run fail. */
import assert from 'node:assert/strict';

import { runExperiment } from '../../testnet/experiment.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import { scenarioOf, withSimulation } from '../helpers/simulations.ts';

const quiet = (): void => undefined;

describe('a simulated node touches nothing real', function () {
  this.timeout(120_000);

  const scenario = scenarioOf({
    seed: 51,
    nodes: { count: 12, cpu: { verifyMs: 0.1, messageMs: 0.1 } },
    topology: { kind: 'random-regular', degree: 6 },
    links: { latencyMs: 20, jitterMs: 5, lossRate: 0.01 },
    workload: { transactions: 30, ratePerSecond: 30 },
    measure: { drainMs: 2000 },
  });

  it('while it works through a whole run, asynchronous work included', async () => {
    const plan = await planWorkload(scenario);
    // Stopping it checks, so this covers the goodbye as well.
    await withSimulation(
      scenario,
      async (simulation, edges) => {
        const record = await runExperiment(simulation, scenario, plan, edges, quiet);
        assert.equal(
          record.after.reduce((sum, { arrivals }) => sum + arrivals, 0),
          30 * 12,
        );
      },
      { watchAsyncWork: true },
    );
  });

  const breaches: [string, () => unknown, RegExp][] = [
    ['the real clock', () => process.hrtime.bigint(), /node \d+ reached for process\.hrtime\.bigint at \d/],
    ['the network', () => fetch('http://127.0.0.1:1/'), /node \d+ reached for fetch at \d/],
    [
      'a real timer',
      async () => {
        const timers = await import('node:timers');
        timers.setTimeout(() => undefined, 1);
      },
      /node \d+ reached for node:timers\.setTimeout at \d/,
    ],
    [
      'the thread pool',
      async () => {
        const { stat } = await import('node:fs/promises');
        await stat('/');
      },
      /node \d+ reached for async work: \w+ at \d/,
    ],
  ];
  for (const [what, reach, refusal] of breaches) {
    it(`and when one of its parts reaches for ${what} the run fails, even when the part hides it`, async () => {
      const plan = await planWorkload(scenario);
      const run = withSimulation(
        scenario,
        async (simulation, edges) => runExperiment(simulation, scenario, plan, edges, quiet),
        {
          watchAsyncWork: true,
          traceTo: () => ({
            record: ({ kind }) => {
              if (kind === 'arrival') void Promise.try(reach).catch(() => undefined);
            },
          }),
        },
      );
      await assert.rejects(run, refusal);
    });
  }

  it('and when it fails by itself the run fails, with what it said', async () => {
    const plan = await planWorkload(scenario);
    const run = withSimulation(
      scenario,
      async (simulation, edges) => runExperiment(simulation, scenario, plan, edges, quiet),
      {
        traceTo: (node) => ({
          record: (event) => {
            if (node === 7 && event.kind === 'arrival' && event.provenance === 'push')
              throw new Error('no room for the event');
          },
        }),
      },
    );
    await assert.rejects(run, (error: Error) => {
      assert.match(error.message, /^simulated node 7: /);
      assert.match(String(error.cause), /no room for the event/);
      return true;
    });
  });
});
