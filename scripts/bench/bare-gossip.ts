/**
 * Gossipsub alone on simulated hosts: no pool, no verification, no batches. What the simulator itself costs, and what
 * exact statements about it can be made, is found out here.
 */
import { createHash, hash } from 'node:crypto';

import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { GossipSub as GossipSubInterface, GossipsubOpts } from '@chainsafe/libp2p-gossipsub';

import type { Startable } from '@libp2p/interface';

import type { Random } from '../../src/environment.ts';
import { patchGlobals } from '../../testnet/networks/simulated/global-patch.ts';
import { AccessLine } from '../../testnet/networks/access-line.ts';
import { linkConditions } from '../../testnet/networks/link-conditions.ts';
import { SimulatedHost } from '../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import { SimulatedNetwork } from '../../testnet/networks/simulated/simulated-network.ts';
import { VirtualClock } from '../../testnet/networks/simulated/virtual-clock.ts';
import { int, streamOf, uniform } from '../../testnet/random.ts';

/** What the class behind the interface has and the interface leaves out. */
export type GossipSub = GossipSubInterface & Startable & { getMeshPeers(topic: string): string[] };

const TOPIC = 'transactions';

export interface BareGossipOptions {
  nodes: number;
  seed: number;
  /** Undirected; default: about `degree` random connections a node. */
  edges?: readonly (readonly [number, number])[];
  degree?: number;
  /** One way. Default: uniform in 20..100 ms, drawn once for each pair. */
  latencyMs?: (from: number, to: number) => number;
  lossProbability?: number;
  uplinkBitsPerSecond?: number;
  downlinkBitsPerSecond?: number;
  gossip?: Partial<GossipsubOpts>;
  /** Look into every message for payloads: a third of the speed. */
  countCopies?: boolean;
}

export interface Delivery {
  node: number;
  /** As given to publish. */
  message: number;
  atMs: number;
}

export interface BareGossip {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly hosts: readonly SimulatedHost[];
  readonly pubsubs: readonly GossipSub[];
  readonly edges: readonly (readonly [number, number])[];
  readonly deliveries: readonly Delivery[];
  latencyMs(from: number, to: number): number;
  /** Node indices in each node's mesh. */
  meshes(): number[][];
  /** Messages of gossipsub sent so far, by all nodes, and the copies of payloads in them. */
  sent(): { rpcs: number; copies: number };
  publish(node: number, message: number, bytes?: number): Promise<void>;
  /** Of every delivery so far, in order. */
  digest(): string;
  /** Puts the globals back. */
  stop(): Promise<void>;
}

/** One-way latency of a pair from dice of its own, so that a node more shifts no other pair. */
function drawnLatency(seed: number): (from: number, to: number) => number {
  const known = new Map<string, number>();
  return (from, to) => {
    const pair = from < to ? `${from}-${to}` : `${to}-${from}`;
    let latencyMs = known.get(pair);
    if (latencyMs === undefined)
      known.set(pair, (latencyMs = uniform(streamOf(seed, 'latency', pair), 20, 100)));
    return latencyMs;
  };
}

export function randomEdges(nodes: number, degree: number, random: Random): [number, number][] {
  const edges = new Map<string, [number, number]>();
  for (let node = 0; node < nodes; node++) {
    for (let added = 0; added < degree / 2;) {
      const other = int(random, nodes);
      const key = node < other ? `${node}-${other}` : `${other}-${node}`;
      if (other === node || edges.has(key)) continue;
      edges.set(key, [node, other]);
      added += 1;
    }
  }
  return [...edges.values()];
}

/** Hosts up and connected, gossipsub started on all, at virtual time 0 plus the time that took. */
export async function startBareGossip(options: BareGossipOptions): Promise<BareGossip> {
  const { nodes, seed } = options;
  const clock = new VirtualClock();
  const latencyMs = options.latencyMs ?? drawnLatency(seed);
  const network = new SimulatedNetwork(clock, {
    conditionsOf: (from, to) =>
      linkConditions({
        latencyMs: latencyMs(from, to),
        lossProbability: options.lossProbability ?? 0,
        lossRandom: streamOf(seed, 'loss', from, to),
      }),
  });
  const hosts: SimulatedHost[] = [];
  for (let owner = 0; owner < nodes; owner++) {
    const privateKey = await simulatedKey(streamOf(seed, 'node', owner, 'key'));
    const uplink = new AccessLine(options.uplinkBitsPerSecond ?? Infinity);
    const downlink = new AccessLine(options.downlinkBitsPerSecond ?? Infinity);
    hosts.push(new SimulatedHost({ network, owner, privateKey, uplink, downlink }));
  }
  const unpatch = patchGlobals({ clock, diceOf: (owner) => streamOf(seed, 'node', owner, 'Math.random') });
  try {
    return await start({ ...options, clock, network, hosts, latencyMs, unpatch });
  } catch (error) {
    unpatch();
    throw error;
  }
}

