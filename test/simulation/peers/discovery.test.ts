import assert from 'node:assert/strict';
import { sleep, submitAndSleep } from '../../helpers/simulations.ts';
import { degreesOf, isWhole, withDiscovered } from '../../helpers/discovered.ts';
import { transfer } from '../../helpers/real-nodes.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';

const TARGET = 16;
const OUTBOUND = 6;
const DLO = 4;

/** Everybody has as many connections as it wants, of its own making as well, and a mesh. */
function isSettled(simulation: Simulation): boolean {
  const isConnected = degreesOf(simulation).every(
    ({ total, outbound }) => total >= TARGET && outbound >= OUTBOUND,
  );
  const isMeshed = simulation.members.every(
    ({ propagation }, node) => !simulation.isUp(node) || propagation.meshPeers().length >= DLO,
  );
  return isConnected && isMeshed && isWhole(simulation);
}

/** Virtual ms it took. @throws {Error} naming `what` after so long. */
async function until(
  simulation: Simulation,
  what: string,
  look: () => boolean,
  withinMs: number,
): Promise<number> {
  const fromMs = simulation.clock.nowMs();
  while (!look()) {
    const tookMs = simulation.clock.nowMs() - fromMs;
    if (tookMs >= withinMs) throw new Error(`waited ${tookMs} virtual ms in vain for ${what}`);
    await sleep(simulation, 500);
  }
  return simulation.clock.nowMs() - fromMs;
}

describe('discovery in a network that nobody wired', () => {
  it('100 nodes that know one address are connected and meshed in 30 s, and fill their places when a third dies', async () => {
    const maxpeers = 40;
    await withDiscovered({ seed: 1, nodes: 100, options: { maxpeers } }, async (simulation) => {
      await until(
        simulation,
        'every node to have its connections and its mesh',
        () => isSettled(simulation),
        30_000 - simulation.clock.nowMs(),
      );
      const degrees = degreesOf(simulation).map(({ total }) => total);
      assert.ok(Math.max(...degrees) <= maxpeers, `${Math.max(...degrees)} connections`);
      const mean = degrees.reduce((sum, degree) => sum + degree, 0) / degrees.length;
      assert.ok(mean < 1.75 * TARGET, `${mean} connections on average, ${TARGET} wanted`);
      await until(
        simulation,
        'the node everybody began from to be let go',
        () => simulation.hosts[0]!.connections().length <= 2 * TARGET,
        30_000,
      );

      const dead = simulation.nodes.map(({ index }) => index).filter((node) => node % 3 === 1);
      for (const node of dead) simulation.kill(node, 'crash');
      await until(simulation, 'the living to fill their places', () => isSettled(simulation), 20_000);
      const answer = await submitAndSleep(simulation, 0, transfer(0, 0), 5_000);
      assert.equal(answer.status, 'accepted');
      for (const { index } of simulation.nodes) {
        if (simulation.isUp(index))
          assert.equal(simulation.members[index]!.pool.counts.pending, 1, `node ${index}`);
      }
    });
  }).timeout(120_000);

  it('two halves that were cut for a minute find each other again, though neither wants for peers, and their pools agree', async () => {
    const nodes = 40;
    const options = { 'peers.target': 8, 'peers.floor': 4, 'peers.outbound': 3 };
    await withDiscovered({ seed: 2, nodes, options }, async (simulation) => {
      const { physical, hosts, members } = simulation;
      const isLow = (node: number): boolean => node < nodes / 2;
      const across = (): number =>
        hosts
          .filter(({ owner }) => isLow(owner))
          .flatMap((host) => host.connections().filter(({ peerId }) => !isLow(physical.find(peerId)!.owner)))
          .length;
      const forPairs = (act: (from: number, to: number) => void): void => {
        for (const { index: a } of simulation.nodes) {
          for (const { index: b } of simulation.nodes) if (isLow(a) !== isLow(b)) act(a, b);
        }
      };
      await sleep(simulation, 10_000);
      forPairs((from, to) => physical.cut(from, to));
      await sleep(simulation, 40_000);
      assert.equal(across(), 0);
      await submitAndSleep(simulation, 1, transfer(0, 0), 10_000);
      await submitAndSleep(simulation, nodes - 1, transfer(1, 0), 10_000);
      const pools = (): number[] => members.map(({ pool }) => pool.counts.pending);
      assert.deepEqual(new Set(pools()), new Set([1]));
      assert.ok(degreesOf(simulation).every(({ total }) => total >= 4));
      forPairs((from, to) => physical.heal(from, to));
      const tookMs = await until(simulation, 'both halves to be one', () => isWhole(simulation), 40_000);
      await until(
        simulation,
        'pools to agree',
        () => pools().every((pending) => pending === 2),
        40_000 - tookMs,
      );
    });
  }).timeout(120_000);

  it('exchanges one of its own for another now and then, and is never without', async () => {
    const options = { 'peers.target': 4, 'peers.floor': 2, 'peers.outbound': 2, 'peers.rotation': 20_000 };
    await withDiscovered({ seed: 6, nodes: 16, options, latencyMs: 5 }, async (simulation) => {
      const dialled = (): Set<string>[] =>
        simulation.hosts.map(
          (host) =>
            new Set(
              host
                .connections()
                .filter(({ direction }) => direction === 'outbound')
                .map(({ peerId }) => peerId.toString()),
            ),
        );
      await sleep(simulation, 5_000);
      const before = dialled();
      for (let second = 0; second < 180; second++) {
        await sleep(simulation, 1_000);
        assert.ok(degreesOf(simulation).every(({ total }) => total >= 2));
      }
      const changed = dialled().map(
        (now, node) => [...now].filter((peer) => !before[node]!.has(peer)).length,
      );
      assert.ok(changed.filter((count) => count > 0).length >= 12, `changed: ${changed.join()}`);
      assert.ok(degreesOf(simulation).every(({ total, outbound }) => total >= 3 && outbound >= 1));
      assert.ok(isWhole(simulation));
    });
  }).timeout(60_000);

  it('a node that starts again with its disk dials whom it knew, and needs nobody to begin from', async () => {
    const nodes = 8;
    await withDiscovered({ seed: 3, nodes, latencyMs: 5 }, async (simulation) => {
      const last = nodes - 1;
      const dialled = (): number =>
        simulation.hosts[last]!.connections().filter(({ direction }) => direction === 'outbound').length;
      const all = (): boolean => degreesOf(simulation).every(({ total }) => total === nodes - 1);
      await until(simulation, 'everybody to be connected with everybody', all, 29_000);
      // Those that dialled it are kept as well, once they have stayed a while.
      await sleep(simulation, 32_000);
      simulation.kill(0, 'crash');
      for (const disk of ['kept', 'lost'] as const) {
        simulation.kill(last, 'crash');
        await sleep(simulation, 2_000);
        const restarted = simulation.inflict({ kind: 'restart', node: last, disk });
        // Before anybody else has noticed that it is back.
        await sleep(simulation, 300);
        await restarted;
        assert.equal(dialled(), disk === 'kept' ? nodes - 2 : 0, `disk ${disk}`);
      }
    });
  }).timeout(60_000);
});
