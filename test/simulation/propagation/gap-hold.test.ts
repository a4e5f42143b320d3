/** Nonce gaps between real nodes in virtual time: who sends what when, to the millisecond. */
import assert from 'node:assert/strict';
import type { PublishEvent } from '../../../src/telemetry/trace.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { planWorkload, type PlannedTransaction } from '../../../testnet/workload/plan.ts';
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
const GAP_HOLD_MS = 2000;

/** Nodes 0 - 1 - 2, and two transactions of one sender. */
const line = scenarioOf({
  nodes: { count: 3, options: { ...PUSH_ONLY, 'validation.gaphold': GAP_HOLD_MS } },
  topology: { kind: 'line' },
  links: { latencyMs: LATENCY_MS },
  workload: { transactions: 2, senders: 1 },
});

/** The same with transactions of another sender, which keep a node busy. */
const BUSY_LINE = {
  topology: { kind: 'line' },
  links: { latencyMs: LATENCY_MS },
  workload: { transactions: 8, senders: 2 },
};

async function withLine(
  work: (simulation: Simulation, early: PlannedTransaction, late: PlannedTransaction) => Promise<void>,
): Promise<void> {
  const [early, late] = await planWorkload(line);
  assert.deepEqual([early!.nonce, late!.nonce], [0n, 1n]);
  await withSimulation(line, async (simulation) => {
    await sleep(simulation, 5000);
    await work(simulation, early!, late!);
  });
}

const publishesOf = async (simulation: Simulation, node: number): Promise<PublishEvent[]> =>
  (await eventsOf(simulation, node)).filter((event) => event.kind === 'publish');

const statusAt = (simulation: Simulation, node: number, { hash }: PlannedTransaction): string | undefined =>
  simulation.members[node]!.pool.get(hash)?.status;

describe('a nonce gap in virtual time', () => {
  it('is kept to itself by the node that has it, and sent on the moment it is filled from elsewhere', () =>
    withLine(async (simulation, early, late) => {
      const lateMs = simulation.clock.nowMs();
      await submitAndSleep(simulation, 0, late.raw, 10_000);
      assert.equal(statusAt(simulation, 0, late), 'queued');
      assert.deepEqual(await arrivalsOf(simulation, late.hash), [lateMs, undefined, undefined]);

      const earlyMs = simulation.clock.nowMs();
      await submitAndSleep(simulation, 2, early.raw, 1000);
      assert.deepEqual(await arrivalsOf(simulation, early.hash), [
        earlyMs + 2 * LATENCY_MS,
        earlyMs + LATENCY_MS,
        earlyMs,
      ]);
      // It leaves node 0 in the instant the gap is filled there.
      assert.deepEqual(await arrivalsOf(simulation, late.hash), [
        lateMs,
        earlyMs + 3 * LATENCY_MS,
        earlyMs + 4 * LATENCY_MS,
      ]);
      for (const node of [0, 1, 2]) assert.equal(statusAt(simulation, node, late), 'pending');
    }));

  it('holds a message back, and forwards it as it came in the instant the gap is filled', () =>
    withLine(async (simulation, early, late) => {
      const stranger = await simulatedStranger(simulation, 1);
      const lateMs = simulation.clock.nowMs();
      await stranger.publish(late.raw);
      await sleep(simulation, GAP_HOLD_MS / 2);
      assert.deepEqual(await arrivalsOf(simulation, late.hash), [undefined, lateMs + LATENCY_MS, undefined]);
      assert.equal(simulation.members[1]!.propagation.unsettled, 1);

      const earlyMs = simulation.clock.nowMs();
      await stranger.publish(early.raw);
      await sleep(simulation, GAP_HOLD_MS);
      const next = earlyMs + 2 * LATENCY_MS;
      assert.deepEqual(await arrivalsOf(simulation, early.hash), [next, earlyMs + LATENCY_MS, next]);
      assert.deepEqual(await arrivalsOf(simulation, late.hash), [next, lateMs + LATENCY_MS, next]);
      assert.equal(simulation.members[1]!.propagation.unsettled, 0);
      // Forwarded, not published anew.
      assert.deepEqual(await publishesOf(simulation, 1), []);
      assert.ok(simulation.members[1]!.propagation.peerScore(stranger.id) > 0);
      await stranger.stop();
    }));

  it('ignores a message held too long, and sends its transaction on with the one that fills the gap', () =>
    withLine(async (simulation, early, late) => {
      const stranger = await simulatedStranger(simulation, 1);
      const lateMs = simulation.clock.nowMs();
      await stranger.publish(late.raw);
      const heldUntilMs = lateMs + LATENCY_MS + GAP_HOLD_MS;
      await simulation.sleepUntil(heldUntilMs - 0.001);
      assert.equal(simulation.members[1]!.propagation.unsettled, 1);
      await simulation.sleepUntil(heldUntilMs);
      assert.equal(simulation.members[1]!.propagation.unsettled, 0);
      assert.equal(statusAt(simulation, 1, late), 'queued');

      const earlyMs = simulation.clock.nowMs();
      await stranger.publish(early.raw);
      await sleep(simulation, 1000);
      const [publish, ...more] = await publishesOf(simulation, 1);
      assert.deepEqual(more, []);
      assert.deepEqual(publish?.hashes, [early.hash, late.hash]);
      assert.equal(publish.atMs, earlyMs + LATENCY_MS);
      const next = earlyMs + 2 * LATENCY_MS;
      assert.deepEqual(await arrivalsOf(simulation, early.hash), [next, earlyMs + LATENCY_MS, next]);
      assert.deepEqual(await arrivalsOf(simulation, late.hash), [next, lateMs + LATENCY_MS, next]);
      await stranger.stop();
    }));

  it('holds no message for longer than its verdict forwards it, counted from its reading', async () => {
    const VERIFY_MS = 500;
    const busy = scenarioOf({
      ...BUSY_LINE,
      nodes: {
        count: 3,
        cpu: { verifyMs: VERIFY_MS },
        options: {
          ...PUSH_ONLY,
          'validation.gaphold': GAP_HOLD_MS,
          'validation.concurrency': 1,
          'gossip.heartbeat': 700,
          'gossip.history': 6,
        },
      },
    });
    const plan = await planWorkload(busy);
    const [early, late] = plan.filter(({ sender }) => sender === plan[0]!.sender);
    const others = plan.filter(({ sender }) => sender !== plan[0]!.sender);
    await withSimulation(busy, async (simulation) => {
      await sleep(simulation, 5000);
      const stranger = await simulatedStranger(simulation, 1);
      await stranger.publish(...others.map(({ raw }) => raw));
      await stranger.publish(late!.raw);
      // It is held from 2.5 s after its reading on, and forwarded until 3.5 to 4.2 s after it.
      const heldAfterMs = (others.length + 1) * VERIFY_MS;
      await sleep(simulation, LATENCY_MS + heldAfterMs);
      assert.equal(simulation.members[1]!.propagation.unsettled, 1);
      await sleep(simulation, 4400 - heldAfterMs - VERIFY_MS - LATENCY_MS);
      await stranger.publish(early!.raw);
      await sleep(simulation, 3000);
      assert.deepEqual(
        simulation.members.map(({ pool }) => pool.counts.pending),
        Array(3).fill(others.length + 2),
      );
      const publishes = await publishesOf(simulation, 1);
      assert.deepEqual(
        publishes.map(({ hashes }) => hashes),
        [[early!.hash, late!.hash]],
      );
      await stranger.stop();
    });
  });
});
