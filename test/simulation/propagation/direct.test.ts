/** The baselines between real nodes in virtual time: who gets what, when, from whom, and what it costs, exactly. */
import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import {
  decodeHashes,
  hashesFrame,
  REQUEST,
  responseFrame,
  transactionsFrame,
} from '../../../src/propagation/direct/messages.ts';
import { BYTE_KINDS } from '../../../src/telemetry/counters.ts';
import type { ArrivalEvent } from '../../../src/telemetry/trace.ts';
import { encodeByteStrings } from '../../../src/transaction/rlp.ts';
import { runExperiment } from '../../../testnet/experiment.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import type { Scenario } from '../../../testnet/scenario/scenario.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { directStranger } from '../../helpers/direct-stranger.ts';
import {
  arrivalsOf,
  bytesByKind,
  earliestArrivals,
  eventsOf,
  meshesOf,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../../helpers/simulations.ts';

const LATENCY_MS = 25;

const network = (propagation: string, fields: Record<string, unknown> = {}): Scenario =>
  scenarioOf({
    topology: { kind: 'line' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: 4, senders: 4 },
    ...fields,
    nodes: {
      count: 3,
      ...(fields['nodes'] as object | undefined),
      options: { propagation, ...optionsOf(fields) },
    },
  });

const optionsOf = (fields: Record<string, unknown>): object =>
  (fields['nodes'] as { options?: object } | undefined)?.options ?? {};

async function arrivalAt(simulation: Simulation, node: number, hash: Hex): Promise<ArrivalEvent | undefined> {
  const events = await eventsOf(simulation, node);
  return events.find((event): event is ArrivalEvent => event.kind === 'arrival' && event.hash === hash);
}

describe('baselines in virtual time', () => {
  for (const [propagation, provenance, crossings] of [
    ['flood', 'push', 1],
    ['announce', 'pull', 3],
  ] as const) {
    it(`${propagation} tells what first brought a transaction, from whom, and when`, async () => {
      const scenario = network(propagation);
      const { raw, hash } = (await planWorkload(scenario))[0]!;
      await withSimulation(scenario, async (simulation) => {
        const startMs = simulation.clock.nowMs();
        await submitAndSleep(simulation, 0, raw, 2000);
        for (const [node, { peerId }] of [...simulation.nodes.entries()].slice(0, 2)) {
          const arrival = await arrivalAt(simulation, node + 1, hash);
          assert.equal(arrival?.provenance, provenance);
          assert.equal(arrival.from, peerId);
          assert.equal(arrival.atMs, startMs + (node + 1) * crossings * LATENCY_MS);
        }
      });
    });
  }

  it('flood takes the shortest paths, and copies are sum of degrees - (n - 1)', async () => {
    const scenario = network('flood', {
      seed: 5,
      nodes: { count: 40 },
      topology: { kind: 'barabasi-albert', degree: 6 },
      links: { latencyMs: 50, latencyDistribution: 'uniform', latencySpreadMs: 40 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation, edges) => {
      for (const { raw, hash, entry } of plan) {
        const startMs = simulation.clock.nowMs();
        const before = await sums(simulation);
        await submitAndSleep(simulation, entry, raw, 1500);
        assert.deepEqual(
          await arrivalsOf(simulation, hash),
          earliestArrivals(meshesOf(simulation), scenario, entry, startMs),
        );
        const after = await sums(simulation);
        // Copies that cross each other were both sent before either end could know; none goes back to who gave it.
        const copies = 2 * edges.length - 39;
        assert.equal(after.copies - before.copies, copies);
        assert.equal(after.messages - before.messages, copies);
        assert.equal(after.duplicateMessages - before.duplicateMessages, copies - 39);
        const payload = encodeByteStrings([raw]).length;
        assert.equal(after.bytes - before.bytes, copies * payload);
        assert.equal(after.duplicateBytes - before.duplicateBytes, (copies - 39) * payload);
      }
    });
  });

  it('eth sends to the root of its peers whole, rounded up, and the others ask after half a second', async () => {
    const scenario = network('eth', { nodes: { count: 9 }, topology: { kind: 'star' } });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const hub = meshesOf(simulation).findIndex((mesh) => mesh.length === 8);
      for (const { raw, hash } of plan) {
        const startMs = simulation.clock.nowMs();
        await submitAndSleep(simulation, hub, raw, 2000);
        const after = (await arrivalsOf(simulation, hash))
          .map((atMs) => atMs! - startMs)
          .sort((a, b) => a - b);
        const pushed = LATENCY_MS;
        const fetched = LATENCY_MS + 500 + 2 * LATENCY_MS;
        assert.deepEqual(after, [0, ...Array<number>(3).fill(pushed), ...Array<number>(5).fill(fetched)]);
      }
    });
  });

  it('eth sends all of a sender the same way, so that its nonces arrive in order', async () => {
    const scenario = network('eth', {
      nodes: { count: 10 },
      topology: { kind: 'star' },
      workload: { transactions: 12, senders: 1 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const hub = meshesOf(simulation).findIndex((mesh) => mesh.length === 9);
      for (const { raw } of plan) void simulation.submit(hub, raw);
      await sleep(simulation, 2000);
      const pushed = await Promise.all(
        simulation.nodes.map(async ({ index }) => {
          const arrivals = (await eventsOf(simulation, index)).filter((event) => event.kind === 'arrival');
          assert.equal(arrivals.length, plan.length);
          return arrivals.filter(({ provenance }) => provenance === 'push').length;
        }),
      );
      assert.deepEqual(new Set(pushed), new Set([0, plan.length]));
      assert.equal(pushed.filter((count) => count > 0).length, 3);
    });
  });

  it('eth tells a newcomer of all that is pending; flood does not', async () => {
    for (const [propagation, reaches] of [
      ['eth', true],
      ['flood', false],
    ] as const) {
      const scenario = network(propagation, {
        faults: { lateJoiners: { nodes: [2], at: '5s' } },
        workload: { transactions: 4, senders: 4, entryNodes: [0] },
      });
      const plan = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        for (const { raw } of plan) await submitAndSleep(simulation, 0, raw, 100);
        assert.equal(await simulation.inflict({ kind: 'join', node: 2 }), null);
        await sleep(simulation, 3000);
        assert.equal(simulation.members[2]!.pool.counts.pending, reaches ? plan.length : 0);
      });
    }
  });

  it('what is behind a nonce gap goes on when it is filled, in order', async () => {
    for (const propagation of ['flood', 'announce', 'eth']) {
      const scenario = network(propagation, { workload: { transactions: 3, senders: 1 } });
      const plan = await planWorkload(scenario);
      const [first, second, third] = plan.toSorted((a, b) => Number(a.nonce - b.nonce));
      await withSimulation(scenario, async (simulation) => {
        await submitAndSleep(simulation, 0, third!.raw, 2000);
        await submitAndSleep(simulation, 0, second!.raw, 2000);
        assert.equal(simulation.members[1]!.pool.counts.pending, 0, propagation);
        await submitAndSleep(simulation, 0, first!.raw, 4000);
        for (const node of [1, 2]) {
          const arrived = (await eventsOf(simulation, node)).flatMap((event) =>
            event.kind === 'arrival' ? [event.hash] : [],
          );
          assert.deepEqual(arrived, [first!.hash, second!.hash, third!.hash], propagation);
        }
      });
    }
  });

  it('a silent node takes everything and hands on nothing but its own', async () => {
    for (const propagation of ['flood', 'announce', 'eth']) {
      const scenario = network(propagation, {
        nodes: { count: 3, groups: [{ name: 'mute', nodes: [1], behaviour: 'silent' }] },
      });
      const [others, own] = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        await submitAndSleep(simulation, 0, others!.raw, 3000);
        await submitAndSleep(simulation, 1, own!.raw, 3000);
        assert.deepEqual(
          simulation.members.map(({ pool }) => [pool.has(others!.hash), pool.has(own!.hash)]),
          [
            [true, true],
            [true, true],
            [false, true],
          ],
          propagation,
        );
      });
    }
  });

  it('bytes balance by kind, and the same seed gives the same run, with crashes, cuts and losses', async () => {
    for (const propagation of ['flood', 'announce', 'eth']) {
      const scenario = network(propagation, {
        seed: 9,
        nodes: { count: 20, uplinkMbps: 5, cpu: { verifyMs: 0.1, messageMs: 0.05 } },
        topology: { kind: 'random-regular', degree: 6 },
        links: {
          latencyMs: 40,
          latencyDistribution: 'uniform',
          latencySpreadMs: 30,
          jitterMs: 3,
          lossRate: 0.02,
        },
        workload: {
          transactions: 80,
          ratePerSecond: 20,
          arrivals: 'poisson',
          senders: 20,
          entryDown: 'next-node',
        },
        faults: {
          timeline: [
            { at: '1s', partition: { shares: [0.5, 0.5] }, for: '1s' },
            { at: '2s', kill: { count: 2 }, for: '1s' },
          ],
        },
        measure: { drainMs: 3000 },
      });
      const plan = await planWorkload(scenario);
      const digests: string[] = [];
      for (let run = 0; run < 2; run++) {
        await withSimulation(scenario, async (simulation, edges) => {
          const { digest } = await runExperiment(simulation, scenario, plan, edges, () => undefined);
          digests.push(digest!);
          await sleep(simulation, 60_000);
          const { sent, received, lost } = await bytesByKind(simulation);
          for (const kind of BYTE_KINDS)
            assert.equal(sent[kind], received[kind] + lost[kind], `${propagation}: ${kind}`);
          assert.ok(sent.message > 0 && sent.sync === 0);
        });
      }
      assert.equal(digests[0], digests[1], propagation);
    }
  });
});

