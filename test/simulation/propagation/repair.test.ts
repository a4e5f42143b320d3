/** What push could not bring is pulled: IHAVE, IWANT and the answer, each one way over the link, after a heartbeat. */
import assert from 'node:assert/strict';
import { streamOf, uniform } from '../../../testnet/random.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import {
  eventsOf,
  meshesOf,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

const LATENCY_MS = 30;
const HEARTBEAT_MS = 1000;
/** gossipsub's GossipsubHeartbeatInitialDelay. */
const FIRST_HEARTBEAT_AFTER_MS = 100;
/** Nodes start within the first second, each at a moment of its own dice. */
const START_WITHIN_MS = 1000;

describe('repair in virtual time', () => {
  for (const seed of [1, 2, 3]) {
    it(`brings what its mesh cannot to a node that is cut from it, a heartbeat and three ways later (seed ${seed})`, async () => {
      const scenario = scenarioOf({
        seed,
        nodes: { count: 24, options: { 'gossip.d': 4, 'gossip.dlo': 3, 'gossip.dhi': 6 } },
        topology: { kind: 'complete' },
        links: { latencyMs: LATENCY_MS },
        workload: { transactions: 1, senders: 1 },
      });
      const [only] = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        await sleep(simulation, 10_000);
        const victim = 0;
        const neighbours = meshesOf(simulation)[victim]!;
        const publisher = simulation.nodes.findIndex(
          ({ index }) => index !== victim && !neighbours.includes(index),
        );
        for (const neighbour of neighbours) simulation.physical.cut(neighbour, victim);
        const submittedMs = simulation.clock.nowMs();
        await submitAndSleep(simulation, publisher, only!.raw, 5 * HEARTBEAT_MS);
        const arrivals = await Promise.all(
          simulation.nodes.map(async ({ index }) =>
            (await eventsOf(simulation, index)).find((event) => event.kind === 'arrival'),
          ),
        );
        const arrival = arrivals[victim];
        assert.equal(arrival?.provenance, 'pull');
        assert.ok(
          arrivals.every(
            (each, node) => node === victim || node === publisher || each?.provenance === 'push',
          ),
        );

        const teller = simulation.nodes.find(({ peerId }) => peerId === arrival.from)!.index;
        assert.ok(!neighbours.includes(teller));
        const toldMs = arrival.atMs - 3 * LATENCY_MS;
        assert.ok(toldMs >= arrivals[teller]!.atMs, 'told before it was known');
        const firstHeartbeatMs =
          uniform(streamOf(seed, 'node', teller, 'start'), 0, START_WITHIN_MS) + FIRST_HEARTBEAT_AFTER_MS;
        const heartbeats = (toldMs - firstHeartbeatMs) / HEARTBEAT_MS;
        assert.ok(
          Math.abs(heartbeats - Math.round(heartbeats)) < 1e-9,
          `told ${heartbeats} heartbeats after the first`,
        );
        // Two heartbeats hold everybody's next one, three are how long a message is announced.
        assert.ok(toldMs - submittedMs < 3 * HEARTBEAT_MS);

        // Healed, the copies that waited come and are known.
        const { counters } = (await simulation.status())[victim]!;
        for (const neighbour of neighbours) simulation.physical.heal(neighbour, victim);
        await sleep(simulation, LATENCY_MS);
        const { counters: after } = (await simulation.status())[victim]!;
        assert.equal(after.duplicateMessages - counters.duplicateMessages, neighbours.length);
      });
    });
  }
});
