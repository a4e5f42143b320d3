/** What first brought a transaction, from whom, and how many copies came after: of each node and transaction, exactly. */
import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { PROPAGATION_MODES } from '../../../src/propagation/modes.ts';
import type { ArrivalEvent } from '../../../src/telemetry/trace.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { scenarioOf, sleep, withSimulation } from '../../helpers/simulations.ts';

const NODES = 14;

interface Seen {
  arrivals: ArrivalEvent[];
  copies: Map<Hex | null, number>;
}

async function seenBy(simulation: Simulation): Promise<Seen[]> {
  return (await simulation.traces()).map(({ events }) => {
    const seen: Seen = { arrivals: [], copies: new Map() };
    for (const event of events) {
      if (event.kind === 'arrival') seen.arrivals.push(event);
      else if (event.kind === 'copies')
        seen.copies.set(event.hash, (seen.copies.get(event.hash) ?? 0) + event.copies);
    }
    return seen;
  });
}

const network = (propagation: string, options: object = {}) =>
  scenarioOf({
    seed: 17,
    nodes: { count: NODES, options: { propagation, ...options } },
    topology: { kind: 'random-regular', degree: 8 },
    links: { latencyMs: 30, latencyDistribution: 'uniform', latencySpreadMs: 20, lossRate: 0.05 },
    workload: { transactions: 60, senders: 10 },
  });

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

describe('provenance', () => {
  for (const propagation of PROPAGATION_MODES) {
    it(`${propagation}: copies of single transactions add up to all, through losses, cuts and crashes`, async () => {
      const scenario = network(propagation);
      const plan = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation, edges) => {
        const links = edges.filter(([a, b]) => a < NODES / 2 !== b < NODES / 2);
        for (const [index, { raw, entry }] of plan.entries()) {
          if (index === 10) await simulation.inflict({ kind: 'cut', links });
          if (index === 20) simulation.kill(3, 'crash');
          if (index === 30) await simulation.inflict({ kind: 'heal', links });
          if (index === 40) await simulation.inflict({ kind: 'restart', node: 3, disk: 'kept' });
          if (simulation.isUp(entry)) simulation.submit(entry, raw).catch(() => undefined);
          await sleep(simulation, 100);
          // Whoever looks meanwhile changes nothing.
          if (index % 7 === 0) await simulation.traces();
        }
        await sleep(simulation, 15_000);
        const seen = await seenBy(simulation);
        const status = await simulation.status();
        const byPeer = new Map(simulation.nodes.map(({ peerId, index }) => [peerId, seen[index]!]));
        assert.ok(sum(seen.map(({ arrivals }) => arrivals.length)) > (NODES * plan.length) / 2);
        for (const [node, { arrivals, copies }] of seen.entries()) {
          const { copiesReceived, syncCopiesReceived } = status[node]!.counters;
          assert.equal(sum(copies.values()), copiesReceived + syncCopiesReceived);
          for (const { hash, provenance, from, receivedAtMs } of arrivals) {
            if (provenance === 'rpc') continue;
            assert.ok(copies.get(hash)! >= 1);
            const giver = byPeer.get(from!)!.arrivals.find((arrival) => arrival.hash === hash);
            assert.ok(giver !== undefined && giver.atMs < receivedAtMs, 'the giver had it before');
          }
        }
      });
    });

    it(`${propagation}: a node explains of each transaction who brought it and how often it came again`, async () => {
      const scenario = network(propagation, { 'explain.transactions': 1000 });
      const plan = await planWorkload(scenario);
      await withSimulation(scenario, async (simulation) => {
        for (const { raw, entry } of plan) {
          simulation.submit(entry, raw).catch(() => undefined);
          await sleep(simulation, 5);
        }
        await sleep(simulation, 20_000);
        for (const [node, { arrivals, copies }] of (await seenBy(simulation)).entries()) {
          assert.equal(arrivals.length, plan.length);
          for (const { hash, provenance, from } of arrivals) {
            const explained = simulation.members[node]!.history!.explain(hash)!;
            const arrived = explained.steps.find(({ kind }) => kind === 'arrived')!;
            assert.ok('from' in arrived && arrived.from === from && arrived.provenance === provenance);
            const brought = provenance === 'rpc' ? 0 : 1;
            assert.equal(sum(explained.copies.values()) + brought, copies.get(hash) ?? 0);
          }
        }
      });
    });
  }
});
