/** Links, faults and lives, on a line of four: whatever passes, passes each. */
import assert from 'node:assert/strict';
import type { Hex } from '../../src/bytes.ts';
import type { LinkPair } from '../../testnet/faults/fault.ts';
import { BIG_BYTES, LATENCY_MS, LINE, SILENCE_MS, type NetworkUnderTest } from './network-under-test.ts';

export function lineCompliance(net: NetworkUnderTest): void {
  const {
    next,
    begin,
    pass,
    eventually,
    status,
    arrivals,
    holders,
    reaches,
    submit,
    hopMs,
    takes,
    assertNotEarly,
    inflict,
    misses,
    connected,
    connections,
  } = net;
  const assertHop = (what: string, latencyMs: number, from: number, to: number): Promise<void> =>
    takes(what, [latencyMs, latencyMs], () => hopMs(from, to));

  describe('a line of four', () => {
    before(() => begin({ nodes: {} }));
    after(async () => {
      await net.network.stop();
      await net.network.stop();
    });

    it('is up, connected as asked and meshed', async () => {
      assert.deepEqual(
        (await net.network.status()).map(({ up, peers, mesh }) => [up, peers, mesh]),
        [1, 2, 2, 1].map((degree) => [true, degree, degree]),
      );
      assert.deepEqual(await connections(), [[1], [0, 2], [1, 3], [2]]);
      assert.deepEqual(await net.network.connections(), LINE);
      assert.ok(net.network.upAtMs <= net.network.clock.nowMs());
      assert.equal(new Set(net.network.nodes.map(({ peerId }) => peerId)).size, 4);
      for (const [index, node] of net.network.nodes.entries()) {
        assert.equal(node.index, index);
        assert.equal(net.network.isUp(index), true);
      }
    });

    it('sleeps until the moment asked for, several at once', async () => {
      const sleepLateMs = async (): Promise<number> => {
        const startMs = net.network.clock.nowMs();
        const woken: number[] = [];
        const lateMs: number[] = [];
        const sleep = async (ms: number): Promise<void> => {
          await net.network.sleepUntil(startMs + ms);
          woken.push(ms);
          lateMs.push(net.network.clock.nowMs() - startMs - ms);
          assertNotEarly('woken', lateMs.at(-1)!, 0);
        };
        await Promise.all([sleep(90), sleep(30), sleep(60)]);
        assert.deepEqual(woken, [30, 60, 90]);
        return Math.max(...lateMs);
      };
      await takes('woken late', [0, 0], sleepLateMs);
      await net.network.sleepUntil(net.network.clock.nowMs() - 90);
    });

    it('answers a submission, and brings the transaction everywhere at the speed of the links', async () => {
      const { raw, hash } = next();
      assert.deepEqual(await net.network.submit(1, raw), { status: 'accepted', hash });
      const again = await net.network.submit(1, raw);
      assert.equal(again.status === 'rejected' && again.code, 'known');
      await reaches(hash, [0, 1, 2, 3]);
      const events = await arrivals(hash);
      const ids = net.network.nodes.map(({ peerId }) => peerId);
      assert.deepEqual(
        events.map((event) => [event!.provenance, event!.from]),
        [
          ['push', ids[1]],
          ['rpc', null],
          ['push', ids[1]],
          ['push', ids[2]],
        ],
      );
      for (const event of events) {
        assert.ok(event!.receivedAtMs <= event!.validationAtMs && event!.validationAtMs <= event!.atMs);
      }
      assert.deepEqual(
        (await net.network.status()).map((each) => [each.arrivals, each.pending, each.unsettled]),
        Array(4).fill([1, 1, 0]),
      );
      await assertHop('to node 0', LATENCY_MS, 1, 0);
      await takes('to node 3, by node 2', [LATENCY_MS, LATENCY_MS], () => hopMs(2, 3, 1));
    });

    it('changes a link live, both directions, and undoes it', async () => {
      const links: LinkPair[] = [[1, 2]];
      await inflict({ kind: 'change', links, change: { latencyMs: 150 } });
      await assertHop('slower', 150, 1, 2);
      await assertHop('slower back', 150, 2, 1);
      await assertHop('another', LATENCY_MS, 2, 3);
      // At 1 Mbit/s, and the transaction is some hundred bytes more than its data.
      const thinMs = BIG_BYTES / 125;
      await inflict({ kind: 'change', links, change: { bandwidthMbps: 1 } });
      await takes('thin', [150 + thinMs + 1, 150 + thinMs + 10], () => hopMs(1, 2));
      await misses({ kind: 'change', links, change: { bandwidthMbps: 1 } }, /other than asked/);
      await inflict({ kind: 'restore', links });
      await assertHop('as before', LATENCY_MS, 2, 1);
      await misses({ kind: 'restore', links }, /changed: 1-2/);
    });

    it('loses packets of a link, which only delays, and keeps the order', async () => {
      const links: LinkPair[] = [[0, 1]];
      await inflict({ kind: 'change', links, change: { lossRate: 0.2, jitterMs: 30 } });
      const hashes: Hex[] = [];
      for (let k = 0; k < 6; k++) hashes.push(await submit(0));
      for (const hash of hashes) await reaches(hash, [0, 1, 2, 3]);
      const read = (await Promise.all(hashes.map((hash) => arrivals(hash)))).map(
        (each) => each[1]!.receivedAtMs,
      );
      assert.deepEqual(
        read,
        [...read].sort((a, b) => a - b),
      );
      assertNotEarly('lossy', read.at(-1)! - (await arrivals(hashes.at(-1)!))[0]!.atMs, LATENCY_MS);
      await inflict({ kind: 'restore', links });
    });

    it('cuts a link: nobody is told, and all that was sent arrives once it heals', async () => {
      const links: LinkPair[] = [[1, 2]];
      await inflict({ kind: 'cut', links });
      await misses({ kind: 'cut', links }, /whole: 1-2/);
      const hash = await submit(0);
      await reaches(hash, [0, 1]);
      await pass(SILENCE_MS);
      assert.deepEqual(await holders(hash), [0, 1]);
      assert.deepEqual([(await status(1)).peers, (await status(2)).peers], [2, 2]);
      const healedMs = net.network.clock.nowMs();
      await inflict({ kind: 'heal', links });
      await reaches(hash, [0, 1, 2, 3]);
      const [, , atTwo] = await arrivals(hash);
      assert.ok(atTwo!.receivedAtMs >= healedMs + LATENCY_MS - 1, 'it was there before it could be');
      assert.equal(atTwo!.provenance, 'push');
      await misses({ kind: 'heal', links }, /cut: 1-2/);
      await misses({ kind: 'cut', links: [[0, 3]] }, /0-3/);
    });

    it('freezes a node, which is up and does nothing, and thaws it, which then does it all', async () => {
      await inflict({ kind: 'freeze', node: 2 });
      await misses({ kind: 'freeze', node: 2 }, /is frozen/);
      const hash = await submit(0);
      await pass(SILENCE_MS);
      assert.deepEqual(await holders(hash), [0, 1]);
      assert.equal(net.network.isUp(2), true);
      assert.equal((await status(2)).up, true);
      const thawedMs = net.network.clock.nowMs();
      await inflict({ kind: 'thaw', node: 2 });
      await reaches(hash, [0, 1, 2, 3]);
      assert.ok((await arrivals(hash))[2]!.receivedAtMs >= thawedMs);
      await misses({ kind: 'thaw', node: 2 }, /not frozen/);
    });

    it('answers for a frozen node once it goes on', async () => {
      await inflict({ kind: 'freeze', node: 3 });
      const { raw, hash } = next();
      const answer = net.network.submit(3, raw);
      await pass(SILENCE_MS / 2);
      const thawedMs = net.network.clock.nowMs();
      await inflict({ kind: 'thaw', node: 3 });
      assert.equal((await answer).status, 'accepted');
      assert.ok((await arrivals(hash))[3]!.atMs >= thawedMs);
      await reaches(hash, [0]);
    });

    it('kills a node: it is down, its neighbours lose it, the rest goes on', async () => {
      const known = await submit(2);
      await reaches(known, [0, 1, 2, 3]);
      const before = await status(2);
      await inflict({ kind: 'kill', node: 2 });
      await misses({ kind: 'kill', node: 2 }, /node 2 is down/);
      await misses({ kind: 'freeze', node: 2 }, /node 2 is down/);
      assert.equal(net.network.isUp(2), false);
      await assert.rejects(net.network.submit(2, next().raw), /node 2/);
      await connected([0, 1]);
      assert.deepEqual(await net.network.connections(), [[0, 1]]);
      // The dead says nothing any more.
      assert.deepEqual(await connections(), [[1], [0], [1, 3], []]);
      const after = await status(2);
      assert.deepEqual(
        [after.up, after.peers, after.mesh, after.pending, after.unsettled],
        [false, 0, 0, 0, 0],
      );
      assert.equal(after.arrivals, before.arrivals);
      assert.ok(after.counters.received.message >= before.counters.received.message);
      const hash = await submit(0);
      await reaches(hash, [0, 1]);
      await pass(SILENCE_MS);
      assert.deepEqual(await holders(hash), [0, 1]);
      // Of the life that ended.
      assert.ok((await holders(known)).includes(2));
    });

    it('restarts it with its disk: the same identity, its connections, and what was submitted to it', async () => {
      const before = net.network.nodes.map(({ peerId, multiaddr }) => [peerId, multiaddr]);
      const { arrivals: arrived } = await status(2);
      await inflict({ kind: 'restart', node: 2, disk: 'kept' });
      await misses({ kind: 'restart', node: 2, disk: 'kept' }, /node 2 is up/);
      assert.equal(net.network.isUp(2), true);
      await connected([0, 1, 2, 3]);
      assert.deepEqual(
        net.network.nodes.map(({ peerId, multiaddr }) => [peerId, multiaddr]),
        before,
      );
      await eventually(
        'what its journal holds',
        async () => (await status(2)).pending === net.taken[2]!.length && net.taken[2]!.length > 0,
      );
      const hash = await submit(3);
      await reaches(hash, [0, 1, 2, 3]);
      assert.ok((await status(2)).arrivals > arrived);
      assert.equal((await status(2)).pending, net.taken[2]!.length + 1);
    });

    it('stops a node, and restarts it without its disk: an empty pool', async () => {
      await inflict({ kind: 'stop', node: 2 });
      assert.equal(net.network.isUp(2), false);
      await connected([0, 1]);
      await misses({ kind: 'stop', node: 2 }, /node 2 is down/);
      await inflict({ kind: 'restart', node: 2, disk: 'lost' });
      await connected([0, 1, 2, 3]);
      assert.equal((await status(2)).pending, 0);
      const hash = await submit(0);
      await reaches(hash, [0, 1, 2, 3]);
      assert.equal((await status(2)).pending, 1);
    });

    it('says of every life of a node what it did, in the order of time', async () => {
      for (const { index, peerId, events } of await net.network.traces()) {
        assert.equal(peerId, net.network.nodes[index]!.peerId);
        const times = events.map(({ atMs }) => atMs);
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
        const { arrivals: count, counters } = await status(index);
        assert.equal(events.filter(({ kind }) => kind === 'arrival').length, count);
        const copies = events.reduce((sum, event) => sum + (event.kind === 'copies' ? event.copies : 0), 0);
        assert.equal(copies, counters.copiesReceived + counters.syncCopiesReceived);
        assert.ok(copies > 0);
      }
    });

    it(net.backend.deterministic ? 'has a digest of all that happened' : 'has no digest', async () => {
      const before = net.network.digest();
      await submit(0);
      if (net.backend.deterministic) {
        assert.match(before!, /^[0-9a-f]{64}$/);
        assert.notEqual(net.network.digest(), before);
      } else assert.equal(before, null);
      assert.equal(typeof net.network.droppedBytes(), 'number');
    });
  });
}
