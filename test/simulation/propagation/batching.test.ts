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
});
