/** What nodes say of themselves and of each other, over real connections and real JSON-RPC. */
import assert from 'node:assert/strict';
import { toHex } from '../../../src/bytes.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import { eventually } from '../../helpers/poll.ts';
import { startLine, stopAll, transfer, type TestNode } from '../../helpers/real-nodes.ts';
import type { RpcErrorText } from '../../helpers/rpc-client.ts';

interface Explanation {
  fate: string;
  isLocal: boolean;
  isUnbroadcast: boolean;
  steps: { kind: string; from?: string | null; provenance?: string; peers?: number; message?: string }[];
  messages: { from: string; verdict: string | null }[];
  copies: { total: number; byPeer: Record<string, number> };
}

describe('txgossip and admin on real nodes', () => {
  let nodes: TestNode[] = [];
  afterEach(async () => {
    await stopAll(nodes);
    nodes = [];
  });

  async function ask(
    url: string,
    method: string,
    ...params: unknown[]
  ): Promise<{ result?: unknown; error?: RpcErrorText }> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.json()) as { result?: unknown; error?: RpcErrorText };
  }
  async function result<T>(node: number, method: string, ...params: unknown[]): Promise<T> {
    const answer = await ask(nodes[node]!.rpcUrl, method, ...params);
    assert.equal(answer.error, undefined, `${method}: ${answer.error?.message ?? ''}`);
    return answer.result as T;
  }
  const explain = (node: number, hash: string) =>
    result<Explanation | null>(node, 'txgossip_explainTransaction', hash);
  const idOf = (node: number) => nodes[node]!.node.peerId.toString();

  it('tell the course of a transaction, what came twice, and agree on their pools', async () => {
    nodes = await startLine(3);
    // A ring, so that copies meet.
    await nodes[2]!.node.addPeer(nodes[0]!.multiaddrs[0]!);
    await eventually('the ring to mesh', () =>
      nodes.every(({ node }) => node.propagation.meshPeers().length === 2),
    );
    const hash = await result<string>(0, 'eth_sendRawTransaction', toHex(transfer(0, 0)));
    await eventually('everybody to have it', () => nodes.every(({ node }) => node.pool.counts.pending === 1));

    const at0 = (await explain(0, hash))!;
    assert.deepEqual([at0.fate, at0.isLocal], ['pending', true]);
    assert.deepEqual(
      at0.steps.map(({ kind }) => kind),
      ['arrived', 'published'],
    );
    assert.deepEqual([at0.steps[0]!.provenance, at0.steps[0]!.from], ['rpc', null]);
    assert.equal(at0.steps[1]!.peers, 2);

    for (const node of [1, 2]) {
      const there = (await explain(node, hash))!;
      assert.deepEqual([there.fate, there.isLocal, there.isUnbroadcast], ['pending', false, false]);
      const [arrived] = there.steps;
      assert.equal(arrived!.kind, 'arrived');
      assert.ok([0, 1, 2].map(idOf).includes(arrived!.from!));
      assert.deepEqual(there.messages, [{ from: arrived!.from, verdict: 'accept' }]);
    }
    const copies = await eventually('copies to have met', async () => {
      const all = await Promise.all([0, 1, 2].map(async (node) => (await explain(node, hash))!.copies));
      return all.some(({ total }) => total > 0) && all;
    });
    for (const { total, byPeer } of copies) {
      assert.equal(
        Object.values(byPeer).reduce((sum, times) => sum + times, 0),
        total,
      );
      for (const peer of Object.keys(byPeer)) assert.ok([0, 1, 2].map(idOf).includes(peer), peer);
    }

    const digests = await Promise.all([0, 1, 2].map((node) => result(node, 'txgossip_poolDigest')));
    assert.deepEqual(digests, Array(3).fill({ digest: hash, pending: 1, queued: 0 }));

    const { topic, mesh } = await result<{ topic: string; mesh: { peer: string; score: number }[] }>(
      0,
      'txgossip_mesh',
    );
    assert.equal(topic, nodes[0]!.node.propagation.topic);
    assert.deepEqual(mesh.map(({ peer }) => peer).sort(), [idOf(1), idOf(2)].sort());
    const scores = await result<{ peer: string; inMesh: boolean; score: number }[]>(1, 'txgossip_peerScores');
    assert.deepEqual(scores.map(({ peer }) => peer).sort(), [idOf(0), idOf(2)].sort());
    assert.ok(scores.every(({ inMesh, score }) => inMesh && score >= 0));
    // A machine that is busy makes timers late, and so a node that is not at ease for a while.
    const health = await eventually('it to be at ease', async () => {
      const said = await result<{ ok: boolean; reasons: string[]; peers: number }>(0, 'txgossip_health');
      return said.ok && said;
    });
    assert.deepEqual([health.reasons, health.peers], [[], 2]);

    const again = await ask(nodes[0]!.rpcUrl, 'eth_sendRawTransaction', toHex(transfer(0, 0)));
    assert.equal(again.error!.message, 'already known');
    assert.equal((await explain(0, hash))!.copies.byPeer['rpc'], 1);
  });

  it('tell why they refused, of bytes that are no transaction too', async () => {
    nodes = await startLine(1);
    const raw = transfer(0, 0, { tipCap: 0n });
    const { error } = await ask(nodes[0]!.rpcUrl, 'eth_sendRawTransaction', toHex(raw));
    const refused = (await explain(0, toHex(keccak256(raw))))!;
    assert.equal(refused.fate, 'refused');
    assert.equal(refused.steps[0]!.message, error!.message);
    const torn = raw.subarray(0, -1);
    assert.ok((await ask(nodes[0]!.rpcUrl, 'eth_sendRawTransaction', toHex(torn))).error);
    assert.match((await explain(0, toHex(keccak256(torn))))!.steps[0]!.message!, /^rlp: /);
  });

  it('remember nothing when told so, and then say how to be told otherwise', async () => {
    nodes = await startLine(1, { 'explain.transactions': 0 });
    const hash = await result<string>(0, 'eth_sendRawTransaction', toHex(transfer(0, 0)));
    const { error } = await ask(nodes[0]!.rpcUrl, 'txgossip_explainTransaction', hash);
    assert.match(error!.message, /explain\.transactions/);
  });

  interface PeerText {
    id: string;
    caps: string[];
    network: { static: boolean; trusted: boolean };
  }
  const peersOf = (node: number) => result<PeerText[]>(node, 'admin_peers');

  it('know what their peers speak, add them and remove them', async () => {
    nodes = await startLine(2);
    const peer = await eventually('identify', async () => {
      const [first] = await peersOf(1);
      return (first?.caps.length ?? 0) > 0 && first;
    });
    assert.ok(peer.caps.some((protocol) => protocol.startsWith('/meshsub/')));
    assert.deepEqual([peer.id, peer.network.static], [idOf(0), true]);
    await result(1, 'admin_removePeer', nodes[0]!.multiaddrs[0]!);
    await eventually('the connection to be gone', async () => (await peersOf(1)).length === 0);
    const lone = await ask(nodes[1]!.rpcUrl, 'admin_removePeer', '/ip4/127.0.0.1/tcp/1');
    assert.match(lone.error!.message, /no peer was added as .*\/p2p\//);
  });

  it('a trusted peer is let in when there are too many', async () => {
    nodes = await startLine(2, { maxpeers: 1 });
    nodes.push(...(await startLine(1)));
    const third = nodes[2]!;
    const address = third.multiaddrs[0]!;
    await result(0, 'admin_addTrustedPeer', address);
    const isThere = async () => (await peersOf(0)).find(({ id }) => id === idOf(2));
    assert.equal((await isThere())!.network.trusted, true);
    await eventually('it to be in the mesh', () => nodes[0]!.node.propagation.meshPeers().includes(idOf(2)));
    assert.equal((await peersOf(0)).length, 2);
    await result(0, 'admin_removeTrustedPeer', address);
    assert.equal((await isThere())!.network.trusted, false);
  });
});
