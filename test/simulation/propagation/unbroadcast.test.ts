/** What gossip carried to nobody arrives all the same: pools are compared, and what came so is sent on. */
import assert from 'node:assert/strict';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import {
  bytesByKind,
  eventsOf,
  NO_PULL,
  PUSH_ONLY,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

const LATENCY_MS = 20;
const INTERVAL_MS = 10_000;

const three = scenarioOf({
  nodes: { count: 3, options: { ...NO_PULL, 'sync.interval': INTERVAL_MS } },
  topology: { kind: 'line' },
  links: { latencyMs: LATENCY_MS },
  workload: { transactions: 2, senders: 1 },
});

describe('local transactions in virtual time', () => {
  it('rule 26: one submitted before there was a peer reaches the first to come at once, and all behind it', async () => {
    const [first, second] = await planWorkload(three);
    await withSimulation(
      three,
      async (simulation) => {
        const [lone, middle, far] = simulation.members;
        await submitAndSleep(simulation, 0, first!.raw, 1);
        // gossipsub forgets its messages meanwhile, and with them the last way to ask for one.
        await sleep(simulation, 30_000);
        assert.equal(lone!.unbroadcast, 1);

        const dialled = simulation.as(0, () => lone!.addPeer(middle!.host.addresses()[0]!.toString()));
        await sleep(simulation, 1_000);
        await dialled;
        const arrivals = await Promise.all(
          [0, 1, 2].map(async (node) =>
            (await eventsOf(simulation, node)).find(({ kind }) => kind === 'arrival'),
          ),
        );
        assert.deepEqual(
          arrivals.map((arrival) => arrival?.kind === 'arrival' && [arrival.provenance, arrival.from]),
          [
            ['rpc', null],
            ['sync', simulation.nodes[0]!.peerId],
            ['push', simulation.nodes[1]!.peerId],
          ],
        );
        // A single one travels on at once.
        assert.equal(arrivals[2]!.atMs, arrivals[1]!.atMs + LATENCY_MS);
        assert.equal(lone!.unbroadcast, 0);
        assert.deepEqual([middle!.unbroadcast, far!.unbroadcast], [0, 0]);

        // Pushed to a peer that is silent about it: the next comparison shows that it has it.
        await submitAndSleep(simulation, 0, second!.raw, 1_000);
        assert.equal(far!.pool.has(second!.hash), true);
        assert.equal(lone!.unbroadcast, 1);
        await sleep(simulation, 2 * INTERVAL_MS);
        assert.equal(lone!.unbroadcast, 0);
        const { sent, received, lost } = await bytesByKind(simulation);
        assert.equal(sent.sync, received.sync);
        assert.equal(lost.sync, 0);
      },
      { edges: [[1, 2]] },
    );
  });

  it('without reconciliation it stays where it is, and is counted as unbroadcast', async () => {
    const scenario = scenarioOf({
      nodes: { count: 3, options: PUSH_ONLY },
      topology: { kind: 'line' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: 2, senders: 1 },
    });
    const [only] = await planWorkload(scenario);
    await withSimulation(
      scenario,
      async (simulation) => {
        const [lone, middle] = simulation.members;
        await submitAndSleep(simulation, 0, only!.raw, 1);
        const dialled = simulation.as(0, () => lone!.addPeer(middle!.host.addresses()[0]!.toString()));
        await sleep(simulation, 120_000);
        await dialled;
        assert.equal(lone!.unbroadcast, 1);
        assert.equal(middle!.pool.has(only!.hash), false);
        assert.equal((await bytesByKind(simulation)).sent.sync, 0);
      },
      { edges: [[1, 2]] },
    );
  });

  it('a copy that comes back shows that a peer has it', async () => {
    // What 0 sends to 2 does not arrive, so 2 has it from 1, and sends 0 a copy.
    const ring = scenarioOf({
      nodes: { count: 3, options: PUSH_ONLY },
      topology: { kind: 'complete' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: 1, senders: 1 },
    });
    const [only] = await planWorkload(ring);
    await withSimulation(ring, async (simulation) => {
      const [lone] = simulation.members;
      simulation.physical.cut(0, 2);
      await submitAndSleep(simulation, 0, only!.raw, 2 * LATENCY_MS);
      assert.equal(lone!.unbroadcast, 1);
      await sleep(simulation, LATENCY_MS);
      assert.equal(lone!.unbroadcast, 0);
      assert.ok(simulation.members.every(({ pool }) => pool.has(only!.hash)));
    });
  });
});
