import { gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub';
import { generateKeyPair } from '@libp2p/crypto/keys';
import { multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import { createLibp2pHost } from '../../../src/host/libp2p-host.ts';
import type { Hex } from '../../../src/bytes.ts';
import { messageId } from '../../../src/propagation/message-id.ts';
import { encodeByteStrings } from '../../../src/transaction/rlp.ts';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, transfer, type TestNode } from '../../helpers/real-nodes.ts';
import { BYTE_KINDS } from '../../../src/telemetry/counters.ts';

/** What needs sockets to be believed; the rest, to the millisecond, is in test/simulation/propagation. */
describe('gossip between real nodes', () => {
  let nodes: TestNode[] = [];
  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
  });

  const accept = async (node: TestNode, raw: Uint8Array): Promise<Hex> => {
    const answer = await node.node.submit(raw);
    assert.notEqual(answer.status, 'refused', JSON.stringify(answer));
    return (answer as { hash: Hex }).hash;
  };
  const status = (node: TestNode, hash: Hex): string | undefined => node.node.pool.get(hash)?.status;

  it('carries a transaction over a hop to a node its first holder does not know', async () => {
    nodes = await startLine(3);
    const hash = await accept(nodes[0]!, transfer(0, 0));
    await eventually('the far end to have it', () => status(nodes[2]!, hash) === 'pending');
    const provenances = nodes.map(
      ({ events }) => events.find((event) => event.kind === 'arrival')?.provenance,
    );
    assert.deepEqual(provenances, ['rpc', 'push', 'push']);
    const arrival = nodes[2]!.events.find((event) => event.kind === 'arrival')!;
    assert.equal(arrival.from, nodes[1]!.node.peerId.toString());
    assert.ok(arrival.receivedAtMs <= arrival.validationAtMs && arrival.validationAtMs <= arrival.atMs);
  });

  it('adds nothing of a message with one bad transaction, forwards none of it, and marks its sender down', async () => {
    nodes = await startLine(2);
    const [victim, next] = nodes as [TestNode, TestNode];
    const stranger = await gossipStranger(victim.multiaddrs[0]!, victim.node.nodeInfo().topic);
    try {
      const before = victim.node.propagation.peerScore(stranger.id);
      await stranger.publish(encodeByteStrings([transfer(2, 0), Uint8Array.of(0x02, 0xc0)]));
      const refused = await eventually('the refusal', () =>
        victim.events.find((event) => event.kind === 'refused'),
      );
      assert.equal(refused.code, 'malformed');
      assert.equal(refused.from, stranger.id);
      await eventually(
        'the score to fall',
        () => victim.node.propagation.peerScore(stranger.id) < before - 10,
      );
      // What follows passes, so what was refused had its time to pass as well.
      const hash = await accept(victim, transfer(3, 0));
      await eventually('a good one to pass', () => next.node.pool.has(hash));
      assert.equal(victim.node.pool.counts.pending, 1);
      assert.equal(next.node.pool.counts.pending, 1);
    } finally {
      await stranger.stop();
    }
  });

  it('balances: what the nodes sent is what they received, by kind', async () => {
    nodes = await startLine(3);
    for (let nonce = 0; nonce < 20; nonce++)
      await accept(nodes[nonce % 3]!, transfer(nonce % 3, Math.floor(nonce / 3)));
    await eventually('all to have all', () => nodes.every(({ node }) => node.pool.counts.pending === 20));
    await eventually('the sums to agree', () => {
      const counters = nodes.map(({ node }) => node.counters());
      return BYTE_KINDS.every(
        (kind) => counters.reduce((sum, { sent, received }) => sum + sent[kind] - received[kind], 0) === 0,
      );
    });
  });
});

/** A peer of our own making on the topic, that forwards nothing and may say anything. */
async function gossipStranger(
  target: string,
  topic: string,
): Promise<{ id: string; publish: (data: Uint8Array) => Promise<void>; stop: () => Promise<void> }> {
  const host = await createLibp2pHost({
    privateKey: await generateKeyPair('Ed25519'),
    agentVersion: 'stranger',
  });
  const router = gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ data }) => messageId(data),
    floodPublish: true,
    asyncValidation: true,
    fallbackToFloodsub: false,
    heartbeatInterval: 200,
  })(host.gossipComponents) as ReturnType<ReturnType<typeof gossipsub>> & {
    start(): Promise<void>;
    stop(): Promise<void>;
  };
  await host.start();
  await router.start();
  router.subscribe(topic);
  await host.dial(multiaddr(target));
  await eventually('the stranger to be on the topic', () => router.getSubscribers(topic).length > 0);
  return {
    id: host.peerId.toString(),
    publish: async (data) => {
      await router.publish(topic, data);
    },
    stop: async () => {
      await router.stop();
      await host.stop();
    },
  };
}
