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
    const fields = { links: { latencyMs: 50 } };
    await withDiscovered({ seed: 1, nodes: 100, options: { maxpeers }, fields }, async (simulation) => {
      await until(
        simulation,
        'every node to have its connections and its mesh',
        () => isSettled(simulation),
        29_000,
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
});
