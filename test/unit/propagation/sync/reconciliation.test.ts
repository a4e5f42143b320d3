import assert from 'node:assert/strict';
import type { Hex } from '../../../../src/bytes.ts';
import { PING_PROTOCOL } from '../../../../src/host/protocols.ts';
import type { Admitted } from '../../../../src/propagation/admission.ts';
import { MAX_PAGE_BYTES } from '../../../../src/propagation/sync/messages.ts';
import { transactionHash } from '../../../../src/transaction/decode.ts';
import {
  give,
  giveCommon,
  senderOf,
  syncedPair,
  transfers,
  type SyncedSide,
} from '../../../helpers/synced-pair.ts';
import { signed } from '../../../helpers/rpc-backend.ts';

const hashesOf = (raws: readonly Uint8Array[]): Hex[] => raws.map(transactionHash);
const has = (side: SyncedSide, raws: readonly Uint8Array[]): boolean =>
  hashesOf(raws).every((hash) => side.pool.has(hash));
const refusals = (side: SyncedSide): string[] =>
  side.events.flatMap((event) => (event.kind === 'refused' ? event.code : []));

/** Two pools and what is between them, in virtual time. */
describe('Reconciliation', () => {
  it('costs less than 100 bytes and one round trip where pools are equal', async () => {
    const pair = await syncedPair();
    giveCommon([pair.near, pair.far], 1000);
    const before = pair.bytes();
    const { answer, bytes } = await pair.session();
    assert.equal(answer, 'same');
    assert.ok(bytes < 40, `${bytes} bytes`);
    assert.equal(pair.bytes() - before, bytes);
  });

  for (const d of [1, 2, 7, 30, 100, 300, 1000]) {
    it(`brings d = ${d} either way, each transaction once`, async () => {
      const [half, rest] = [Math.ceil(d / 2), Math.floor(d / 2)];
      for (const [ours, theirs] of [
        [d, 0],
        [0, d],
        [half, rest],
      ] as const) {
        const pair = await syncedPair();
        const { near, far, clock } = pair;
        giveCommon([near, far], 300);
        const [nears, fars] = [transfers(ours, 0), transfers(theirs, 1)];
        await give(clock, near, nears);
        await give(clock, far, fars);
        const { differences, taken, given, bytes } = await pair.session();
        await pair.later(1000);
        assert.deepEqual([differences, taken, given], [d, theirs, ours]);
        assert.equal(near.pool.pendingDigest, far.pool.pendingDigest);
        assert.equal(near.pool.counts.pending, 300 + d);
        const moved = [...nears, ...fars].reduce((sum, raw) => sum + raw.byteLength, 0);
        // Symbols or the list of 300, ids, and what holds pages together.
        assert.ok(bytes - moved < 700 + 34 * d, `${bytes - moved} bytes beside ${d} transactions`);
        assert.deepEqual([near.faults, far.faults, near.lapses, far.lapses], [[], [], [], []]);
        assert.ok(pair.areConnected());
      }
    });
  }

  it('says what it brought, and from whom; a sender in nonce order, so that all are pending at once', async () => {
    const pair = await syncedPair();
    const raws = transfers(40);
    await give(pair.clock, pair.far, raws);
    await pair.session();
    const arrivals = pair.near.events.filter((event) => event.kind === 'arrival');
    assert.deepEqual(
      arrivals.map(({ hash, provenance, from, status }) => [hash, provenance, from, status]),
      hashesOf(raws).map((hash) => [hash, 'sync', pair.far.host.peerId.toString(), 'pending']),
    );
  });

  it('brings the dearest first', async () => {
    const tips = [5n, 9n, 3n].map((gwei) => gwei * 10n ** 9n);
    const pair = await syncedPair({
      options: { pageBytes: 500 },
      pools: { maxPendingTransactions: 12, maxPendingSlots: 12, guaranteedSlotsPerSender: 0 },
    });
    const { near, far, clock } = pair;
    // 4 of each sender at the far side; the near one has room for 5 of them beside 7 dear ones that both have.
    const raws = tips.map((tip, account) =>
      Array.from({ length: 4 }, (_, n) =>
        signed({ nonce: BigInt(n), tipCap: tip, feeCap: 100n * 10n ** 9n }, account),
      ),
    );
    for (const each of raws) await give(clock, far, each);
    giveCommon([near, far], 7, 50n * 10n ** 9n);
    await pair.session();
    assert.equal(near.pool.counts.pending, 12);
    assert.deepEqual(
      [0, 1, 2].map((account) => near.pool.contentFrom(senderOf(account)).pending.length),
      [1, 4, 0],
    );
    assert.ok(refusals(near).every((code) => code === 'underpriced' || code === 'pool-full'));
    assert.deepEqual(near.faults, []);
  });

  it('brings pages of the largest size an option allows', async () => {
    const pair = await syncedPair({ options: { pageBytes: MAX_PAGE_BYTES } });
    const { near, far, clock } = pair;
    // Over 400 go into a page: what they take in a list beside their bytes is more than one of them.
    const raws = Array.from({ length: 450 }, (_, n) =>
      signed({ nonce: BigInt(n), data: new Uint8Array(500), gasLimit: 100_000n }),
    );
    await give(clock, far, raws);
    const { taken } = await pair.session();
    assert.equal(taken, raws.length);
    assert.deepEqual([near.faults, near.lapses, near.failures], [[], [], []]);
  });

  it('stops where a full pool has no room for the rest', async () => {
    const pair = await syncedPair({
      options: { pageBytes: 1_000 },
      pools: { maxPendingTransactions: 10, maxPendingSlots: 10, guaranteedSlotsPerSender: 0 },
    });
    const { near, far, clock } = pair;
    await give(clock, far, transfers(300));
    giveCommon([near, far], 10, 50n * 10n ** 9n);
    const { bytes } = await pair.session();
    assert.equal(near.pool.counts.pending, 10);
    // Ids of all, the page that found no room, and what was under way then: four pages.
    assert.ok(bytes < 300 * 8 + 5 * 1_200, `${bytes} bytes`);
  });

  describe('what was refused', () => {
    it('because the verifier was busy comes as soon as it is not', async () => {
      const pair = await syncedPair();
      const raws = transfers(3);
      await give(pair.clock, pair.far, raws);
      pair.near.verifier.busy = true;
      pair.clock.schedule(0, pair.clock.nowMs() + 700, () => (pair.near.verifier.busy = false));
      const { taken } = await pair.session();
      assert.equal(taken, 3);
    });

    it('by gossip, for want of room or of a free verifier, comes when there is', async () => {
      const pair = await syncedPair({ pools: { maxPendingTransactions: 2, maxPendingSlots: 2 } });
      const { near, far, clock } = pair;
      await give(clock, near, transfers(2, 0));
      await give(clock, far, [...transfers(2, 0), ...transfers(1, 1), ...transfers(1, 2)]);
      const fromGossip = async (raw: Uint8Array): Promise<unknown> => {
        const nowMs = clock.nowMs();
        const source = {
          provenance: 'push',
          from: 'peer',
          receivedAtMs: nowMs,
          validationAtMs: nowMs,
        } as const;
        const [{ outcome }] = (await near.admission.admit([raw], source)) as [Admitted];
        return outcome.status === 'refused' ? outcome.code : outcome.status;
      };
      assert.equal(await fromGossip(transfers(1, 1)[0]!), 'underpriced');
      near.verifier.busy = true;
      assert.equal(await fromGossip(transfers(1, 2)[0]!), 'verifier-busy');
      near.verifier.busy = false;
      near.state.nonces.set(senderOf(0), 2n);
      near.pool.onHead([senderOf(0)], clock.nowMs());
      assert.equal((await pair.session()).taken, 2);
      assert.ok(has(near, [...transfers(1, 1), ...transfers(1, 2)]));
    });

    it('for a passing reason is fetched again after a while, and not before', async () => {
      const pair = await syncedPair({ options: { retryMs: 30_000 } });
      const { near, far, clock } = pair;
      const raws = transfers(2);
      await give(clock, far, raws);
      near.state.balances.set(senderOf(0), 0n);
      assert.equal((await pair.session()).taken, 0);
      near.state.balances.clear();
      assert.equal((await pair.session()).taken, 0);
      assert.equal(refusals(near).length, 2);
      await pair.later(30_000);
      assert.equal((await pair.session()).taken, 2);
    });

    it('rule 23: for good is not asked for again, fetched or offered, for ten minutes', async () => {
      for (const offered of [false, true]) {
        const pair = await syncedPair();
        const { near, far, clock } = pair;
        const [taker, giver] = offered ? [far, near] : [near, far];
        const raws = transfers(2);
        await give(clock, giver, raws);
        taker.state.nonces.set(senderOf(0), 2n);
        await pair.session();
        assert.deepEqual(refusals(taker), ['nonce-too-low', 'nonce-too-low']);
        const { bytes } = await pair.session();
        assert.equal(refusals(taker).length, 2);
        assert.ok(bytes < 300, `${bytes} bytes`);
        taker.state.nonces.clear();
        await pair.later(600_000);
        await pair.session();
        assert.ok(has(taker, raws));
      }
    });

    it('is what the full pool of a peer has no room for: it is left in peace for longer and longer', async () => {
      const pair = await syncedPair({
        options: { intervalMs: 10_000, minIntervalMs: 1000 },
        pools: { maxPendingTransactions: 400, maxPendingSlots: 400, guaranteedSlotsPerSender: 0 },
      });
      const { near, far, clock } = pair;
      giveCommon([near, far], 400);
      const cheap = Array.from({ length: 400 }, (_, n) =>
        signed({ nonce: BigInt(n), tipCap: 1n, feeCap: 10n ** 10n }, 0),
      );
      await give(clock, far, cheap);
      const before = pair.bytes();
      await pair.later(12_500);
      const atFirst = pair.bytes() - before;
      assert.ok(atFirst > 2 * 4_000, `${atFirst} bytes`);
      await pair.later(600_000);
      // Each side asks, seven or eight times instead of sixty.
      const rest = pair.bytes() - before - atFirst;
      assert.ok(rest < 10 * atFirst, `${rest} bytes in ten minutes, ${atFirst} in the first interval`);
      assert.equal(near.pool.counts.pending, 400);
      assert.deepEqual([near.faults, far.faults], [[], []]);
    });
  });

  it('does not compare what gossip is about to bring, nor fetch it', async () => {
    const pair = await syncedPair({ options: { graceMs: 3000 } });
    const { near, far, clock } = pair;
    await give(clock, far, transfers(1, 0));
    assert.equal((await pair.session()).answer, 'same');
    await pair.later(2000);
    // The near side has it later: there it is still fresh when it is settled at the far one.
    await give(clock, near, transfers(1, 0));
    await pair.later(1000);
    const { answer, differences, taken } = await pair.session();
    assert.deepEqual([answer, differences, taken], ['different', 1, 0]);
    await pair.later(2000);
    assert.equal((await pair.session()).answer, 'same');
  });

  it('lets gossip carry on a few, and compares with others what are more', async () => {
    const pair = await syncedPair({ options: { maxSpread: 10, graceMs: 3000 } });
    const { near, far, clock } = pair;
    await give(clock, far, transfers(10));
    await pair.later(3000);
    await pair.session();
    assert.deepEqual(
      near.spread.map(({ hash }) => hash),
      hashesOf(transfers(10)),
    );
    await give(clock, far, transfers(11, 1));
    await pair.later(3000);
    // What was spread is fresh, what is not is settled at once.
    await pair.session();
    assert.equal(near.spread.length, 10);
    assert.equal((await pair.session()).answer, 'same');
  });

  it('rule 26: shows what the peer has, in either role', async () => {
    const pair = await syncedPair();
    const { near, far, clock } = pair;
    const [common, nears, fars] = [transfers(2, 0), transfers(2, 1), transfers(2, 2)];
    for (const side of [near, far]) await give(clock, side, common);
    await give(clock, near, nears);
    await give(clock, far, fars);
    hashesOf([...common, ...nears]).forEach((hash) => near.unbroadcast.add(hash));
    hashesOf([...common, ...fars]).forEach((hash) => far.unbroadcast.add(hash));
    // The peer has no money for these: it takes them not.
    far.state.balances.set(senderOf(1), 0n);
    await pair.session();
    assert.deepEqual([...near.unbroadcast], hashesOf(nears));
    // The answering side knows of those it gave; of the rest when pools are equal.
    assert.deepEqual([...far.unbroadcast], hashesOf(common));
    for (const hash of hashesOf(nears)) near.pool.remove(hash, 'expired');
    assert.equal((await pair.session()).answer, 'same');
    assert.equal(far.unbroadcast.count, 0);
  });

  it('takes what left the pool meanwhile as not there', async () => {
    const pair = await syncedPair();
    const { far, clock } = pair;
    const raws = transfers(5);
    await give(clock, far, raws);
    const session = pair.session();
    clock.schedule(1, clock.nowMs() + 45, () => void far.pool.remove(hashesOf(raws)[4]!, 'expired'));
    assert.equal((await session).taken, 4);
  });

  describe('when', () => {
    it('on connect, begun by one side, and each interval', async () => {
      const pair = await syncedPair({ options: { intervalMs: 10_000 } });
      const { near, far, clock } = pair;
      const starter = near.host.peerId.toString() < far.host.peerId.toString() ? near : far;
      const taker = starter === near ? far : near;
      for (const side of [near, far])
        side.host.subscribe({ connect: ({ peerId }) => side.reconciliation.onConnect(peerId) });
      await clock.perform(0, () => near.host.disconnect(far.host.peerId));
      await pair.later(1000);
      await give(clock, starter, transfers(3));
      await clock.perform(0, () => near.host.dial(far.host.addresses()[0]!));
      await pair.later(1000);
      assert.ok(has(taker, transfers(3)));
      await give(clock, taker, transfers(3, 1));
      await pair.later(12_500);
      assert.ok(has(starter, transfers(3, 1)));
    });

    it('one of our own at a time', async () => {
      const pair = await syncedPair();
      const first = pair.session();
      await assert.rejects(pair.session(), /one at a time/);
      assert.equal((await first).answer, 'same');
    });

    it('never, when switched off; a peer finds that it is not spoken', async () => {
      const pair = await syncedPair({ options: { enabled: false } });
      await assert.rejects(pair.session(), /switched off/);
      assert.deepEqual(pair.far.host.connections()[0]!.protocols, [PING_PROTOCOL]);
    });

    it('a peer that comes back too soon hears that we are busy, unless there is nothing to do', async () => {
      const pair = await syncedPair({ options: { minIntervalMs: 1000 } });
      const { near, far, clock } = pair;
      await give(clock, far, transfers(1));
      assert.equal((await pair.session()).answer, 'different');
      assert.equal((await pair.session()).answer, 'same');
      await give(clock, far, transfers(1, 1));
      assert.equal((await pair.session()).answer, 'busy');
      await pair.later(1000);
      assert.equal((await pair.session()).answer, 'different');
      assert.ok(has(near, transfers(1, 1)));
    });

    it('holds pages to a rate', async () => {
      const pair = await syncedPair({ options: { bytesPerSecond: 100_000 } });
      const { far, clock } = pair;
      const raws = Array.from({ length: 40 }, (_, n) =>
        signed({ nonce: BigInt(n), data: new Uint8Array(20_000).fill(1), gasLimit: 1_000_000n }),
      );
      await give(clock, far, raws);
      const startMs = clock.nowMs();
      assert.equal((await pair.session()).taken, 40);
      // 800 kB, of which 256 kB at once.
      const seconds = (clock.nowMs() - startMs) / 1000;
      assert.ok(seconds > 5 && seconds < 7, `${seconds} s`);
    });
  });

  it('leaves nothing open when it stops in the middle of a session', async () => {
    for (const stopped of [0, 1] as const) {
      const pair = await syncedPair();
      const { near, far, clock } = pair;
      await give(clock, near, transfers(50, 0));
      await give(clock, far, transfers(50, 1));
      const session = pair.session().then(
        () => 'done',
        () => 'ended',
      );
      const side = stopped === 0 ? near : far;
      clock.schedule(stopped, clock.nowMs() + 65, () => void side.reconciliation.stop());
      assert.equal(await session, 'ended');
      for (const each of [near, far]) await clock.perform(0, () => each.reconciliation.stop());
      await pair.later(5_000);
      assert.equal(clock.statistics.pending, 0);
      assert.deepEqual([near.faults, far.faults], [[], []]);
    }
  });

  it('continues where a session that took too long has ended', async () => {
    const pair = await syncedPair({ options: { maxSessionMs: 3_000, bytesPerSecond: 100_000 } });
    const { near, far, clock } = pair;
    const raws = Array.from({ length: 40 }, (_, n) =>
      signed({ nonce: BigInt(n), data: new Uint8Array(20_000).fill(1), gasLimit: 1_000_000n }),
    );
    await give(clock, far, raws);
    await assert.rejects(pair.session(), /took more than 3000 ms/);
    assert.ok(near.pool.counts.pending > 10);
    await pair.later(15_000);
    assert.equal(near.pool.counts.pending, 40);
    assert.deepEqual([near.faults, far.faults, near.lapses], [[], [], []]);
  });
});
