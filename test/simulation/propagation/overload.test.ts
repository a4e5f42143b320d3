/** More than the nodes can verify, for a while: what is dropped is counted, and nothing stays lost. */
import assert from 'node:assert/strict';
import type { DropEvent } from '../../../src/telemetry/trace.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import {
  arrivalsOf,
  eventsOf,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

const LATENCY_MS = 20;
const VERIFY_MS = 5;
const NODES = 5;
/** Twice what a node verifies. */
const PER_SECOND = 2 * (1000 / VERIFY_MS);
const LOAD_SECONDS = 5;
const TRANSACTIONS = PER_SECOND * LOAD_SECONDS;
const MAX_AGE_MS = 1000;
const PATIENCE_MS = 90_000;

async function sleepUntil(simulation: Simulation, what: string, look: () => boolean): Promise<void> {
  const deadlineMs = simulation.clock.nowMs() + PATIENCE_MS;
  while (!look()) {
    assert.ok(simulation.clock.nowMs() < deadlineMs, `waited in vain for ${what}`);
    await sleep(simulation, 100);
  }
}

describe('a network in overload, in virtual time', () => {
  const scenario = scenarioOf({
    nodes: {
      count: NODES,
      options: {
        'txpool.preset': 'experiment',
        'validation.maxage': MAX_AGE_MS,
        'validation.concurrency': 4,
        // Small messages: it is signatures that cost here.
        'batch.transactions': 16,
      },
      cpu: { verifyMs: VERIFY_MS },
    },
    topology: { kind: 'complete' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: TRANSACTIONS + 1, senders: 40 },
  });

  it('drops by age and says how many, is well when it is over, and makes up for all of it', async () => {
    const plan = await planWorkload(scenario);
    const [late] = plan.splice(-1);
    await withSimulation(scenario, async (simulation) => {
      await sleep(simulation, 3000);
      const submitted: Promise<{ status: string }>[] = [];
      for (let at = 0; at < plan.length; at += PER_SECOND / 10) {
        for (const [index, { raw }] of plan.slice(at, at + PER_SECOND / 10).entries())
          submitted.push(simulation.submit(index % NODES, raw));
        await sleep(simulation, 100);
      }
      const dropped = (): number[] =>
        simulation.members.map(({ propagation }) => propagation.counters().dropped);
      await sleepUntil(simulation, 'the queues to empty', () =>
        simulation.members.every(({ propagation }) => propagation.unsettled === 0),
      );
      for (const answer of submitted) assert.equal((await answer).status, 'accepted');
      assert.ok(
        dropped().every((count) => count > 0),
        `dropped ${dropped().join(', ')}`,
      );
      for (const node of simulation.nodes.keys()) {
        const drops = (await eventsOf(simulation, node)).filter(
          (event): event is DropEvent => event.kind === 'drop',
        );
        assert.equal(drops.length, dropped()[node]);
        assert.deepEqual(new Set(drops.map(({ reason }) => reason)), new Set(['stale']));
      }
      // Nobody is blamed for a load that was too much.
      for (const { propagation } of simulation.members) {
        assert.equal(propagation.rejected, 0);
        for (const { peerId } of simulation.nodes) assert.ok(propagation.peerScore(peerId) >= 0);
      }

      await sleepUntil(simulation, 'reconciliation to bring what was dropped', () =>
        simulation.members.every(({ pool }) => pool.counts.pending === TRANSACTIONS),
      );

      // What came last may still gather at who was behind, for `batch.delay` at most.
      await sleep(simulation, 1000);
      const afterMs = simulation.clock.nowMs();
      await submitAndSleep(simulation, 0, late!.raw, 1000);
      assert.deepEqual(
        await arrivalsOf(simulation, late!.hash),
        Array.from({ length: NODES }, (_, node) =>
          node === 0 ? afterMs + VERIFY_MS : afterMs + LATENCY_MS + 2 * VERIFY_MS,
        ),
        'a new one travels as in a network that never was busy',
      );
    });
  });
});
