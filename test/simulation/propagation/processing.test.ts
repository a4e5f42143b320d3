/** What work costs: a node that is busy is late, and one that is too busy drops what it could not forward in time. */
import assert from 'node:assert/strict';
import type { DropEvent } from '../../../src/telemetry/trace.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { simulatedStranger } from '../../helpers/simulated-stranger.ts';
import {
  arrivalsOf,
  eventsOf,
  PUSH_ONLY,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

// Halves and quarters: all sums are exact.
const LATENCY_MS = 25;
const VERIFY_MS = 0.25;
const MESSAGE_MS = 0.5;

describe('processing in virtual time', () => {
  it('delays each hop by one message and one signature', async () => {
    const scenario = scenarioOf({
      nodes: { count: 4, options: PUSH_ONLY, cpu: { verifyMs: VERIFY_MS, messageMs: MESSAGE_MS } },
      topology: { kind: 'line' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: 1, senders: 1 },
    });
    const [only] = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      await sleep(simulation, 3000);
      const submittedMs = simulation.clock.nowMs();
      await submitAndSleep(simulation, 0, only!.raw, 1000);
      const hopMs = LATENCY_MS + MESSAGE_MS + VERIFY_MS;
      assert.deepEqual(
        await arrivalsOf(simulation, only!.hash),
        [0, 1, 2, 3].map((hops) => submittedMs + VERIFY_MS + hops * hopMs),
      );
      const arrival = (await eventsOf(simulation, 3)).find((event) => event.kind === 'arrival')!;
      assert.equal(arrival.atMs - arrival.validationAtMs, VERIFY_MS);
      assert.equal(arrival.receivedAtMs, arrival.validationAtMs);
    });
  });

  it('works on what comes at once one after the other, messages and signatures on the same core', async () => {
    const scenario = scenarioOf({
      nodes: {
        count: 2,
        options: { ...PUSH_ONLY, 'batch.transactions': 1 },
        cpu: { verifyMs: VERIFY_MS, messageMs: MESSAGE_MS },
      },
      topology: { kind: 'line' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: 4, senders: 4 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const stranger = await simulatedStranger(simulation, 0);
      await sleep(simulation, 3000);
      const sentMs = simulation.clock.nowMs();
      await Promise.all(plan.map(({ raw }) => stranger.publish(raw)));
      await sleep(simulation, 1000);
      // Four messages arrive at once: each is worked on when it comes, the signatures wait behind all of them.
      const readMs = sentMs + LATENCY_MS + plan.length * MESSAGE_MS;
      const arrivals = await Promise.all(
        plan.map(async ({ hash }) => (await arrivalsOf(simulation, hash))[0]),
      );
      assert.deepEqual(
        arrivals,
        plan.map((_, index) => readMs + (index + 1) * VERIFY_MS),
      );
      await stranger.stop();
    });
  });

  describe('of an overloaded node', () => {
    const SECOND_MS = 1000;
    const MAX_AGE_MS = 3000;
    const SENT = 10;
    const QUEUE = 7;
    const scenario = scenarioOf({
      nodes: {
        count: 2,
        options: {
          ...PUSH_ONLY,
          'validation.concurrency': 1,
          'validation.maxage': MAX_AGE_MS,
          'validation.messages': QUEUE,
        },
        cpu: { verifyMs: SECOND_MS },
      },
      topology: { kind: 'line' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: SENT, senders: SENT },
    });

    it('drops what finds the queue full at once and what grew too old in its turn, and blames nobody', async () => {
      const plan = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        const stranger = await simulatedStranger(simulation, 0);
        await sleep(simulation, 3000);
        const readMs = simulation.clock.nowMs() + LATENCY_MS;
        for (const { raw } of plan) await stranger.publish(raw);
        await sleep(simulation, 20_000);

        // One is taken up at once, then as many wait as the queue holds; of them those the core reaches in time.
        const inTime = MAX_AGE_MS / SECOND_MS + 1;
        const tooOld = 1 + QUEUE - inTime;
        const drops = (await eventsOf(simulation, 0)).filter(
          (event): event is DropEvent => event.kind === 'drop',
        );
        assert.deepEqual(
          drops.map(({ reason, atMs }) => [reason, atMs - readMs]),
          [
            ...Array.from({ length: SENT - 1 - QUEUE }, () => ['queue-full', 0]),
            ...Array.from({ length: tooOld }, () => ['stale', inTime * SECOND_MS]),
          ],
        );
        for (const [index, { hash }] of plan.entries()) {
          const here = index < inTime ? readMs + (index + 1) * SECOND_MS : undefined;
          const next = here === undefined ? undefined : here + LATENCY_MS + SECOND_MS;
          assert.deepEqual(await arrivalsOf(simulation, hash), [here, next], `transaction ${index}`);
        }
        const { propagation } = simulation.members[0]!;
        assert.equal(propagation.counters().dropped, SENT - inTime);
        assert.ok(propagation.peerScore(stranger.id) > 0);
        assert.equal(propagation.unsettled, 0);
        await stranger.stop();
      });
    });
  });
});
