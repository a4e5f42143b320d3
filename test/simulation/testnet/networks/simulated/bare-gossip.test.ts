/** What can be said exactly of gossipsub on simulated hosts, nothing else in between. */
import assert from 'node:assert/strict';

import { randomEdges, startBareGossip } from '../../../../../scripts/bench/bare-gossip.ts';
import type { BareGossip, BareGossipOptions } from '../../../../../scripts/bench/bare-gossip.ts';
import { guardRealWorld } from '../../../../../testnet/networks/simulated/guard.ts';
import { streamOf } from '../../../../../testnet/random.ts';

/** No IHAVE: what travels, travels over the mesh. */
const PUSH_ONLY = { Dlazy: 0, gossipFactor: 0 };
const D = 6;

/** Kept from before any patch. */
const real = { setImmediate, now: performance.now.bind(performance), random: Math.random };

async function withGossip<T>(
  options: BareGossipOptions,
  work: (gossip: BareGossip) => Promise<T>,
): Promise<T> {
  const gossip = await startBareGossip(options);
  try {
    return await work(gossip);
  } finally {
    await gossip.stop();
  }
}

const sleep = (gossip: BareGossip, ms: number): Promise<void> =>
  gossip.clock.runUntil(gossip.clock.nowMs() + ms);

/** Some rounds of publishing; what came of it. */
async function rounds(gossip: BareGossip, messages: number): Promise<string> {
  await sleep(gossip, 5000);
  for (let message = 0; message < messages; message++) {
    await gossip.publish(message * 3, message);
    await sleep(gossip, 130);
  }
  await sleep(gossip, 3000);
  return `${gossip.deliveries.length} ${gossip.digest()} ${JSON.stringify([gossip.meshes(), gossip.network.bytes()])}`;
}

/** Earliest arrivals over directed edges, adding up in the order of travel as the clock does. */
function earliestArrivals(gossip: BareGossip, meshes: number[][], from: number, startMs: number): number[] {
  const arrivals = meshes.map(() => Infinity);
  arrivals[from] = startMs;
  const open = new Set([from]);
  while (open.size > 0) {
    const node = [...open].reduce((best, other) => (arrivals[other]! < arrivals[best]! ? other : best));
    open.delete(node);
    for (const next of meshes[node]!) {
      const atMs = arrivals[node]! + gossip.latencyMs(node, next);
      if (atMs >= arrivals[next]!) continue;
      arrivals[next] = atMs;
      open.add(next);
    }
  }
  return arrivals;
}

