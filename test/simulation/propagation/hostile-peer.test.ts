/** What a peer that breaks the rules gets, between real nodes in virtual time. */
import assert from 'node:assert/strict';
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

const LATENCY_MS = 25;
const NO_TRANSACTION = Uint8Array.of(0x02, 0xc0);

const pair = scenarioOf({
  nodes: { count: 2, options: PUSH_ONLY },
  topology: { kind: 'line' },
  links: { latencyMs: LATENCY_MS },
  workload: { transactions: 6, senders: 6 },
});

describe('a hostile peer in virtual time', () => {
  it('has nothing of a message with one bad transaction taken or forwarded, and pays for it', async () => {
    const [good, other] = await planWorkload(pair);
    await withSimulation(pair, async (simulation) => {
      const stranger = await simulatedStranger(simulation, 0);
      const { propagation, pool } = simulation.members[0]!;
      const before = propagation.peerScore(stranger.id);
      const sentMs = simulation.clock.nowMs();
      await stranger.publish(good!.raw, NO_TRANSACTION);
      await sleep(simulation, LATENCY_MS);
      const refusals = (await eventsOf(simulation, 0)).filter((event) => event.kind === 'refused');
      assert.deepEqual(refusals, [
        {
          kind: 'refused',
          atMs: sentMs + LATENCY_MS,
          hash: null,
          code: 'malformed',
          provenance: 'push',
          from: stranger.id,
        },
      ]);
      // A score is worked out once a heartbeat.
      await sleep(simulation, 1000);
      assert.ok(Math.abs(propagation.peerScore(stranger.id) - (before - 50)) < 1, 'it costs 50');

      const passedMs = simulation.clock.nowMs();
      await submitAndSleep(simulation, 0, other!.raw, 1000);
      assert.deepEqual(await arrivalsOf(simulation, other!.hash), [passedMs, passedMs + LATENCY_MS]);
      assert.deepEqual(await arrivalsOf(simulation, good!.hash), [undefined, undefined]);
      assert.equal(pool.counts.pending, 1);
      await stranger.stop();
    });
  });

  it('is survived once or twice, and no longer heard after the third time, however good what follows', async () => {
    const [first, second, third, fourth] = await planWorkload(pair);
    await withSimulation(pair, async (simulation) => {
      const stranger = await simulatedStranger(simulation, 0);
      const [victim, next] = simulation.members;
      for (const [bad, { raw, hash }] of [first!, second!].entries()) {
        await stranger.publish(NO_TRANSACTION, Uint8Array.of(bad));
        await sleep(simulation, 100);
        const sentMs = simulation.clock.nowMs();
        await stranger.publish(raw);
        await sleep(simulation, 100);
        assert.deepEqual(await arrivalsOf(simulation, hash), [sentMs + LATENCY_MS, sentMs + 2 * LATENCY_MS]);
      }
      await stranger.publish(NO_TRANSACTION, Uint8Array.of(2));
      // The router looks at scores again with the next heartbeat.
      await sleep(simulation, 1000);
      assert.ok(victim!.propagation.peerScore(stranger.id) < -400);
      assert.ok(!victim!.propagation.meshPeers().includes(stranger.id));
      await stranger.publish(third!.raw);
      await sleep(simulation, 1000);
      assert.equal(victim!.pool.has(third!.hash), false);
      assert.equal(next!.pool.has(third!.hash), false);
      // Others are heard.
      await submitAndSleep(simulation, 1, fourth!.raw, 100);
      assert.equal(victim!.pool.has(fourth!.hash), true);
      await stranger.stop();
    });
  });
});
