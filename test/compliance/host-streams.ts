/** What every Host promises of streams: what is sent arrives whole and in order, and every byte is shown. */
import type { Stream } from '@libp2p/interface';
import assert from 'node:assert/strict';
import type { Host, StreamTraffic } from '../../src/host/host.ts';
import { isConnected, PROTOCOL, type HostPair, type HostsUnderTest } from './hosts-under-test.ts';

export function streamsCompliance(hosts: HostsUnderTest): void {
  const { start, connect, open, send, cannotOpen } = hosts;
  let pair: HostPair;
  let a: Host;
  let b: Host;
  beforeEach(() => {
    ({ pair, a, b } = hosts);
  });

  describe('streams', () => {
    it('names protocol and peer at both ends', async () => {
      await connect();
      const { near, far, farSays } = await open();
      assert.deepEqual([near.protocol, far.protocol], [PROTOCOL, PROTOCOL]);
      assert.deepEqual([near.direction, far.direction], ['outbound', 'inbound']);
      assert.equal(farSays.toString(), a.peerId.toString());
    });

    it('can be opened from the end that was dialled', async () => {
      await connect();
      const accepted: string[] = [];
      await pair.act(0, () => a.handle(PROTOCOL, (_, peer) => void accepted.push(peer.toString())));
      await pair.act(1, () => b.openStream(a.peerId, PROTOCOL));
      await pair.eventually('the stream', () => accepted.length === 1);
      assert.deepEqual(accepted, [b.peerId.toString()]);
    });

    it('carries data both ways, whole and in order', async () => {
      await connect();
      const { near, far } = await open();
      const [atNear, atFar] = [collect(near), collect(far)];
      const [question, answer] = [noise(200_000, 1), noise(150_000, 2)];
      for (const chunk of chunksOf(question, 10_000)) await send(0, near, chunk);
      for (const chunk of chunksOf(answer, 7_000)) await send(1, far, chunk);
      await pair.eventually('all of it', () => atFar.length === 200_000 && atNear.length === 150_000);
      assert.ok(Buffer.compare(atFar.bytes(), question) === 0, 'what arrived there is not what was sent');
      assert.ok(Buffer.compare(atNear.bytes(), answer) === 0, 'what arrived here is not what was sent');
    });

    it('keeps what arrives before anybody reads', async () => {
      await connect();
      const { near, far } = await open();
      await send(0, near, noise(5_000, 3));
      await pair.act(0, () => near.close());
      await pair.eventually('the farewell', () => far.remoteWriteStatus === 'closed');
      const late = collect(far);
      await pair.eventually('what was sent before', () => late.length === 5_000);
      assert.ok(Buffer.compare(late.bytes(), noise(5_000, 3)) === 0);
    });

    it('closes one direction and leaves the other open', async () => {
      await connect();
      const { near, far } = await open();
      const [atNear, atFar] = [collect(near), collect(far)];
      await send(0, near, noise(10, 4));
      await pair.act(0, () => near.close());
      await pair.eventually('the other end to know', () => far.remoteWriteStatus === 'closed');
      assert.equal(atFar.length, 10);
      assert.throws(() => near.send(noise(1, 5)), 'a closed end still sends');
      await send(1, far, noise(20, 6));
      await pair.eventually('the answer', () => atNear.length === 20);
      await pair.act(1, () => far.close());
      await pair.eventually('both ends to be closed', () =>
        [near, far].every(({ status }) => status === 'closed'),
      );
    });

    it('tells the other end of an abort', async () => {
      await connect();
      const { near, far } = await open();
      await pair.act(0, async () => near.abort(new Error('enough')));
      await pair.eventually('the reset', () => far.status === 'reset');
    });

    it('refuses a protocol the peer does not speak, or no longer', async () => {
      await connect();
      await cannotOpen('/nobody/speaks/1');
      await open();
      await pair.act(1, () => b.unhandle(PROTOCOL));
      await cannotOpen(PROTOCOL);
      assert.ok(isConnected(a, b), 'the refusal cost the connection');
    });

    it('refuses a stream to a peer it is not connected to', async () => {
      await start();
      await pair.act(1, () => b.handle(PROTOCOL, () => undefined));
      await cannotOpen(PROTOCOL);
    });

    it('gives up a stream on request', async () => {
      await connect();
      await pair.act(1, () => b.handle(PROTOCOL, () => undefined));
      const signal = AbortSignal.abort(new Error('never mind'));
      await assert.rejects(pair.act(0, () => a.openStream(b.peerId, PROTOCOL, { signal })));
    });
  });

  describe('what passes', () => {
    it('shows an observer every byte of a stream, in both directions and at both ends', async () => {
      const [seenByA, seenByB] = [observe(a, b), observe(b, a)];
      await connect();
      const { near, far } = await open();
      const [atNear, atFar] = [collect(near), collect(far)];
      const [question, answer] = [noise(100_000, 7), noise(60_000, 8)];
      for (const chunk of chunksOf(question, 9_000)) await send(0, near, chunk);
      for (const chunk of chunksOf(answer, 11_000)) await send(1, far, chunk);
      await pair.eventually('all of it', () => atFar.length === 100_000 && atNear.length === 60_000);
      assert.deepEqual([seenByA.streams, seenByB.streams], [1, 1]);
      for (const [what, seen, sent] of [
        ['sent by a', seenByA.sent, question],
        ['received by b', seenByB.received, question],
        ['sent by b', seenByB.sent, answer],
        ['received by a', seenByA.received, answer],
      ] as const) {
        assert.ok(Buffer.compare(Buffer.concat(seen), sent) === 0, `${what}: not what passed`);
      }
    });

    it('shows what arrives before the protocol reads it', async () => {
      const seen = observe(b, a);
      await connect();
      const { near, far } = await open();
      let shownWhenRead = -1;
      far.addEventListener('message', () => {
        shownWhenRead = Buffer.concat(seen.received).length;
      });
      await send(0, near, noise(100, 9));
      await pair.eventually('the message', () => shownWhenRead >= 0);
      assert.equal(shownWhenRead, 100);
    });

    it('counts transport bytes that grow by what is sent and balance between the ends', async () => {
      await connect();
      const { near, far } = await open();
      const atFar = collect(far);
      const before = { a: a.transportBytes(), b: b.transportBytes() };
      for (const chunk of chunksOf(noise(50_000, 10), 5_000)) await send(0, near, chunk);
      await pair.eventually('all of it', () => atFar.length === 50_000);
      await pair.eventually('sent to be received', () => {
        const [here, there] = [a.transportBytes(), b.transportBytes()];
        return here.sent === there.received && there.sent === here.received;
      });
      assert.ok(a.transportBytes().sent - before.a.sent >= 50_000);
      assert.ok(b.transportBytes().received - before.b.received >= 50_000);
      assert.ok(b.transportBytes().sent - before.b.sent < 50_000, 'nothing of this was sent back');
    });
  });
}

