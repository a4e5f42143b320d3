/** What every Host promises of connections: who it is, whom it is connected to, whom it remembers. */
import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr, type Multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import { DialRefusedError, type Host } from '../../src/host/host.ts';
import { isConnected, PROTOCOL, type HostPair, type HostsUnderTest } from './hosts-under-test.ts';

export function connectionsCompliance(hosts: HostsUnderTest): void {
  const { start, dial, connect, cannotOpen } = hosts;
  let pair: HostPair;
  let a: Host;
  let b: Host;
  beforeEach(() => {
    ({ pair, a, b } = hosts);
  });

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
}

function rows(host: Host): { peer: string; direction: string }[] {
  return host.connections().map(({ peerId, direction }) => ({ peer: peerId.toString(), direction }));
}

function texts(addresses: readonly Multiaddr[]): string[] {
  return addresses.map(String);
}
