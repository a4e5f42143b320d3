/** What gossip did not bring is brought by comparing pools: real nodes in virtual time. */
import assert from 'node:assert/strict';
import { SYNC_PROTOCOL } from '../../../../src/propagation/sync/reconciliation.ts';
import type { Simulation } from '../../../../testnet/networks/simulated/simulation.ts';
import { planWorkload } from '../../../../testnet/workload/plan.ts';
import { simulatedStranger } from '../../../helpers/simulated-stranger.ts';
import {
  arrivalsOf,
  bytesByKind,
  eventsOf,
  NO_PULL,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../../helpers/simulations.ts';

const INTERVAL_MS = 10_000;

const pools = ({ members }: Simulation): number =>
  new Set(members.map(({ pool }) => pool.pendingDigest)).size;

async function arrivalsBy(simulation: Simulation): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { events } of await simulation.traces()) {
    for (const event of events) {
      if (event.kind === 'arrival') counts[event.provenance] = (counts[event.provenance] ?? 0) + 1;
    }
  }
  return counts;
}

describe('reconciliation in virtual time', function () {
  // Work of the processor alone, however busy the machine is.
  this.timeout(60_000);

  it('makes one network of two halves that heard nothing of each other for a minute under load', async () => {
    const scenario = scenarioOf({
      nodes: { count: 24 },
      links: { latencyMs: 50 },
      workload: { transactions: 600, ratePerSecond: 10, senders: 24 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation, edges) => {
      const { clock } = simulation;
      const across = edges.filter(([a, b]) => a < 12 !== b < 12);
      await sleep(simulation, 5_000);
      await simulation.inflict({ kind: 'cut', links: across });
      const startMs = clock.nowMs();
      for (const { atMs, entry, raw } of plan) {
        await simulation.sleepUntil(startMs + atMs);
        simulation.submit(entry, raw).catch(() => undefined);
      }
      await sleep(simulation, 1_000);
      assert.ok(pools(simulation) > 1);
      const before = await bytesByKind(simulation);
      await simulation.inflict({ kind: 'heal', links: across });
      await sleep(simulation, 2 * INTERVAL_MS);
      assert.equal(pools(simulation), 1);
      assert.ok(simulation.members.every(({ pool }) => pool.counts.pending === plan.length));
      // Once to each node: what each half lacked, ids and symbols, and what gossip carried on of a few.
      const lacked = plan.reduce((sum, { sizeBytes }) => sum + sizeBytes * 12, 0);
      const { sent } = await bytesByKind(simulation);
      const bySync = sent.sync - before.sent.sync;
      assert.ok(bySync < 1.3 * lacked, `${bySync} bytes for ${lacked}`);
      assert.ok(simulation.members.every(({ propagation }) => propagation.rejected === 0));
    });
  });

  it('gives a newcomer what was said before it came, once, and nobody hears it again', async () => {
    const scenario = scenarioOf({
      nodes: { count: 8, uplinkMbps: 50, downlinkMbps: 50 },
      topology: { kind: 'complete' },
      links: { latencyMs: 20 },
      workload: { transactions: 1_000, ratePerSecond: 1_000, senders: 50 },
      faults: { lateJoiners: { nodes: [7], atMs: 0 } },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      for (const { entry, raw } of plan)
        simulation.submit(entry === 7 ? 0 : entry, raw).catch(() => undefined);
      await sleep(simulation, 30_000);
      const before = await bytesByKind(simulation);
      await simulation.inflict({ kind: 'join', node: 7 });
      await sleep(simulation, 5_000);
      assert.equal(simulation.members[7]!.pool.counts.pending, plan.length);
      const lacked = plan.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const { sent } = await bytesByKind(simulation);
      const cost = sent.sync + sent.message - before.sent.sync - before.sent.message;
      assert.ok(cost < 1.3 * lacked, `${cost} bytes for ${lacked}`);
      const arrivals = (await eventsOf(simulation, 7)).filter(({ kind }) => kind === 'arrival');
      assert.equal(arrivals.length, plan.length);
      assert.equal(sent.message, before.sent.message);
    });
  });

  it('what it frees is gossiped at once, however much else it brings', async () => {
    const scenario = scenarioOf({
      nodes: { count: 4 },
      topology: { kind: 'complete' },
      links: { latencyMs: 20 },
      workload: { transactions: 60, senders: 6 },
    });
    const plan = await planWorkload(scenario);
    const { sender } = plan[0]!;
    const [before, last] = plan
      .filter((each) => each.sender === sender)
      .sort((a, b) => Number(a.nonce - b.nonce))
      .slice(-2);
    await withSimulation(scenario, async (simulation, edges) => {
      const links = edges.filter((edge) => edge.includes(3));
      await simulation.inflict({ kind: 'cut', links });
      // Nobody but the one that is cut off has the last of them, behind a gap.
      for (const each of plan) simulation.submit(each === last ? 3 : 0, each.raw).catch(() => undefined);
      await sleep(simulation, 20_000);
      await simulation.inflict({ kind: 'heal', links });
      await sleep(simulation, 10_000);
      const filledAtMs = (await arrivalsOf(simulation, before!.hash))[3]!;
      const arrivals = await arrivalsOf(simulation, last!.hash);
      assert.ok((await arrivalsBy(simulation))['sync']! > 32);
      for (const node of [0, 1, 2]) assert.ok(arrivals[node]! - filledAtMs < 200, `node ${node}`);
    });
  });

  it('costs next to nothing where gossip brings everything, and takes nothing from it', async () => {
    const scenario = scenarioOf({
      nodes: { count: 12 },
      links: { latencyMs: 60, latencyDistribution: 'uniform', latencySpreadMs: 40 },
      workload: { transactions: 600, ratePerSecond: 20, senders: 12 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const startMs = simulation.clock.nowMs();
      for (const { atMs, entry, raw } of plan) {
        await simulation.sleepUntil(startMs + atMs);
        simulation.submit(entry, raw).catch(() => undefined);
      }
      await sleep(simulation, INTERVAL_MS);
      assert.equal(pools(simulation), 1);
      assert.equal((await arrivalsBy(simulation))['sync'], undefined);
      const { sent } = await bytesByKind(simulation);
      assert.ok(sent.sync < 0.005 * sent.message, `${sent.sync} of ${sent.message} bytes`);
    });
  });

  it('disconnects who breaks the rules, and gossip hears no more of it either', async () => {
    const scenario = scenarioOf({
      nodes: { count: 2 },
      topology: { kind: 'line' },
      links: { latencyMs: 20 },
      workload: { transactions: 1, senders: 1 },
    });
    await withSimulation(scenario, async (simulation) => {
      const stranger = await simulatedStranger(simulation, 0);
      const [victim, other] = simulation.members;
      const isConnected = (): boolean =>
        victim!.host.connections().some(({ peerId }) => peerId.toString() === stranger.id);
      assert.ok(isConnected());
      await stranger.say(SYNC_PROTOCOL, Uint8Array.of(3, 200, 1, 1));
      await sleep(simulation, 1_000);
      assert.equal(isConnected(), false);
      // Below the threshold from which gossipsub tells it nothing.
      assert.ok(victim!.propagation.peerScore(stranger.id) < -100);
      assert.equal(other!.propagation.peerScore(stranger.id), 0);
      await stranger.stop();
    });
  });

  it('a silent node answers nobody and hands on nothing but its own', async () => {
    const scenario = scenarioOf({
      nodes: { count: 3, options: NO_PULL, groups: [{ name: 'silent', nodes: [1], behaviour: 'silent' }] },
      topology: { kind: 'line' },
      links: { latencyMs: 20 },
      workload: { transactions: 2, senders: 2 },
    });
    const [first, second] = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const [one, middle, far] = simulation.members;
      await submitAndSleep(simulation, 0, first!.raw, 100);
      simulation.physical.cut(1, 2);
      await submitAndSleep(simulation, 1, second!.raw, 3_000);
      simulation.physical.heal(1, 2);
      await sleep(simulation, 3 * INTERVAL_MS);
      assert.ok(one!.pool.has(second!.hash) && middle!.pool.has(first!.hash));
      assert.ok(far!.pool.has(second!.hash));
      assert.equal(far!.pool.has(first!.hash), false);
    });
  });
});