async function start(
  options: BareGossipOptions & {
    clock: VirtualClock;
    network: SimulatedNetwork;
    hosts: SimulatedHost[];
    latencyMs: (from: number, to: number) => number;
    unpatch: () => void;
  },
): Promise<BareGossip> {
  const { clock, hosts, network, nodes, seed } = options;
  const deliveries: Delivery[] = [];
  const log = createHash('sha256');
  const sent = { rpcs: 0, copies: 0 };
  for (const host of hosts) {
    host.observeStreams(() => ({
      sent: (_bytes, data) => {
        sent.rpcs += 1;
        if (options.countCopies === true) sent.copies += payloadsIn(data.subarray());
      },
      received: () => undefined,
    }));
  }
  const pubsubs = hosts.map(
    (host) =>
      gossipsub({
        emitSelf: false,
        batchPublish: true,
        floodPublish: false,
        allowPublishToZeroTopicPeers: true,
        globalSignaturePolicy: 'StrictNoSign',
        fallbackToFloodsub: false,
        tagMeshPeers: false,
        msgIdFn: ({ data }) => hash('sha256', data, 'buffer').subarray(0, 20),
        fastMsgIdFn: ({ data }) => hash('sha256', data!, 'base64'),
        ...options.gossip,
      })(host.gossipComponents) as GossipSub,
  );
  const indexOf = new Map(hosts.map((host, index) => [host.peerId.toString(), index]));
  await Promise.all(
    hosts
      .map((host, index) =>
        // Nodes do not start in step: neither do their heartbeats.
        later(clock, index, uniform(streamOf(seed, 'node', index, 'start'), 0, 1000), async () => {
          await host.start();
          const pubsub = pubsubs[index]!;
          await pubsub.start();
          pubsub.subscribe(TOPIC);
          pubsub.addEventListener('message', ({ detail: { data } }) => {
            const message = new DataView(data.buffer, data.byteOffset).getUint32(0);
            deliveries.push({ node: index, message, atMs: clock.nowMs() });
            log.update(`${index} ${message} ${clock.nowMs()}\n`);
          });
        }),
      )
      .concat(clock.runUntil(1000)),
  );
  const edges = options.edges ?? randomEdges(nodes, options.degree ?? 10, streamOf(seed, 'edges'));
  const dials = edges.map(([from, to]) =>
    later(clock, from, 0, async () => {
      await hosts[from]!.dial(hosts[to]!.address);
    }),
  );
  await Promise.all([...dials, clock.runUntil(clock.nowMs() + 2000)]);

  return {
    clock,
    network,
    hosts,
    pubsubs,
    edges,
    deliveries,
    latencyMs: options.latencyMs,
    meshes: () => pubsubs.map((pubsub) => pubsub.getMeshPeers(TOPIC).map((peer) => indexOf.get(peer)!)),
    sent: () => ({ ...sent }),
    async publish(node, message, bytes = 150) {
      const data = new Uint8Array(bytes);
      new DataView(data.buffer).setUint32(0, message);
      await clock.perform(node, () => pubsubs[node]!.publish(TOPIC, data));
    },
    digest: () => log.copy().digest('hex'),
    async stop() {
      options.unpatch();
      await Promise.resolve();
    },
  };
}

/** One RPC and its length in front, as a varint, is what gossipsub writes in one go. */
function payloadsIn(written: Uint8Array): number {
  let prefix = 1;
  while ((written[prefix - 1]! & 0x80) !== 0) prefix += 1;
  return RPC.decode(written.subarray(prefix)).messages.length;
}

/** Runs `work` as `owner`, `delayMs` from now. */
function later(
  clock: VirtualClock,
  owner: number,
  delayMs: number,
  work: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    clock.schedule(owner, clock.nowMs() + delayMs, () => void work().then(resolve, reject));
  });
}