/** What a stream brings from now on. */
function collect(stream: Stream): { readonly length: number; bytes(): Uint8Array } {
  const chunks: Uint8Array[] = [];
  let length = 0;
  stream.addEventListener('message', ({ data }) => {
    chunks.push(Uint8Array.from(data.subarray()));
    length += data.byteLength;
  });
  return {
    get length() {
      return length;
    },
    bytes: () => Buffer.concat(chunks),
  };
}

/** What `host` shows of the streams of PROTOCOL; set before it starts. */
function observe(host: Host, peer: Host): { streams: number; sent: Uint8Array[]; received: Uint8Array[] } {
  const seen = { streams: 0, sent: [] as Uint8Array[], received: [] as Uint8Array[] };
  const into =
    (chunks: Uint8Array[]): StreamTraffic['sent'] =>
    (bytes, data) => {
      const copy = Uint8Array.from(data.subarray());
      assert.equal(bytes, copy.length);
      chunks.push(copy);
    };
  host.observeStreams((protocol, remotePeer) => {
    if (protocol !== PROTOCOL) return undefined;
    assert.equal(remotePeer.toString(), peer.peerId.toString());
    seen.streams++;
    return { sent: into(seen.sent), received: into(seen.received) };
  });
  return seen;
}

/** Bytes that show when some are missing, doubled or out of order; the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

function chunksOf(data: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(data.length / size) }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
}
