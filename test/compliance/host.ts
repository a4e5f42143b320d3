/**
 * What every Host promises (src/host/host.ts), held against any implementation. Time may be real or virtual: the
 * suite never waits by itself, and it acts on a host only through `act`.
 */
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import { DialRefusedError, type Host, type StreamTraffic } from '../../src/host/host.ts';
import { PING_PROTOCOL } from '../../src/host/protocols.ts';

export interface HostPair {
  /** Made, not started, able to reach each other, and listening where nothing else does. */
  hosts: readonly [Host, Host];
  /** Does `work` in the name of a host and lets time pass until it has settled. On real time: `work()`. */
  act<T>(host: 0 | 1, work: () => Promise<T>): Promise<T>;
  /** Lets time pass until `look` is true. @throws {Error} naming `what` after a deadline. */
  eventually(what: string, look: () => boolean): Promise<void>;
  /** Leaves nothing running, whatever state the hosts are in. */
  cleanup(): Promise<void>;
}

const PROTOCOL = '/compliance/1';

export function hostCompliance(name: string, createPair: () => Promise<HostPair>): void {
  describe(`${name} keeps the contract of a host`, () => {
    let pair: HostPair;
    let a: Host;
    let b: Host;

    beforeEach(async () => {
      pair = await createPair();
      [a, b] = pair.hosts;
    });
    afterEach(() => pair.cleanup());

    const start = async (): Promise<void> => {
      await pair.act(0, () => a.start());
      await pair.act(1, () => b.start());
    };
    const dial = async (): Promise<PeerId> => {
      const dialled = await pair.act(0, () => a.dial(b.addresses()[0]!));
      await pair.eventually('the connection at both ends', () => isConnected(a, b) && isConnected(b, a));
      return dialled;
    };
    const connect = async (): Promise<void> => {
      await start();
      await dial();
    };
    /** A stream from a to b, and b's end of it. */
    const open = async (): Promise<{ near: Stream; far: Stream; farSays: PeerId }> => {
      const accepted: { stream: Stream; remotePeer: PeerId }[] = [];
      await pair.act(1, () =>
        b.handle(PROTOCOL, (stream, remotePeer) => void accepted.push({ stream, remotePeer })),
      );
      const near = await pair.act(0, () => a.openStream(b.peerId, PROTOCOL));
      await pair.eventually('the stream at the other end', () => accepted.length === 1);
      return { near, far: accepted[0]!.stream, farSays: accepted[0]!.remotePeer };
    };
    const send = async (host: 0 | 1, stream: Stream, data: Uint8Array): Promise<void> =>
      pair.act(host, async () => void stream.send(data));
    const cannotOpen = async (protocol: string): Promise<void> =>
      assert.rejects(pair.act(0, () => a.openStream(b.peerId, protocol)));

    describe('start and stop', () => {
      it('has the identity of its key', () => {
        for (const host of [a, b]) {
          assert.equal(host.peerId.toString(), peerIdFromPrivateKey(host.privateKey).toString());
        }
        assert.notEqual(a.peerId.toString(), b.peerId.toString());
      });

      it('has addresses while it is up, each ending in its peer id', async () => {
        assert.deepEqual(texts(a.addresses()), []);
        await start();
        for (const host of [a, b]) {
          const addresses = texts(host.addresses());
          assert.ok(addresses.length > 0, 'no address');
          for (const address of addresses) {
            assert.ok(address.endsWith(`/p2p/${host.peerId.toString()}`), address);
          }
        }
        await pair.act(0, () => a.stop());
        assert.deepEqual(texts(a.addresses()), []);
      });

      it('stops twice', async () => {
        await connect();
        await pair.act(0, () => a.stop());
        await pair.act(0, () => a.stop());
        assert.deepEqual(a.connections(), []);
      });

      it('takes its connections down with it', async () => {
        const gone: string[] = [];
        a.subscribe({ disconnect: (peerId) => void gone.push(peerId.toString()) });
        await connect();
        await pair.act(1, () => b.stop());
        await pair.eventually('the peer to notice', () => a.connections().length === 0 && gone.length > 0);
        assert.deepEqual(gone, [b.peerId.toString()]);
        await cannotOpen(PROTOCOL);
      });

      it('cannot be dialled once it has stopped', async () => {
        await start();
        const address = b.addresses()[0]!;
        await pair.act(1, () => b.stop());
        await assert.rejects(
          pair.act(0, () => a.dial(address)),
          (error) => error instanceof DialRefusedError,
        );
        assert.deepEqual(a.connections(), []);
      });
    });

    describe('connections', () => {
      it('dials by address, and both ends have the connection', async () => {
        await start();
        assert.equal((await dial()).toString(), b.peerId.toString());
        assert.deepEqual(rows(a), [{ peer: b.peerId.toString(), direction: 'outbound' }]);
        assert.deepEqual(rows(b), [{ peer: a.peerId.toString(), direction: 'inbound' }]);
      });

      it('has one row a peer, however often and from whichever side it is dialled', async () => {
        await connect();
        await dial();
        const back = await pair.act(1, () => b.dial(a.addresses()[0]!));
        assert.equal(back.toString(), a.peerId.toString());
        assert.equal(a.connections().length, 1);
        assert.equal(b.connections().length, 1);
      });

      it('does not connect to whom the address does not name', async () => {
        await start();
        const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString();
        const address = b.addresses()[0]!.toString().replace(b.peerId.toString(), stranger);
        await assert.rejects(pair.act(0, () => a.dial(multiaddr(address))));
        assert.deepEqual(a.connections(), []);
        await pair.eventually('no connection at the other end', () => b.connections().length === 0);
      });

      it('tells both ends of the connection and of its end', async () => {
        const log: Record<'a' | 'b', string[]> = { a: [], b: [] };
        for (const [name, host] of [['a', a] as const, ['b', b] as const]) {
          host.subscribe({
            connect: ({ peerId, direction }) => log[name].push(`${direction} ${peerId.toString()}`),
            disconnect: (peerId) => log[name].push(`gone ${peerId.toString()}`),
          });
        }
        await connect();
        await pair.eventually('both to be told', () => log.a.length === 1 && log.b.length === 1);
        await pair.act(0, () => a.disconnect(b.peerId));
        await pair.eventually('both to be told again', () => log.a.length === 2 && log.b.length === 2);
        assert.deepEqual(log, {
          a: [`outbound ${b.peerId.toString()}`, `gone ${b.peerId.toString()}`],
          b: [`inbound ${a.peerId.toString()}`, `gone ${a.peerId.toString()}`],
        });
      });

      it('tells what the peer speaks', async () => {
        await pair.act(1, () => b.handle(PROTOCOL, () => undefined));
        await connect();
        await pair.eventually('what it speaks', () => {
          const [peer] = a.connections();
          return peer!.protocols.includes(PROTOCOL) && peer!.agentVersion !== '';
        });
      });

      it('tells where the peer listens, whoever dialled', async () => {
        await connect();
        for (const [host, peer] of [[a, b] as const, [b, a] as const]) {
          await pair.eventually('where it listens', () => {
            const told = host.connections()[0]?.listenAddresses.map(String) ?? [];
            const listens = texts(peer.addresses());
            return told.some((each) => listens.some((address) => address.startsWith(each)));
          });
        }
      });

      it('protects whom it is told to, known or not, and no longer', async () => {
        await pair.act(0, () => a.protect(b.peerId, true));
        await connect();
        for (const isProtected of [true, false, false]) {
          await pair.act(0, () => a.protect(b.peerId, isProtected));
        }
        assert.ok(isConnected(a, b));
      });

      it('disconnects at both ends, and can be dialled again', async () => {
        await connect();
        await pair.act(1, () => b.disconnect(a.peerId));
        await pair.eventually(
          'both ends to be free',
          () => a.connections().length === 0 && b.connections().length === 0,
        );
        await cannotOpen(PROTOCOL);
        await dial();
      });

      it('disconnects from a peer it does not know without complaint', async () => {
        await start();
        await pair.act(0, () => a.disconnect(b.peerId));
        assert.deepEqual(a.connections(), []);
      });
    });

    describe('known peers', () => {
      const known = (): Promise<[string, string[]][]> =>
        pair.act(0, async () =>
          (await a.knownPeers()).map(({ peer, addresses }) => [peer, texts(addresses).sort()]),
        );
      const withoutPeer = (address: Multiaddr): string => address.toString().replace(/\/p2p\/[^/]+$/, '');

      it('knows only whom it was told to remember, and no more once told to forget', async () => {
        await connect();
        assert.deepEqual(await known(), []);
        const address = b.addresses()[0]!;
        await pair.act(0, () => a.remember(b.peerId, [address]));
        await pair.act(0, () => a.disconnect(b.peerId));
        await pair.eventually('the connection to be gone', () => a.connections().length === 0);
        const [[peer, addresses] = [], ...others] = await known();
        assert.deepEqual([peer, others], [b.peerId.toString(), []]);
        assert.ok(
          addresses!.some((each) => each.startsWith(withoutPeer(address))),
          addresses!.join(' '),
        );
        await pair.act(0, () => a.remember(b.peerId, []));
        assert.deepEqual(await known(), []);
      });

      it('forgets whom it never knew without complaint', async () => {
        await start();
        await pair.act(0, () => a.remember(b.peerId, []));
        assert.deepEqual(await known(), []);
      });

      it('remembers a peer it has not met', async () => {
        await start();
        await pair.act(0, () => a.remember(b.peerId, [b.addresses()[0]!]));
        assert.deepEqual(
          (await known()).map(([peer]) => peer),
          [b.peerId.toString()],
        );
      });
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

    describe('pings', () => {
      const signal = new AbortController().signal;

      it('answers from either end, again and again', async () => {
        await connect();
        for (let round = 0; round < 3; round++) {
          await pair.act(0, () => a.ping(b.peerId, { signal }));
          await pair.act(1, () => b.ping(a.peerId, { signal }));
        }
      });

      it('shows the observer what they cost', async () => {
        const seen = { sent: 0, received: 0 };
        a.observeStreams((protocol) => {
          if (protocol !== PING_PROTOCOL) return undefined;
          return {
            sent: (bytes) => void (seen.sent += bytes),
            received: (bytes) => void (seen.received += bytes),
          };
        });
        await connect();
        await pair.act(0, () => a.ping(b.peerId, { signal }));
        assert.deepEqual(seen, { sent: 32, received: 32 });
      });

      it('is refused without a connection, which it does not make', async () => {
        await start();
        await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal })));
        assert.deepEqual(a.connections(), []);
      });

      it('fails when the peer goes', async () => {
        await connect();
        await pair.act(1, () => b.stop());
        await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal })));
      });

      it('gives up when it is told to, and the next is answered', async () => {
        await connect();
        await assert.rejects(pair.act(0, () => a.ping(b.peerId, { signal: AbortSignal.abort() })));
        const leaving = new AbortController();
        const given = pair.act(0, () => a.ping(b.peerId, { signal: leaving.signal }));
        leaving.abort();
        await assert.rejects(given);
        await pair.act(0, () => a.ping(b.peerId, { signal }));
        assert.ok(isConnected(a, b), 'a ping given up cost the connection');
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
  });
}

function isConnected(host: Host, peer: Host): boolean {
  return host.connections().some(({ peerId }) => peerId.equals(peer.peerId));
}

function rows(host: Host): { peer: string; direction: string }[] {
  return host.connections().map(({ peerId, direction }) => ({ peer: peerId.toString(), direction }));
}

function texts(addresses: readonly Multiaddr[]): string[] {
  return addresses.map(String);
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
