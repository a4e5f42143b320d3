import assert from 'node:assert/strict';
import { toHex, type Hex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { FakeBackend, PEER_ID, signed } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf, resultOf } from '../../helpers/rpc-client.ts';

const PEER = {
  id: PEER_ID,
  name: 'txgossip/1.2.3',
  protocols: [],
  localAddress: '',
  remoteAddress: '',
  inbound: true,
  trusted: false,
  static: false,
};
const raw = signed();
const hash = toHex(keccak256(raw));
const NO_HASH: Hex = `0x${'00'.repeat(32)}`;

interface Explanation {
  fate: string;
  isLocal: boolean;
  isUnbroadcast: boolean;
  steps: Record<string, unknown>[];
  copies: { total: number; byPeer: Record<string, number> };
}

describe('rpc txgossip', () => {
  let backend: FakeBackend;
  let dispatcher: Dispatcher;
  beforeEach(() => {
    backend = new FakeBackend();
    dispatcher = dispatcherOf(backend);
  });
  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);
  const explain = async (of: Hex) => (await result('txgossip_explainTransaction', of)) as Explanation | null;

  describe('explainTransaction', () => {
    beforeEach(() => backend.history!.follow(backend.pool));

    /** As if gossip had brought it. */
    const arrive = async (): Promise<void> => {
      await backend.submit(raw);
      const atMs = backend.nowMs();
      backend.history!.record({
        kind: 'arrival',
        atMs,
        hash,
        provenance: 'push',
        from: PEER_ID,
        status: 'pending',
        receivedAtMs: atMs - 2.5,
        validationAtMs: atMs - 0.123456,
      });
    };

    it('tells the whole story, in times of this machine', async () => {
      await arrive();
      backend.clock.advance(40);
      backend.history!.record({
        kind: 'publish',
        atMs: backend.nowMs(),
        messageId: '0x00',
        hashes: [hash],
        recipients: 4,
      });
      backend.history!.notes.message('m', PEER_ID, [hash]);
      backend.history!.notes.verdict('m', 'accept');
      backend.history!.notes.copy('m', 'another');
      backend.history!.notes.copy('m', 'another');
      backend.history!.notes.copy('m', PEER_ID);
      const beforeMs = Date.now();
      const { steps, ...rest } = (await explain(hash))!;
      const afterMs = Date.now();
      assert.deepEqual(rest, {
        hash,
        fate: 'pending',
        isLocal: true,
        isUnbroadcast: true,
        omittedSteps: 0,
        messages: [{ from: PEER_ID, verdict: 'accept' }],
        copies: { total: 3, byPeer: { another: 2, [PEER_ID]: 1 } },
      });
      const [arrived, published] = steps;
      const { at, ...arrival } = arrived!;
      assert.deepEqual(arrival, {
        kind: 'arrived',
        status: 'pending',
        provenance: 'push',
        from: PEER_ID,
        waitedMs: 2.377,
        validatedMs: 0.123,
      });
      assert.deepEqual([published!['kind'], published!['peers']], ['published', 4]);
      const publishedAt = Date.parse(published!['at'] as string);
      assert.equal(publishedAt - Date.parse(at as string), 40);
      // The clock of the fake backend stands still: it was just now. A fraction of a millisecond is cut off.
      assert.ok(publishedAt >= beforeMs - 1 && publishedAt <= afterMs);
    });

    it('knows it after it left', async () => {
      await arrive();
      backend.pool.remove(hash, 'expired');
      const { fate, isLocal, steps } = (await explain(hash))!;
      assert.deepEqual([fate, isLocal], ['expired', false]);
      assert.deepEqual([steps.at(-1)!['kind'], steps.at(-1)!['reason']], ['left', 'expired']);
    });

    it('tells why it never entered', async () => {
      const refused = { code: 'nonce-too-low', message: 'nonce too low: next nonce 1, tx nonce 0' };
      backend.history!.notes.refused(hash, refused, { provenance: 'pull', from: PEER_ID });
      const { fate, steps } = (await explain(hash))!;
      assert.equal(fate, 'refused');
      const { at: _, ...step } = steps[0]!;
      assert.deepEqual(step, { kind: 'refused', ...refused, provenance: 'pull', from: PEER_ID });
    });

    it('says of what it has forgotten and the pool holds what the pool says', async () => {
      backend = new FakeBackend();
      dispatcher = dispatcherOf(backend);
      await backend.submit(signed({ nonce: 3n }));
      const { fate, steps } = (await explain(toHex(keccak256(signed({ nonce: 3n })))))!;
      assert.deepEqual([fate, steps], ['queued', []]);
    });

    it('is null for what it knows nothing of', async () => {
      assert.equal(await explain(NO_HASH), null);
    });

    it('is an error where nothing is remembered', async () => {
      backend.history = undefined;
      const { code, message } = await errorOf(dispatcher, 'txgossip_explainTransaction', hash);
      assert.equal(code, -32000);
      assert.match(message, /explain\.transactions above 0/);
    });
  });

  it('mesh', async () => {
    Object.assign(backend.gossipView, {
      mesh: ['a'],
      subscribers: ['a', 'b'],
      score: (peer: string) => (peer === 'a' ? 1.23456 : -2),
    });
    assert.deepEqual(await result('txgossip_mesh'), {
      topic: '/txgossip/31337/tx',
      mesh: [{ peer: 'a', score: 1.235 }],
      subscribers: [
        { peer: 'a', score: 1.235 },
        { peer: 'b', score: -2 },
      ],
    });
  });

  it('peerScores', async () => {
    backend.connected.push(PEER);
    const parts = { meshMs: 5, firstDeliveries: 1.5, invalidDeliveries: 0, behaviourPenalty: 0 };
    Object.assign(backend.gossipView, { mesh: [PEER_ID], score: () => 3, scoreParts: () => parts });
    assert.deepEqual(await result('txgossip_peerScores'), [
      { peer: PEER_ID, score: 3, inMesh: true, ...parts },
    ]);
  });

  it('members, in times of this machine', async () => {
    const member = { peer: PEER_ID, state: 'dead', incarnation: 3, by: null, cause: 'refused' } as const;
    Object.assign(backend.membersView, {
      incarnation: 2,
      members: [{ ...member, sinceMs: backend.nowMs() - 5000, addresses: ['/ip4/127.0.0.1/tcp/1'] }],
    });
    const beforeMs = Date.now();
    const { members, ...rest } = (await result('txgossip_members')) as {
      members: { since: string; peer: string }[];
    };
    const afterMs = Date.now();
    assert.deepEqual(rest, {
      enabled: true,
      incarnation: 2,
      localHealth: 0,
      probes: { begun: 0, failed: 0 },
    });
    const { since, ...told } = members[0]!;
    assert.deepEqual(told, { ...member, addresses: ['/ip4/127.0.0.1/tcp/1'] });
    const sinceMs = Date.parse(since) + 5000;
    assert.ok(sinceMs >= beforeMs - 1 && sinceMs <= afterMs, since);
  });

  it('knownPeers', async () => {
    assert.deepEqual(await result('txgossip_knownPeers'), { discovery: 'off', peers: [] });
    const known = {
      peer: PEER_ID,
      addresses: ['/ip4/8.8.8.8/tcp/1'],
      tested: true,
      lost: false,
      failures: 0,
    };
    backend.knownPeersView = { discovery: 'on', peers: [{ ...known, stored: true }] };
    assert.deepEqual(await result('txgossip_knownPeers'), backend.knownPeersView);
  });

  it('poolDigest', async () => {
    const digest = (await result('txgossip_poolDigest')) as Record<string, unknown>;
    assert.deepEqual(digest, { digest: NO_HASH, pending: 0, queued: 0 });
    await backend.submit(raw);
    await backend.submit(signed({ nonce: 7n }));
    assert.deepEqual(await result('txgossip_poolDigest'), { digest: hash, pending: 1, queued: 1 });
  });

  describe('health', () => {
    it('complains of a node alone', async () => {
      await backend.submit(raw);
      const { ok, reasons, pool, ...rest } = (await result('txgossip_health')) as Record<string, unknown>;
      assert.equal(ok, false);
      assert.deepEqual(reasons, ['no peers: what is submitted here goes nowhere']);
      assert.equal((pool as { pending: number }).pending, 1);
      assert.deepEqual(rest, {
        peers: 0,
        meshPeers: 0,
        subscribers: 0,
        validation: { waiting: 0, limit: 100, dropped: 0, rejected: 0 },
        eventLoopLagMs: 0.25,
        unbroadcast: 1,
        chain: null,
      });
    });

    it('is content with one that has a mesh, and a chain in reach', async () => {
      backend.connected.push(PEER);
      Object.assign(backend.gossipView, { mesh: [PEER_ID], subscribers: [PEER_ID] });
      const chain = new FakeChain();
      backend.chain = chain;
      const well = (await result('txgossip_health')) as Record<string, unknown>;
      assert.deepEqual([well['ok'], well['reasons']], [true, []]);
      const { hash: headHash } = chain.head;
      assert.deepEqual(well['chain'], {
        reachable: true,
        headNumber: 0,
        headHash,
        headAgeMs: 12,
        problem: null,
      });
      chain.problem = 'connection refused';
      const ill = (await result('txgossip_health')) as { ok: boolean; reasons: string[] };
      assert.equal(ill.ok, false);
      assert.match(ill.reasons[0]!, /connection refused/);
    });
  });
});
