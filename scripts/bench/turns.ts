/**
 * How long one node holds its event loop, whatever comes: CPU between two chances to look at sockets and timers, of a node
 * in a process of its own, but for garbage collection, which is shown beside it. Linux counts CPU in ticks, of 4 ms here:
 * on a busy machine a turn may look that much longer. About 20 s.
 *
 * - batches: full messages of 512 new transactions, first one by one, then ten at once;
 * - copies: the same in other messages, all known;
 * - connecting: the first connection of a process, its code not yet compiled;
 * - giving and taking: a newcomer reconciles with it, twenty pages at a time.
 */
import { gossipsub } from '@chainsafe/libp2p-gossipsub';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { multiaddr } from '@multiformats/multiaddr';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../src/host/host.ts';
import { createLibp2pHost } from '../../src/host/libp2p-host.ts';
import { gossipSettings, type GossipRouter } from '../../src/propagation/gossip-router.ts';
import { defaultPropagationOptions } from '../../src/propagation/options.ts';
import { transactionTopic } from '../../src/propagation/topic.ts';
import { encodeByteStrings } from '../../src/transaction/rlp.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { eventually } from './eventually.ts';
import { LoadProcess } from './load-network.ts';
import type { LoadStatus } from './load-process.ts';
import { transfersOf } from './load-transfers.ts';
import type { BenchRow } from './row.ts';
import type { Turns } from './turn-watch.ts';

const BATCH = 512;
const ONE_BY_ONE = 12;
const AT_ONCE = 10;
/** What no turn is to exceed. */
const LIMIT_MS = 10;

interface Sender {
  host: Host;
  publish(batch: readonly Uint8Array[]): Promise<void>;
  stop(): Promise<void>;
}

/** A peer on the topic that says what it is told to. */
async function startSender(target: string): Promise<Sender> {
  const topic = transactionTopic(TESTNET_CHAIN_ID);
  const host = await createLibp2pHost({
    privateKey: await generateKeyPair('Ed25519'),
    agentVersion: 'sender of batches',
  });
  const settings = gossipSettings(topic, defaultPropagationOptions, () => undefined);
  const router = gossipsub({ ...settings, floodPublish: true })(host.gossipComponents) as GossipRouter;
  await host.start();
  await router.start();
  router.subscribe(topic);
  await host.dial(multiaddr(target));
  await eventually('the node to be on the topic', () => router.getSubscribers(topic).length > 0);
  return {
    host,
    publish: async (batch) => {
      await router.publish(topic, encodeByteStrings([...batch]));
    },
    async stop() {
      await router.stop();
      await host.stop();
    },
  };
}

export async function benchTurns(): Promise<BenchRow[]> {
  const [node, newcomer] = [new LoadProcess(), new LoadProcess()];
  // Patience, so that a busy machine drops nothing.
  const options = { 'sync.interval': 2_000, 'gossip.history': 30, 'validation.maxage': 20_000 };
  let sender: Sender | undefined;
  try {
    const [address = ''] = await node.ask<string[]>({ kind: 'start', first: 0, count: 1, options });
    await newcomer.ask<string[]>({ kind: 'start', first: 0, count: 1, options });
    const raws = transfersOf(0, (ONE_BY_ONE + AT_ONCE) * BATCH);
    const batches = Array.from({ length: ONE_BY_ONE + AT_ONCE }, (_, index) =>
      raws.slice(index * BATCH, (index + 1) * BATCH),
    );
    sender = await startSender(address);
    const holds = async (peer: LoadProcess, count: number): Promise<boolean> =>
      (await peer.ask<LoadStatus>({ kind: 'status' })).pending[0]! >= count;
    await node.ask({ kind: 'turns' });
    await newcomer.ask({ kind: 'turns' });
    await sleep(1000);
    const rows = [rowOf('nothing to do', await node.ask<Turns>({ kind: 'turns' }))];

    for (const [index, batch] of batches.slice(0, ONE_BY_ONE).entries()) {
      await sender.publish(batch);
      await eventually('a batch to be taken', () => holds(node, (index + 1) * BATCH));
    }
    rows.push(rowOf(`batches of ${BATCH}, one by one`, await node.ask<Turns>({ kind: 'turns' })));

    for (const batch of batches.slice(ONE_BY_ONE)) await sender.publish(batch);
    await eventually('all to be taken', () => holds(node, raws.length));
    rows.push(rowOf(`batches of ${BATCH}, ${AT_ONCE} at once`, await node.ask<Turns>({ kind: 'turns' })));

    for (let index = 0; index < AT_ONCE; index++) {
      const from = index * BATCH + BATCH / 2;
      await sender.publish(raws.slice(from, from + BATCH));
    }
    await sleep(1000);
    rows.push(rowOf(`known ones, ${AT_ONCE} messages at once`, await node.ask<Turns>({ kind: 'turns' })));

    // The newcomer has heard nothing of it.
    await newcomer.ask({ kind: 'turns' });
    await newcomer.ask({ kind: 'dial', dials: [[0, address]] });
    rows.push(rowOf('a first connection', await newcomer.ask<Turns>({ kind: 'turns' })));
    await eventually('the newcomer to have all', () => holds(newcomer, raws.length));
    rows.push(
      rowOf(`giving ${raws.length} by reconciliation`, await node.ask<Turns>({ kind: 'turns' })),
      rowOf('taking them', await newcomer.ask<Turns>({ kind: 'turns' })),
    );
    return rows;
  } finally {
    await sender?.stop();
    for (const each of [node, newcomer]) {
      await each.ask({ kind: 'stop' }).catch(() => undefined);
      each.end();
    }
  }
}

function rowOf(name: string, { count, longestMs, p90Ms, longestCollectionMs }: Turns): BenchRow {
  const others = `p90 of working ones ${p90Ms.toFixed(1)} ms, ${count} turns`;
  return {
    name: `longest turn: ${name}`,
    value: `${longestMs.toFixed(1)} ms CPU (${others}; longest collection ${longestCollectionMs.toFixed(1)} ms)`,
    ratio: `${(longestMs / LIMIT_MS).toFixed(2)}x of ${LIMIT_MS} ms`,
  };
}
