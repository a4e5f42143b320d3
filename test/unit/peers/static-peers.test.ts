import { generateKeyPair } from '@libp2p/crypto/keys';
import type { PeerId } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import type { Host } from '../../../src/host/host.ts';
import { StaticPeers } from '../../../src/peers/static-peers.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

/** What StaticPeers asks of a host, all of it kept. */
class FakeHost {
  readonly dialled: string[] = [];
  readonly disconnected: string[] = [];
  readonly protected = new Map<string, boolean>();
  /** Who is found at any address; undefined: nobody. */
  found: PeerId | undefined;
  /** Awaited by every dial. */
  gate: Promise<void> = Promise.resolve();

  async dial(address: Multiaddr): Promise<PeerId> {
    this.dialled.push(address.toString());
    await this.gate;
    if (this.found === undefined) throw new Error('nobody answers');
    return this.found;
  }

  async disconnect(peerId: PeerId): Promise<void> {
    this.disconnected.push(peerId.toString());
  }

  async protect(peerId: PeerId, isProtected: boolean): Promise<void> {
    this.protected.set(peerId.toString(), isProtected);
  }
}

describe('StaticPeers', () => {
  let peer: PeerId;
  let named: Multiaddr;
  const unnamed = multiaddr('/ip4/127.0.0.1/tcp/4001');
  let host: FakeHost;
  let clock: ManualClock;
  let failures: string[];
  let kept: StaticPeers;

  before(async () => {
    peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'));
    named = multiaddr(`/ip4/127.0.0.1/tcp/4001/p2p/${peer.toString()}`);
  });
  beforeEach(() => {
    host = new FakeHost();
    host.found = peer;
    clock = new ManualClock();
    failures = [];
    kept = new StaticPeers(host as unknown as Host, clock, (_address, { message }) => failures.push(message));
  });
  /** Lets what a timer began come to its end. */
  const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const later = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };

  it('dials who is added, and again when the connection is lost', async () => {
    await kept.add(named);
    assert.ok(kept.has(peer));
    assert.equal(host.dialled.length, 1);
    kept.disconnected(peer);
    await later(500);
    assert.equal(host.dialled.length, 2);
  });

  it('dials again, ever more rarely, while nobody answers, and says why', async () => {
    host.found = undefined;
    await assert.rejects(kept.add(named), /nobody answers/);
    for (const ms of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) await later(ms);
    assert.equal(host.dialled.length, 9);
    assert.equal(failures.length, 8);
    host.found = peer;
    await later(30_000);
    await later(60_000);
    assert.equal(host.dialled.length, 10);
  });

  it('dials again, ever more rarely, who takes it and lets it go, until a connection lasts', async () => {
    await kept.add(named);
    for (const ms of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      kept.disconnected(peer);
      const before = host.dialled.length;
      await later(ms - 1);
      assert.equal(host.dialled.length, before);
      await later(1);
      assert.equal(host.dialled.length, before + 1);
    }
    await later(30_000);
    kept.disconnected(peer);
    const before = host.dialled.length;
    await later(500);
    assert.equal(host.dialled.length, before + 1);
  });

  it('adds once', async () => {
    await kept.add(named);
    await kept.add(named);
    await kept.add(named, 'trusted');
    assert.equal(host.dialled.length, 1);
  });

  it('a removed one is disconnected and dialled no more', async () => {
    await kept.add(named);
    await kept.remove(named);
    assert.ok(!kept.has(peer));
    assert.deepEqual(host.disconnected, [peer.toString()]);
    kept.disconnected(peer);
    await later(60_000);
    assert.equal(host.dialled.length, 1);
  });

  it('a removed one that waits for its next dial is not dialled', async () => {
    host.found = undefined;
    await assert.rejects(kept.add(named));
    await kept.remove(named);
    await later(60_000);
    assert.equal(host.dialled.length, 1);
  });

  it('a removed one whose dial is under way is disconnected when it comes', async () => {
    let open: () => void = () => undefined;
    host.gate = new Promise((resolve) => (open = resolve));
    const added = kept.add(unnamed);
    await settle();
    await kept.remove(unnamed);
    open();
    await added;
    assert.deepEqual(host.disconnected, [peer.toString()]);
    assert.ok(!kept.has(peer));
  });

  it('whoever is connected can be removed by id, a stranger too; by an address nobody was added as, nobody', async () => {
    await kept.remove(named);
    assert.deepEqual(host.disconnected, [peer.toString()]);
    await assert.rejects(kept.remove(unnamed), /no peer was added as \/ip4\/127.0.0.1\/tcp\/4001; .*\/p2p\//);
  });

  it('is the same peer by its id, whatever the address', async () => {
    await kept.add(unnamed);
    const elsewhere = multiaddr(`/ip4/127.0.0.2/tcp/1/p2p/${peer.toString()}`);
    await kept.remove(elsewhere);
    assert.ok(!kept.has(peer));
  });

  it('a trusted one is protected, and kept', async () => {
    await kept.add(named, 'trusted');
    assert.deepEqual([...host.protected], [[peer.toString(), true]]);
    assert.ok(kept.has(peer, 'trusted'));
    assert.ok(!kept.has(peer));
    kept.disconnected(peer);
    await later(500);
    assert.equal(host.dialled.length, 2);
  });

  it('a trusted one whose address names no id is protected once it is known', async () => {
    await kept.add(unnamed, 'trusted');
    assert.deepEqual([...host.protected], [[peer.toString(), true]]);
  });

  it('one no longer trusted stays connected, unprotected, and is not dialled again', async () => {
    await kept.add(named, 'trusted');
    await kept.remove(named, 'trusted');
    assert.deepEqual([...host.protected], [[peer.toString(), false]]);
    assert.deepEqual(host.disconnected, []);
    kept.disconnected(peer);
    await later(60_000);
    assert.equal(host.dialled.length, 1);
  });

  it('each standing keeps a peer without the other', async () => {
    await kept.add(named);
    await kept.add(named, 'trusted');
    await kept.remove(named);
    assert.deepEqual(host.disconnected, []);
    assert.ok(kept.has(peer, 'trusted'));
    await kept.add(named);
    await kept.remove(named, 'trusted');
    assert.ok(kept.has(peer) && !kept.has(peer, 'trusted'));
    assert.equal(host.protected.get(peer.toString()), false);
  });

  it('dials nobody once stopped', async () => {
    await kept.add(named);
    kept.disconnected(peer);
    kept.stop();
    await later(60_000);
    assert.equal(host.dialled.length, 1);
  });
});
