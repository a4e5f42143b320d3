/** Push, pull and hybrid: which of gossipsub's and the node's own means each makes use of, counted on the wire. */
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import assert from 'node:assert/strict';
import { FrameMeter } from '../../../src/propagation/frame-meter.ts';
import type { StreamData } from '../../../src/host/host.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { SimulatedHost } from '../../../testnet/networks/simulated/simulated-host.ts';
import { nodeSettings } from '../../../testnet/scenario/node-settings.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import {
  arrivalsOf,
  bytesByKind,
  eventsOf,
  scenarioOf,
  sleep,
  withSimulation,
} from '../../helpers/simulations.ts';

interface Wire {
  /** Messages announced and asked for over gossipsub, all nodes. */
  ihave: number;
  iwant: number;
  /** Streams opened, by protocol. */
  streams: Map<string, number>;
}

/** What passes while a network in this mode spreads some transactions. */
async function observe(
  propagation: string,
  work: (simulation: Simulation, hashes: readonly string[]) => Promise<void>,
): Promise<Wire> {
  const wire: Wire = { ihave: 0, iwant: 0, streams: new Map() };
  const original = Object.getOwnPropertyDescriptor(SimulatedHost.prototype, 'observe')!;
  const observeStream = SimulatedHost.prototype.observe;
  SimulatedHost.prototype.observe = function (this: SimulatedHost, protocol, remotePeer) {
    const traffic = observeStream.call(this, protocol, remotePeer);
    wire.streams.set(protocol, (wire.streams.get(protocol) ?? 0) + 1);
    if (traffic === undefined || !protocol.startsWith('/meshsub/')) return traffic;
    const meter = new FrameMeter({ message: 0, control: 0 }, (control) => {
      // The control part of an RPC, field 3 of it.
      const rpc = RPC.decode(Buffer.concat([Uint8Array.of(0x1a), varint(control.length), control]));
      for (const { messageIDs } of rpc.control?.ihave ?? []) wire.ihave += messageIDs.length;
      for (const { messageIDs } of rpc.control?.iwant ?? []) wire.iwant += messageIDs.length;
    });
    return {
      ...traffic,
      sent: (bytes: number, data: StreamData) => {
        meter.push(data.subarray());
        traffic.sent(bytes, data);
      },
    };
  };
  try {
    const scenario = scenarioOf({
      seed: 3,
      nodes: { count: 30, options: { propagation } },
      topology: { kind: 'random-regular', degree: 12 },
      links: { latencyMs: 30, lossRate: 0.2 },
      workload: { transactions: 30, senders: 30 },
    });
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      for (const { raw, entry } of plan) {
        void simulation.submit(entry, raw);
        await sleep(simulation, 100);
      }
      await sleep(simulation, 25_000);
      await work(
        simulation,
        plan.map(({ hash }) => hash),
      );
    });
    return wire;
  } finally {
    Object.defineProperty(SimulatedHost.prototype, 'observe', original);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}

const everybodyHasAll = async (simulation: Simulation, hashes: readonly string[]): Promise<void> => {
  for (const hash of hashes)
    assert.ok((await arrivalsOf(simulation, hash)).every((atMs) => atMs !== undefined));
};

async function provenances(simulation: Simulation): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { index } of simulation.nodes) {
    for (const event of await eventsOf(simulation, index))
      if (event.kind === 'arrival') counts[event.provenance] = (counts[event.provenance] ?? 0) + 1;
  }
  return counts;
}

const protocolsOf = ({ streams }: Wire): string[] => [...streams.keys()].sort();

describe('modes of propagation', () => {
  it('hybrid pushes, announces and compares', async () => {
    const wire = await observe('hybrid', everybodyHasAll);
    assert.ok(wire.ihave > 0);
    assert.deepEqual(protocolsOf(wire), ['/meshsub/1.2.0', '/txgossip/sync/1']);
  });

  it('push is the mesh alone: no IHAVE, no IWANT, no comparison, on lossy links too', async () => {
    const wire = await observe('push', async (simulation, hashes) => {
      await everybodyHasAll(simulation, hashes);
      assert.deepEqual(await provenances(simulation), { rpc: 30, push: 30 * 29 });
      assert.equal((await bytesByKind(simulation)).sent.sync, 0);
    });
    assert.deepEqual([wire.ihave, wire.iwant], [0, 0]);
    assert.deepEqual(protocolsOf(wire), ['/meshsub/1.2.0']);
  });

  it('pull sends nothing unasked: all that arrives comes by comparison, and nobody speaks gossipsub', async () => {
    const wire = await observe('pull', async (simulation, hashes) => {
      await everybodyHasAll(simulation, hashes);
      assert.deepEqual(await provenances(simulation), { rpc: 30, sync: 30 * 29 });
      const { message, control } = (await bytesByKind(simulation)).sent;
      assert.deepEqual([message, control], [0, 0]);
    });
    assert.deepEqual(protocolsOf(wire), ['/txgossip/sync/1']);
  });

  it('each group its own way: who pulls has all from those that push, and speaks no gossipsub', async () => {
    const scenario = scenarioOf({
      seed: 4,
      nodes: {
        count: 20,
        groups: [
          { name: 'pulling', share: 0.3, options: { propagation: 'pull' } },
          { name: 'frugal', share: 0.3, options: { gossip: { preset: 'frugal', d: 4 } } },
        ],
      },
      topology: { kind: 'random-regular', degree: 8 },
      links: { latencyMs: 30 },
      workload: { transactions: 20, senders: 20 },
    });
    const groups = nodeSettings(scenario).map(({ group }) => group);
    const plan = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      for (const { raw, entry } of plan) void simulation.submit(entry, raw);
      await sleep(simulation, 20_000);
      await everybodyHasAll(
        simulation,
        plan.map(({ hash }) => hash),
      );
      for (const [node, group] of groups.entries()) {
        const events = await eventsOf(simulation, node);
        const by = new Set(events.flatMap((event) => (event.kind === 'arrival' ? event.provenance : [])));
        by.delete('rpc');
        assert.equal(by.has('push'), group !== 'pulling');
        if (group === 'pulling') assert.deepEqual([...by], ['sync']);
      }
    });
  });
});
