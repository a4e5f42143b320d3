/**
 * What must be true of any simulation of this node, whatever the scenario: identities, to the last bit unless a
 * tolerance is named.
 */
import assert from 'node:assert/strict';

import { publishFieldBytes } from '../../src/propagation/frame-meter.ts';
import { BYTE_KINDS } from '../../src/telemetry/counters.ts';
import type { BytesByKind } from '../../src/telemetry/trace.ts';
import { encodeByteStrings } from '../../src/transaction/rlp.ts';
import type { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import {
  arrivalsOf,
  bytesByKind,
  earliestArrivals,
  meshesOf,
  PUSH_ONLY,
  scenarioOf,
  sleep,
  submitAndSleep,
  withSimulation,
} from '../helpers/simulations.ts';
import { ANNOUNCE_NODES, GRAPHS, measureAnnounce } from '../../scripts/theory/announce.ts';
import { expectedDuplicates, measureEagerPush } from '../../scripts/theory/eager-push.ts';
import { estimate, MAX_STANDARD_ERRORS, standardErrorsOff } from '../../scripts/theory/estimate.ts';
import { expectedCoverage, fixedPoint, measureRumour, RUMOUR_NODES } from '../../scripts/theory/rumour.ts';
import { measureSpread } from '../../scripts/theory/spread.ts';

/** Longer than any of the paths here. */
const FLIGHT_MS = 1500;

const copiesReceived = async (simulation: Simulation): Promise<number> =>
  (await simulation.status()).reduce((sum, { counters }) => sum + counters.messagesReceived, 0);

describe('theory', function () {
  this.timeout(120_000);

  describe('arrivals are shortest paths over the mesh, copies are sum of mesh degrees - (n - 1)', () => {
    const cases: [string, Record<string, unknown>][] = [
      [
        'random-regular, uniform latencies',
        {
          seed: 11,
          topology: { kind: 'random-regular', degree: 12 },
          links: { latencyMs: 60, latencyDistribution: 'uniform', latencySpreadMs: 40 },
        },
      ],
      [
        'erdos-renyi, log-normal latencies',
        {
          seed: 12,
          topology: { kind: 'erdos-renyi', degree: 14 },
          links: { latencyMs: 50, latencyDistribution: 'log-normal', latencySpreadMs: 30 },
        },
      ],
      [
        'watts-strogatz, normal latencies',
        {
          seed: 13,
          topology: { kind: 'watts-strogatz', degree: 12 },
          links: { latencyMs: 30, latencyDistribution: 'normal', latencySpreadMs: 10 },
        },
      ],
      [
        'barabasi-albert, uniform latencies and 600 bytes of calldata',
        {
          seed: 14,
          topology: { kind: 'barabasi-albert', degree: 12 },
          links: { latencyMs: 40, latencyDistribution: 'uniform', latencySpreadMs: 39 },
          workload: { dataBytes: 600 },
        },
      ],
      [
        'complete, one latency for all',
        { seed: 15, topology: { kind: 'complete' }, links: { latencyMs: 25 } },
      ],
    ];
    for (const [name, fields] of cases) {
      it(name, async () => {
        const scenario = scenarioOf({
          ...fields,
          // No IDONTWANT: it is there to save copies.
          nodes: { count: 50, options: { ...PUSH_ONLY, 'gossip.idontwant': 1_000_000 } },
          workload: { transactions: 8, senders: 8, ...(fields['workload'] as object | undefined) },
        });
        const plan = await planWorkload(scenario);
        const D = 6;
        await withSimulation(scenario, async (simulation, edges) => {
          await sleep(simulation, 15_000);
          assert.ok(meshesOf(simulation).flat().length < edges.length * 2, 'the mesh is the whole graph');
          // A publisher with fewer than D in its mesh also sends to others.
          const publishers = meshesOf(simulation).flatMap((mesh, node) => (mesh.length >= D ? [node] : []));
          assert.ok(publishers.length >= plan.length);
          for (const [index, { raw, hash }] of plan.entries()) {
            const publisher = publishers[index * Math.floor(publishers.length / plan.length)]!;
            const meshes = meshesOf(simulation);
            meshes.forEach((mesh, node) =>
              mesh.forEach((peer) =>
                assert.ok(meshes[peer]!.includes(node), `${node} has ${peer} in its mesh, not the reverse`),
              ),
            );
            const startMs = simulation.clock.nowMs();
            const copiesBefore = await copiesReceived(simulation);
            const sentBefore = (await bytesByKind(simulation)).sent.message;

            const answer = await submitAndSleep(simulation, publisher, raw, FLIGHT_MS);

            assert.deepEqual(answer, { status: 'accepted', hash });
            assert.deepEqual(meshesOf(simulation), meshes, 'the mesh changed under way');
            assert.deepEqual(
              await arrivalsOf(simulation, hash),
              earliestArrivals(meshes, scenario, publisher, startMs),
            );
            const copies = meshes.flat().length - (meshes.length - 1);
            assert.equal((await copiesReceived(simulation)) - copiesBefore, copies);
            const payload = publishFieldBytes(
              encodeByteStrings([raw]).length,
              simulation.members[0]!.propagation.topic.length,
            );
            assert.equal(
              (await bytesByKind(simulation)).sent.message - sentBefore,
              copies * payload,
              'bytes of payload sent are not those of the copies',
            );
          }
        });
      });
    }
  });

  it('copies over a D-regular mesh are n (D - 1) + 1', async () => {
    for (const [nodes, D, seed] of [
      [40, 4, 21],
      [60, 7, 22],
      [30, 12, 23],
    ] as const) {
      const scenario = scenarioOf({
        seed,
        nodes: {
          count: nodes,
          options: { 'gossip.d': D, 'gossip.dlo': D, 'gossip.dhi': D, 'gossip.dscore': D },
        },
        topology: { kind: 'random-regular', degree: D },
        links: { latencyMs: 50, latencyDistribution: 'uniform', latencySpreadMs: 30 },
        workload: { transactions: 5, senders: 5 },
      });
      const plan = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        assert.ok(meshesOf(simulation).every((mesh) => mesh.length === D));
        for (const { raw, entry } of plan) {
          const before = await copiesReceived(simulation);
          await submitAndSleep(simulation, entry, raw, FLIGHT_MS);
          assert.equal((await copiesReceived(simulation)) - before, nodes * (D - 1) + 1);
        }
      });
    }
  });

  it('bytes sent are bytes received and dropped, by kind, through cuts, crashes and silent deaths', async () => {
    const scenario = scenarioOf({
      seed: 31,
      nodes: { count: 30, uplinkMbps: 5, downlinkMbps: 10, cpu: { verifyMs: 0.1, messageMs: 0.1 } },
      topology: { kind: 'random-regular', degree: 8 },
      links: { latencyMs: 40, latencyDistribution: 'uniform', latencySpreadMs: 30, lossRate: 0.01 },
      workload: { transactions: 120, senders: 30, dataBytes: 400 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation, edges) => {
      const { physical } = simulation;
      const balanced = async (): Promise<void> => {
        const { sent, received, lost } = await bytesByKind(simulation);
        const { dropped, underWay } = physical.bytes();
        for (const kind of BYTE_KINDS) {
          if (underWay === 0) assert.equal(sent[kind], received[kind] + lost[kind], kind);
          else assert.ok(sent[kind] >= received[kind] + lost[kind], kind);
        }
        const sum = (bytes: BytesByKind): number =>
          BYTE_KINDS.reduce((total, kind) => total + bytes[kind], 0);
        assert.equal(sum(lost), dropped);
        assert.equal(sum(sent), sum(received) + dropped + underWay);
      };
      const acrossShore = (act: 'cut' | 'heal'): void => {
        for (const [a, b] of edges) {
          if (a < 5 === b < 5) continue;
          physical[act](a, b);
          physical[act](b, a);
        }
      };
      for (const [index, { raw, entry }] of plan.entries()) {
        if (index === 20) acrossShore('cut');
        if (index === 40) simulation.kill(10, 'crash');
        if (index === 60) simulation.kill(11, 'vanish');
        if (index === 80) acrossShore('heal');
        if (simulation.isUp(entry)) void simulation.submit(entry, raw);
        await sleep(simulation, 20);
        await balanced();
      }
      assert.ok(physical.bytes().retransmitted > 0);
      // Peers give the silent one up after 20 s.
      for (let second = 0; second < 60 || physical.bytes().underWay > 0; second++) {
        assert.ok(second < 90, 'something is under way all the time');
        await sleep(simulation, 1000);
        await balanced();
      }
      const { lost } = await bytesByKind(simulation);
      assert.ok(lost.message > 0 && lost.control > 0, 'nothing was lost');
    });
  });

  it('the last of 1,000 nodes has it when the shortest paths say so (one of the 30 seeds of npm run theory)', async () => {
    const rows = await measureSpread(1);
    assert.equal(rows.length, 2);
    for (const { lastMs, copies } of rows) {
      // Exact in any order of adding up: latencies drawn here are multiples of 2^-30 ms.
      assert.equal(lastMs.measured, lastMs.expected);
      assert.equal(copies.measured, copies.expected);
    }
  });

  describe('announce brings each node one copy', () => {
    for (const graph of Object.keys(GRAPHS)) {
      it(`on ${graph}`, async () => {
        for (const spread of await measureAnnounce(71, graph, 5))
          assert.deepEqual(spread, { nodes: ANNOUNCE_NODES, copies: ANNOUNCE_NODES - 1 });
      });
    }
  });

  describe('push to P peers and announce to the rest: P(D-2)/(D-1) duplicates a node', () => {
    for (const eager of [1, 3]) {
      it(`P = ${eager}, and fewer when it is remembered what peers have`, async () => {
        const blind = estimate(await measureEagerPush(72, eager, 20));
        assert.ok(standardErrorsOff(blind, expectedDuplicates(eager)) <= MAX_STANDARD_ERRORS);
        const remembering = estimate(await measureEagerPush(72, eager, 20, 32_768));
        assert.ok(remembering.mean < blind.mean);
      });
    }
  });

  describe('push to F of all, infect and die: 1 - e^(-F s) are reached', () => {
    it('as the number of nodes grows', () => {
      for (const [fanout, share] of [
        [2, 0.7968],
        [3, 0.9405],
        [4, 0.9802],
      ] as const) {
        assert.equal(Number(fixedPoint(fanout).toFixed(4)), share);
        const [off100, off200, off400] = [100, 200, 400].map(
          (nodes) => expectedCoverage(nodes, fanout) - fixedPoint(fanout),
        );
        // What a finite network is above it halves as the network doubles.
        assert.ok(Math.abs(off100! / off200! - 2) < 0.1);
        assert.ok(Math.abs(off200! / off400! - 2) < 0.1);
      }
    });

    for (const fanout of [2, 3, 4]) {
      it(`of ${RUMOUR_NODES} nodes with F = ${fanout}`, async () => {
        const reached = estimate(await measureRumour(73, fanout, 20));
        assert.ok(standardErrorsOff(reached, expectedCoverage(RUMOUR_NODES, fanout)) <= MAX_STANDARD_ERRORS);
      });
    }
  });
});
