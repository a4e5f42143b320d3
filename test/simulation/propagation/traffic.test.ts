/** What a node counts of what it was sent. */
import assert from 'node:assert/strict';
import { transactionsFrame } from '../../../src/propagation/direct/messages.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { directStranger } from '../../helpers/direct-stranger.ts';
import { simulatedStranger } from '../../helpers/simulated-stranger.ts';
import { PUSH_ONLY, scenarioOf, sleep, withSimulation } from '../../helpers/simulations.ts';

describe('traffic in virtual time', () => {
  for (const propagation of ['push', 'flood'] as const) {
    it(`${propagation}: a message of our own that comes back is a duplicate, in messages and in bytes`, async () => {
      const line = scenarioOf({
        nodes: { count: 2, options: { ...PUSH_ONLY, propagation } },
        topology: { kind: 'line' },
        links: { latencyMs: 25 },
        workload: { transactions: 1, senders: 1 },
      });
      const [only] = await planWorkload(line);
      await withSimulation(line, async (simulation) => {
        await sleep(simulation, 3000);
        const [stop, send] = await strangerTo(simulation, propagation, only!.raw);
        // The same at the same time: the two cross.
        void simulation.submit(0, only!.raw);
        await send();
        await sleep(simulation, 1000);
        const { messagesReceived, duplicateMessages, duplicateBytes, received } =
          simulation.members[0]!.propagation.counters();
        assert.deepEqual([messagesReceived, duplicateMessages], [1, 1]);
        assert.ok(received.message > 0);
        assert.equal(duplicateBytes, received.message);
        await stop();
      });
    });
  }
});

async function strangerTo(
  simulation: Simulation,
  propagation: 'push' | 'flood',
  raw: Uint8Array,
): Promise<[stop: () => Promise<void>, send: () => Promise<void>]> {
  if (propagation === 'push') {
    const stranger = await simulatedStranger(simulation, 0);
    return [() => stranger.stop(), () => stranger.publish(raw)];
  }
  const stranger = await directStranger(simulation, 0, '/txgossip/flood/1');
  return [() => stranger.stop(), () => stranger.say(transactionsFrame([raw]))];
}
