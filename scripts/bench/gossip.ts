/**
 * What a delivery costs over bare gossipsub. Two networks of ten in this process, over TCP on loopback, on the same
 * graph: whole nodes (decode, verify inline, pool, verdict, meters), and gossipsub alone with the same settings,
 * which accepts all it is sent. They carry the same bytes in turn, so that a busy machine slows both. About 20 s.
 *
 * Which connections become mesh is chance, and decides how many copies there are: so gossipsub alone is held to the
 * mesh the nodes have found. Nodes still make a few copies less: a peer that brings one while the first is being
 * validated is not sent it.
 */
import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../../src/host/host.ts';
import { createLibp2pHost } from '../../src/host/libp2p-host.ts';
import { launchNode } from '../../src/launch.ts';
import { gossipSettings, type GossipRouter } from '../../src/propagation/gossip-router.ts';
import { defaultPropagationOptions } from '../../src/propagation/options.ts';
import { transactionTopic } from '../../src/propagation/topic.ts';
import { encodeByteStrings } from '../../src/transaction/rlp.ts';
import type { Edge } from '../../testnet/networks/network.ts';
import { streamOf } from '../../testnet/random.ts';
import { randomRegular } from '../../testnet/topology/random-regular.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { eventually } from './eventually.ts';
import { transfers } from './load-transfers.ts';
import { median } from './median.ts';
import type { BenchRow } from './row.ts';

const NODES = 10;
const DEGREE = 8;
/** Those that have money at a node by default. */
const ACCOUNTS = 10;
const WARM_UP_TRANSACTIONS = 100;
const ROUNDS = 15;
const TRANSACTIONS_PER_ROUND = 20;
/** 50 a second: below half of what one core carries, and far enough apart that each travels alone. */
const INTERVAL_MS = 20;

/** Ten peers that carry transactions. */
interface Overlay {
  readonly hosts: readonly Host[];
  send(peer: number, raw: Uint8Array): Promise<void>;
  /** Transactions at the peers so far, those where they were sent counted. */
  arrived(): number;
  /** Copies of messages received so far. */
  copies(): number;
  /** The peers in each mesh, ascending. */
  meshes(): number[][];
  stop(): Promise<void>;
}

interface Cost {
  cpuUs: number;
  copies: number;
}

async function startNodes(edges: readonly Edge[]): Promise<Overlay> {
  const running = await Promise.all(
    // Who lives is not asked: gossipsub alone does not ask either, and connections that come to ask and go again take
    // bytes with them, so that what is under way would never be nothing.
    Array.from({ length: NODES }, async () => launchNode({ 'http.port': 0, verbosity: 1, members: false })),
  );
  const nodes = running.map(({ node }) => node);
  const hosts = nodes.map(({ host }) => host);
  const indexOf = indexById(hosts);
  for (const [from, to] of edges) await nodes[from]!.addPeer(running[to]!.multiaddrs[0]!);
  return {
    hosts,
    async send(peer, raw) {
      const answer = await nodes[peer]!.submit(raw);
      if (answer.status !== 'pending') throw new Error(`a node did not take it: ${JSON.stringify(answer)}`);
    },
    arrived: () => sum(nodes.map(({ pool }) => pool.counts.pending)),
    copies() {
      const counters = nodes.map((node) => node.counters());
      const messages = sum(counters.map(({ messagesReceived }) => messagesReceived));
      if (sum(counters.map(({ copiesReceived }) => copiesReceived)) !== messages)
        throw new Error('a message carried more than one transaction: nothing to compare with');
      return messages;
    },
    meshes: () =>
      nodes.map(({ propagation }) => sorted(propagation.meshPeers().map((id) => indexOf.get(id)!))),
    async stop() {
      await Promise.all(running.map(async ({ stop }) => stop()));
    },
  };
}