describe('a hostile peer of a baseline', () => {
  const FLOOD = '/txgossip/flood/1';
  const ANNOUNCE = '/txgossip/announce/1';
  const NO_TRANSACTION = Uint8Array.of(0x02, 0xc0);

  it('has nothing of a message with one bad transaction taken or forwarded, and is disconnected', async () => {
    const scenario = network('flood');
    const [good] = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const stranger = await directStranger(simulation, 0, FLOOD);
      await stranger.say(transactionsFrame([good!.raw, NO_TRANSACTION]));
      await sleep(simulation, 200);
      assert.equal(stranger.isConnected(), false);
      assert.deepEqual(await arrivalsOf(simulation, good!.hash), [undefined, undefined, undefined]);
      assert.equal(simulation.members[0]!.propagation.rejected, 1);
      const refused = (await eventsOf(simulation, 0)).filter((event) => event.kind === 'refused');
      assert.deepEqual(
        refused.map(({ code, from }) => [code, from]),
        [['malformed', stranger.id]],
      );
      // The same transaction from somebody else is taken.
      await submitAndSleep(simulation, 1, good!.raw, 200);
      assert.equal(simulation.members[0]!.pool.has(good!.hash), true);
      await stranger.stop();
    });
  });

  const breaches: [string, string, (raw: Uint8Array, hash: Hex) => Uint8Array][] = [
    ['answers what nobody asked', ANNOUNCE, (raw) => responseFrame(7, [raw])],
    ['sends no list of transactions', FLOOD, () => Uint8Array.of(0, 0, 0, 3, 1, 0x80, 0x80)],
    ['sends an empty list', FLOOD, () => transactionsFrame([])],
    ['announces where nothing is announced', FLOOD, (_, hash) => hashesFrame([hash])],
    ['announces half a hash', ANNOUNCE, () => Uint8Array.of(0, 0, 0, 3, 2, 1, 1)],
    ['asks for too much at once', ANNOUNCE, (_, hash) => asRequest(Array<Hex>(5000).fill(hash))],
    ['claims a frame of 4 GB', FLOOD, () => Uint8Array.of(255, 255, 255, 255, 1)],
    ['says what no protocol knows', FLOOD, () => Uint8Array.of(0, 0, 0, 1, 77)],
  ];
  for (const [what, protocol, bytes] of breaches) {
    it(`that ${what} is disconnected, and nothing is taken from it`, async () => {
      const scenario = network(protocol === FLOOD ? 'flood' : 'announce');
      const { raw, hash } = (await planWorkload(scenario))[0]!;
      await withSimulation(scenario, async (simulation) => {
        const stranger = await directStranger(simulation, 0, protocol);
        assert.equal(stranger.isConnected(), true);
        await stranger.say(bytes(raw, hash));
        await sleep(simulation, 200);
        assert.equal(stranger.isConnected(), false);
        assert.equal(simulation.members[0]!.pool.has(hash), false);
        assert.equal(simulation.members[0]!.propagation.rejected, 1);
        await stranger.stop();
      });
    });
  }

  it('that announces and does not give delays a transaction by the timeout, and others bring it', async () => {
    const scenario = network('announce');
    const { raw, hash } = (await planWorkload(scenario))[0]!;
    await withSimulation(scenario, async (simulation) => {
      const stranger = await directStranger(simulation, 0, ANNOUNCE);
      await stranger.say(hashesFrame([hash]));
      await sleep(simulation, 2 * LATENCY_MS);
      const [request] = stranger.heard.filter(({ kind }) => kind === REQUEST);
      assert.deepEqual(decodeHashes(request!.content, 10), [hash]);
      const { propagation } = simulation.members[0]!;
      assert.deepEqual([propagation.unsettled, propagation.fetching], [0, 1]);
      const askedMs = simulation.clock.nowMs() - LATENCY_MS;
      await submitAndSleep(simulation, 1, raw, 3000);
      const arrival = await arrivalAt(simulation, 0, hash);
      assert.equal(arrival?.from, simulation.nodes[1]!.peerId);
      assert.equal(arrival.atMs, askedMs + 2000 + 2 * LATENCY_MS);
      // Its late answer is still an answer, and one copy more.
      await stranger.say(responseFrame(request!.number, [raw]));
      await sleep(simulation, 200);
      assert.equal(stranger.isConnected(), true);
      await stranger.stop();
    });
  });

  it('whose stream ends between request and answer stays connected; the answer is a copy and no more', async () => {
    const scenario = network('announce');
    const { raw, hash } = (await planWorkload(scenario))[0]!;
    await withSimulation(scenario, async (simulation) => {
      const stranger = await directStranger(simulation, 0, ANNOUNCE);
      await stranger.say(hashesFrame([hash]));
      await sleep(simulation, 2 * LATENCY_MS);
      const { number } = stranger.heard.find(({ kind }) => kind === REQUEST)!;
      await stranger.hangUp();
      await sleep(simulation, 2 * LATENCY_MS);
      await stranger.say(responseFrame(number, [raw]));
      await sleep(simulation, 200);
      const { propagation, pool } = simulation.members[0]!;
      assert.equal(stranger.isConnected(), true);
      assert.equal(propagation.counters().copiesReceived, 1);
      assert.equal(pool.has(hash), false);
      // Once: nobody asked for it again.
      await stranger.say(responseFrame(number, [raw]));
      await sleep(simulation, 200);
      assert.equal(stranger.isConnected(), false);
      assert.equal(propagation.rejected, 1);
      await stranger.stop();
    });
  });
});

const asRequest = (hashes: readonly Hex[]): Uint8Array => {
  const frame = new Uint8Array(4 + 1 + 4 + 32 * hashes.length);
  new DataView(frame.buffer).setUint32(0, frame.length - 4);
  frame[4] = REQUEST;
  return frame;
};

interface Sums {
  copies: number;
  messages: number;
  duplicateMessages: number;
  bytes: number;
  duplicateBytes: number;
}

async function sums(simulation: Simulation): Promise<Sums> {
  const all = { copies: 0, messages: 0, duplicateMessages: 0, bytes: 0, duplicateBytes: 0 };
  for (const { counters } of await simulation.status()) {
    all.copies += counters.copiesReceived;
    all.messages += counters.messagesReceived;
    all.duplicateMessages += counters.duplicateMessages;
    all.bytes += counters.received.message;
    all.duplicateBytes += counters.duplicateBytes;
  }
  return all;
}