describe('gossipsub on simulated hosts', function () {
  this.timeout(60_000);

  it('does the same again from the same seed, also beside something that blocks the machine', async () => {
    const run = (seed: number): Promise<string> =>
      withGossip({ nodes: 30, seed }, (gossip) => rounds(gossip, 8));
    const first = await run(1);
    assert.match(first, /^232 /);
    assert.equal(await run(1), first);
    assert.notEqual(await run(2), first);

    let blocking = true;
    let blocked = 0;
    const block = (): void => {
      const until = real.now() + real.random() * 2;
      while (real.now() < until) blocked += 1;
      if (blocking) real.setImmediate(block);
    };
    block();
    try {
      assert.equal(await run(1), first);
    } finally {
      blocking = false;
    }
    assert.ok(blocked > 0);
  });

  it('is not changed for anybody by more nodes that are idle, however many dice those throw', async () => {
    const edges = randomEdges(30, 8, streamOf(3, 'edges'));
    const apart: [number, number][] = [
      [30, 31],
      [31, 32],
      [32, 30],
    ];
    const run = (nodes: number, all: [number, number][]): Promise<unknown> =>
      withGossip({ nodes, seed: 3, edges: all }, async (gossip) => {
        await rounds(gossip, 8);
        const ledgers = gossip.hosts.slice(0, 30).map(({ ledger }) => ledger);
        return [gossip.deliveries, gossip.meshes().slice(0, 30), ledgers];
      });
    assert.deepEqual(await run(33, [...apart, ...edges]), await run(30, edges));
  });

  it('arrives everywhere exactly after the shortest way over the mesh, in exactly as many copies as it has room for', () =>
    withGossip({ nodes: 60, seed: 4, degree: 12, countCopies: true, gossip: PUSH_ONLY }, async (gossip) => {
      await sleep(gossip, 15_000);
      const meshes = gossip.meshes();
      meshes.forEach((mesh, node) => {
        for (const peer of mesh)
          assert.ok(meshes[peer]!.includes(node), `${node} has ${peer} in its mesh alone`);
      });
      assert.ok(
        meshes.some((mesh, node) => mesh.length < gossip.edges.flat().filter((end) => end === node).length),
      );
      const degrees = meshes.reduce((sum, mesh) => sum + mesh.length, 0);
      // A publisher with fewer than D in its mesh also sends to others.
      const publishers = meshes.flatMap((mesh, node) => (mesh.length >= D ? [node] : [])).slice(0, 10);
      assert.equal(publishers.length, 10);
      for (const [message, publisher] of publishers.entries()) {
        const startMs = gossip.clock.nowMs();
        const copiesBefore = gossip.sent().copies;
        await gossip.publish(publisher, message);
        await sleep(gossip, 1100);
        assert.deepEqual(gossip.meshes(), meshes, 'the mesh changed under way');
        const expected = earliestArrivals(gossip, meshes, publisher, startMs);
        const got = gossip.deliveries.filter((delivery) => delivery.message === message);
        assert.equal(got.length, 59);
        for (const { node, atMs } of got) assert.equal(atMs, expected[node]);
        assert.equal(gossip.sent().copies - copiesBefore, degrees - 59);
      }
      const { sent, received, dropped } = gossip.network.bytes();
      assert.deepEqual([sent, dropped], [received, 0]);
    }));

  it('conserves bytes and reaches everybody left, with losses, thin lines, a cut and deaths', () =>
    withGossip(
      { nodes: 40, seed: 5, lossProbability: 0.02, uplinkBitsPerSecond: 2e6, downlinkBitsPerSecond: 5e6 },
      async (gossip) => {
        const { network, hosts } = gossip;
        const balanced = (): void => {
          const { sent, received, dropped, underWay } = network.bytes();
          assert.equal(sent, received + dropped + underWay);
        };
        await sleep(gossip, 5000);
        const island = [0, 1, 2];
        const acrossShore = (act: 'cut' | 'heal'): void => {
          for (const inside of island) {
            for (let outside = 3; outside < 40; outside++) {
              network[act](inside, outside);
              network[act](outside, inside);
            }
          }
        };
        acrossShore('cut');
        for (let message = 0; message < 10; message++) {
          await gossip.publish(10 + message, message, 2000);
          await sleep(gossip, 97);
          if (message === 4) hosts[30]!.kill('crash');
          if (message === 6) hosts[31]!.kill('vanish');
          balanced();
        }
        await sleep(gossip, 3000);
        const reached = (node: number): number =>
          gossip.deliveries.filter((delivery) => delivery.node === node).length;
        assert.deepEqual(island.map(reached), [0, 0, 0]);
        assert.ok(network.bytes().underWay > 0);
        acrossShore('heal');
        await sleep(gossip, 30_000);
        balanced();
        const { dropped, retransmitted } = network.bytes();
        assert.ok(dropped > 0 && retransmitted > 0);
        for (let node = 0; node < 40; node++) {
          if (node === 30 || node === 31) continue;
          assert.equal(reached(node), node >= 10 && node < 20 ? 9 : 10, `node ${node}`);
        }
      },
    ));

  it('touches neither the real clock nor real dice nor the network, nor works behind the back of the clock', () =>
    withGossip({ nodes: 12, seed: 6, degree: 6 }, async (gossip) => {
      const guard = guardRealWorld({ clock: gossip.clock, mode: 'record', watchAsyncWork: true });
      try {
        await rounds(gossip, 4);
      } finally {
        guard.remove();
      }
      assert.deepEqual(guard.violations, []);
    }));

  it('stops: timers end with the nodes', () =>
    withGossip({ nodes: 8, seed: 7, degree: 4 }, async (gossip) => {
      await rounds(gossip, 2);
      const stops = gossip.pubsubs.map((pubsub, node) =>
        gossip.clock.perform(node, async () => {
          await pubsub.stop();
          await gossip.hosts[node]!.stop();
        }),
      );
      await Promise.all(stops);
      await gossip.clock.runUntilIdle();
      assert.equal(gossip.clock.statistics.pending, 0);
      assert.deepEqual(
        gossip.hosts.flatMap((host) => host.connections()),
        [],
      );
    }));
});
