/** Batches in virtual time: what they cost a lone transaction, and what becomes of those that hold known ones. */
import assert from 'node:assert/strict';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { simulatedStranger } from '../../helpers/simulated-stranger.ts';
import {
  arrivalsOf,
  PUSH_ONLY,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

const LATENCY_MS = 25;
const TRANSACTIONS = 8;

const scenario = (options: Record<string, number>) =>
  scenarioOf({
    nodes: { count: 6, options: { ...PUSH_ONLY, ...options }, cpu: { verifyMs: 0.25, messageMs: 0.5 } },
    topology: { kind: 'ring' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: TRANSACTIONS, senders: 2 },
  });

describe('batches in virtual time', () => {
  it('delay no lone transaction: it arrives everywhere when it would without them', async () => {
    const arrivals = async (options: Record<string, number>): Promise<unknown[]> => {
      const batching = scenario(options);
      const plan = await planWorkload(batching);
      return withSimulation(batching, async (simulation) => {
        await sleep(simulation, 3000);
        const all: unknown[] = [];
        for (const [index, { raw, hash }] of plan.entries()) {
          await submitAndSleep(simulation, index % 6, raw, 1100);
          all.push(await arrivalsOf(simulation, hash));
        }
        return all;
      });
    };
    const batched = await arrivals({});
    assert.deepEqual(batched, await arrivals({ 'batch.transactions': 1, 'batch.delay': 0 }));
    assert.ok(batched.flat().every((atMs) => atMs !== undefined));
  });

  it('partly known are still one message, forwarded as they came', async () => {
    const line = scenarioOf({
      nodes: { count: 3, options: PUSH_ONLY },
      topology: { kind: 'line' },
      links: { latencyMs: LATENCY_MS },
      workload: { transactions: 4, senders: 4 },
    });
    const [first, second, third, fourth] = await planWorkload(line);
    await withSimulation(line, async (simulation) => {
      const stranger = await simulatedStranger(simulation, 0);
      const last = simulation.members[2]!;
      await submitAndSleep(simulation, 0, first!.raw, 1000);
      await submitAndSleep(simulation, 0, second!.raw, 1000);
      const before = last.propagation.counters();
      await stranger.publish(first!.raw, third!.raw, second!.raw, fourth!.raw);
      await sleep(simulation, 1000);
      const after = last.propagation.counters();
      assert.equal(after.messagesReceived - before.messagesReceived, 1);
      assert.equal(after.copiesReceived - before.copiesReceived, 4);
      assert.ok(last.pool.has(third!.hash) && last.pool.has(fourth!.hash));
      await stranger.stop();
    });
  });

  for (const propagation of ['push', 'flood']) {
    it(`${propagation}: are taken of peers that send larger ones than this node, and nobody pays for them`, async () => {
      const line = scenarioOf({
        nodes: {
          count: 3,
          options: { ...PUSH_ONLY, propagation, 'batch.transactions': 1_024, 'batch.bytes': 262_144 },
          groups: [{ name: 'small', nodes: [1], options: { batch: { transactions: 1, bytes: 1_000 } } }],
        },
        topology: { kind: 'line' },
        links: { latencyMs: LATENCY_MS },
        workload: { transactions: 40, senders: 40, dataBytes: 5_000 },
      });
      const plan = await planWorkload(line);
      await withSimulation(line, async (simulation) => {
        await sleep(simulation, 3000);
        for (const { raw } of plan) void simulation.submit(0, raw);
        await sleep(simulation, 2000);
        for (const { pool, propagation: each } of simulation.members) {
          assert.equal(pool.counts.pending, plan.length);
          assert.equal(each.rejected, 0);
        }
        const [, middle, last] = simulation.members.map((member) => member.propagation.counters());
        // The first leaves at once, the others as one.
        assert.deepEqual([middle!.messagesReceived, middle!.copiesReceived], [2, plan.length]);
        assert.equal(last!.messagesReceived, propagation === 'push' ? 2 : plan.length);
      });
    });
  }
});
