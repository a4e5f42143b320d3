/** A process of whole nodes under load, told what to do by load-network.ts over IPC. */
import { launchNode, type RunningNode } from '../../src/launch.ts';
import type { NodeOptions } from '../../src/config.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { decodeOwn } from './bare-recovery.ts';
import { admissionUs } from './load-admission.ts';
import { loadState, transfersOf } from './load-transfers.ts';
import { TurnWatch } from './turn-watch.ts';

export type LoadRequest =
  /** `first` of all the network's nodes, `count` of them. */
  | { kind: 'start'; first: number; count: number; options: Partial<NodeOptions> }
  | { kind: 'dial'; dials: readonly (readonly [node: number, address: string])[] }
  /** Signs so many transactions for each node. */
  | { kind: 'sign'; transactions: number }
  /** Takes so many transactions into each of so many pools and does nothing else (load-admission.ts). */
  | { kind: 'admit'; transactions: number; pools: number; batch: number }
  /** Recovers senders and does nothing else for so long. */
  | { kind: 'recover'; ms: number }
  /** Submits to each node as many as make it `upTo` since the start. Answered at once. */
  | { kind: 'feed'; upTo: number }
  | { kind: 'status' }
  /** Of the pools. */
  | { kind: 'digests' }
  /** Answers with the turns of the event loop since the last time it was asked. */
  | { kind: 'turns' }
  | { kind: 'stop' };

export interface LoadStatus {
  /** By node, of this process. */
  meshes: number[];
  pending: number[];
  copies: number;
  messages: number;
  dropped: number;
  /** Submissions that were refused: the load was lost before it entered. */
  refused: string[];
  cpuUs: number;
  rssBytes: number;
}

export interface Recovery {
  signatures: number;
  ms: number;
  cpuUs: number;
}

const turns = new TurnWatch();

let nodes: RunningNode[] = [];
let firstNode = 0;
let raws: Uint8Array[][] = [];
let submitted: number[] = [];
const refused: string[] = [];

async function start(first: number, count: number, options: Partial<NodeOptions>): Promise<string[]> {
  firstNode = first;
  nodes = await Promise.all(
    Array.from({ length: count }, () =>
      launchNode(
        {
          'http.port': 0,
          verbosity: 1,
          'explain.transactions': 0,
          'txpool.preset': 'experiment',
          ...options,
        },
        { state: loadState() },
      ),
    ),
  );
  submitted = nodes.map(() => 0);
  return nodes.map(({ multiaddrs }) => multiaddrs[0]!);
}

function sign(transactions: number): void {
  raws = nodes.map((_, index) => transfersOf(firstNode + index, transactions));
}

function recover(ms: number): Recovery {
  const decoded = raws[0]!.slice(0, 64).map(decodeOwn);
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  let signatures = 0;
  while (performance.now() - startMs < ms) {
    for (const transaction of decoded) recoverSender(transaction);
    signatures += decoded.length;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { signatures, ms: performance.now() - startMs, cpuUs: user + system };
}

function feed(upTo: number): void {
  for (const [index, { node }] of nodes.entries()) {
    for (; submitted[index]! < upTo; submitted[index]!++) {
      node.submit(raws[index]![submitted[index]!]!).then(
        (answer) => {
          if (answer.status !== 'pending') refused.push(answer.status === 'refused' ? answer.code : 'queued');
        },
        (error: unknown) => refused.push(String(error)),
      );
    }
  }
}

function status(): LoadStatus {
  const counters = nodes.map(({ node }) => node.counters());
  const { user, system } = process.cpuUsage();
  return {
    meshes: nodes.map(({ node }) => node.propagation.meshPeers().length),
    pending: nodes.map(({ node }) => node.pool.counts.pending),
    copies: counters.reduce((sum, { copiesReceived }) => sum + copiesReceived, 0),
    messages: counters.reduce((sum, { messagesReceived }) => sum + messagesReceived, 0),
    dropped: counters.reduce((sum, { dropped }) => sum + dropped, 0),
    refused,
    cpuUs: user + system,
    rssBytes: process.memoryUsage.rss(),
  };
}

async function answer(request: LoadRequest): Promise<unknown> {
  switch (request.kind) {
    case 'start':
      return start(request.first, request.count, request.options);
    case 'dial':
      for (const [node, address] of request.dials) await nodes[node]!.node.addPeer(address);
      return undefined;
    case 'sign': {
      sign(request.transactions);
      return;
    }
    case 'admit':
      return admissionUs(transfersOf(0, request.transactions), request.pools, request.batch);
    case 'recover':
      return recover(request.ms);
    case 'feed': {
      feed(request.upTo);
      return;
    }
    case 'status':
      return status();
    case 'digests':
      return nodes.map(({ node }) => node.pool.pendingDigest.toString(16));
    case 'turns':
      return turns.take();
    case 'stop':
      await Promise.all(nodes.map(({ stop }) => stop()));
      return undefined;
  }
}

if (process.send === undefined) throw new Error('load-process is forked by load-network');
const send = process.send.bind(process);
process.on('message', ({ id, request }: { id: number; request: LoadRequest }) => {
  answer(request).then(
    (value) => send({ id, value }),
    (error: unknown) => send({ id, error: String((error as Error).stack) }),
  );
});
// Nothing outlives whoever started it.
process.on('disconnect', () => process.exit());