async function startBareGossipsub(edges: readonly Edge[], meshes: readonly number[][]): Promise<Overlay> {
  const topic = transactionTopic(TESTNET_CHAIN_ID);
  let arrived = 0;
  let copies = 0;
  const hosts = await Promise.all(
    Array.from({ length: NODES }, async () =>
      createLibp2pHost({ privateKey: await generateKeyPair('Ed25519'), agentVersion: 'bare gossipsub' }),
    ),
  );
  const indexOf = indexById(hosts);
  const settings = gossipSettings(topic, defaultPropagationOptions, () => copies++);
  const routers = hosts.map((host, index) => {
    // Below zero: neither grafted nor let in, but gossiped to as any peer outside the mesh.
    const appSpecificScore = (id: string): number => (meshes[index]!.includes(indexOf.get(id)!) ? 0 : -50);
    return gossipsub({
      ...settings,
      asyncValidation: false,
      scoreParams: { ...settings.scoreParams, appSpecificScore },
      D: DEGREE,
      Dlo: DEGREE,
    })(host.gossipComponents) as GossipRouter;
  });
  for (const [index, router] of routers.entries()) {
    await hosts[index]!.start();
    await router.start();
    router.subscribe(topic);
    router.addEventListener('message', () => arrived++);
  }
  for (const [from, to] of edges) await hosts[from]!.dial(hosts[to]!.addresses()[0]!);
  return {
    hosts,
    async send(peer, raw) {
      arrived++;
      await routers[peer]!.publish(topic, encodeByteStrings([raw]));
    },
    arrived: () => arrived,
    copies: () => copies,
    meshes: () => routers.map((router) => sorted(router.getMeshPeers(topic).map((id) => indexOf.get(id)!))),
    async stop() {
      await Promise.all(routers.map(async (router) => router.stop()));
      await Promise.all(hosts.map(async (host) => host.stop()));
    },
  };
}

function indexById(hosts: readonly Host[]): Map<string, number> {
  return new Map(hosts.map(({ peerId }, index) => [peerId.toString(), index]));
}

/** Sends on schedule, each transaction to another peer, until all have all and nothing is under way. */
async function carry(overlay: Overlay, raws: readonly Uint8Array[]): Promise<Cost> {
  const wanted = overlay.arrived() + raws.length * NODES;
  const copiesBefore = overlay.copies();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const sent: Promise<void>[] = [];
  for (const [index, raw] of raws.entries()) {
    await sleep(Math.max(0, startMs + index * INTERVAL_MS - performance.now()));
    sent.push(overlay.send(index % NODES, raw));
  }
  await Promise.all(sent);
  await eventually('every peer to have every transaction', () => overlay.arrived() === wanted);
  await eventually('what is under way to arrive', () => underWay(overlay) === 0);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuUs: user + system, copies: overlay.copies() - copiesBefore };
}

function underWay({ hosts }: Overlay): number {
  const bytes = hosts.map((host) => host.transportBytes());
  return sum(bytes.map(({ sent, received }) => sent - received));
}

export async function benchGossip(): Promise<BenchRow[]> {
  const raws = transfers(deriveAccounts(ACCOUNTS), WARM_UP_TRANSACTIONS + ROUNDS * TRANSACTIONS_PER_ROUND);
  const edges = randomRegular(NODES, DEGREE, streamOf(1, 'topology'));
  const warmUp = raws.slice(0, WARM_UP_TRANSACTIONS);
  const nodes = await startNodes(edges);
  let bare: Overlay | undefined;
  try {
    const { Dlo } = defaultPropagationOptions.gossip;
    await eventually('the meshes', () => nodes.meshes().every((mesh) => mesh.length >= Dlo));
    await carry(nodes, warmUp);
    const meshes = nodes.meshes();
    bare = await startBareGossipsub(edges, meshes);
    await eventually('the same meshes', () => isDeepStrictEqual(bare!.meshes(), meshes));
    await carry(bare, warmUp);
    const costs: { nodes: Cost[]; bare: Cost[] } = { nodes: [], bare: [] };
    for (let first = WARM_UP_TRANSACTIONS; first < raws.length; first += TRANSACTIONS_PER_ROUND) {
      const round = raws.slice(first, first + TRANSACTIONS_PER_ROUND);
      costs.nodes.push(await carry(nodes, round));
      costs.bare.push(await carry(bare, round));
    }
    return rowsOf(costs.nodes, costs.bare);
  } finally {
    await Promise.all([nodes.stop(), bare?.stop()]);
  }
}

function rowsOf(nodes: readonly Cost[], bare: readonly Cost[]): BenchRow[] {
  const deliveries = TRANSACTIONS_PER_ROUND * (NODES - 1);
  const cpu = (costs: readonly Cost[]): string =>
    `${Math.round(median(costs.map(({ cpuUs }) => cpuUs / deliveries)))} us CPU`;
  const copies = (costs: readonly Cost[]): string =>
    (sum(costs.map((cost) => cost.copies)) / (deliveries * ROUNDS)).toFixed(2);
  const ratio = median(nodes.map(({ cpuUs }, round) => cpuUs / bare[round]!.cpuUs));
  return [
    { name: 'delivery, bare gossipsub', value: cpu(bare) },
    {
      name: 'delivery, node (decode, verify inline, pool)',
      value: cpu(nodes),
      ratio: `${ratio.toFixed(2)}x`,
    },
    { name: 'copies received a delivery, bare gossipsub', value: copies(bare) },
    { name: 'copies received a delivery, node', value: copies(nodes) },
  ];
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
