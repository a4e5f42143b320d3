import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerDiscoverySymbol, TypedEventEmitter, type PeerDiscoveryEvents } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import assert from 'node:assert/strict';
import type { Host } from '../../../src/host/host.ts';
import { createLibp2pHost } from '../../../src/host/libp2p-host.ts';
import type { HostOptions } from '../../../src/host/options.ts';
import { hostCompliance } from '../../compliance/host.ts';
import { eventually } from '../../helpers/poll.ts';

const create = async (agentVersion: string, options: Partial<HostOptions> = {}): Promise<Host> =>
  createLibp2pHost({ privateKey: await generateKeyPair('Ed25519'), agentVersion, options });

hostCompliance('libp2p over TCP', async () => {
  const hosts: [Host, Host] = [await create('a'), await create('b')];
  return {
    hosts,
    act: async (_host, work) => work(),
    eventually: async (what, look) => {
      await eventually(what, look);
    },
    cleanup: async () => {
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
});

describe('libp2p over TCP', () => {
  const hosts: Host[] = [];
  const started = async (agentVersion: string, options: Partial<HostOptions> = {}): Promise<Host> => {
    const host = await create(agentVersion, options);
    hosts.push(host);
    await host.start();
    return host;
  };
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
  });

  it('tells who is at the other end, once identify has', async () => {
    const [a, b] = [await started('first/1.0'), await started('second/2.0')];
    await a.dial(b.addresses()[0]!);
    await eventually('both agent versions', () => {
      return (
        a.connections()[0]?.agentVersion === 'second/2.0' && b.connections()[0]?.agentVersion === 'first/1.0'
      );
    });
  });

  it('watches over connections without what is counted as a ping', async () => {
    const [a, b] = [await create('a', { monitorMs: 20 }), await create('b')];
    hosts.push(a, b);
    const streams: string[] = [];
    for (const host of hosts) {
      host.observeStreams((protocol) => {
        streams.push(protocol);
        return undefined;
      });
      await host.start();
    }
    await a.dial(b.addresses()[0]!);
    await eventually('both to know each other', () =>
      [a, b].every((host) => host.connections()[0]?.agentVersion !== ''),
    );
    const before = a.transportBytes().received;
    await eventually('several looks', () => a.transportBytes().received > before + 1_000);
    assert.deepEqual(
      streams.filter((protocol) => protocol.includes('ping')),
      [],
    );
    assert.equal(a.connections().length, 1, 'and it lives');
  });

  it('refuses to start where somebody listens already', async () => {
    const [port] = /\/tcp\/(\d+)\//.exec((await started('first')).addresses()[0]!.toString())!.slice(1);
    await assert.rejects(started('second', { listen: [`/ip4/127.0.0.1/tcp/${port!}`] }), /EADDRINUSE/);
  });

  it('gives up a dial that nobody answers', async () => {
    const a = await started('first', { dialTimeoutMs: 300 });
    const { server, port } = await silentServer();
    try {
      const stranger = (await create('stranger')).peerId.toString();
      const before = performance.now();
      await assert.rejects(a.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${stranger}`)));
      assert.ok(performance.now() - before < 5_000, 'the limit is 300 ms');
    } finally {
      server.close();
    }
  });

  it('tells of whom the local network told, and keeps nothing of them', async () => {
    class LocalNetwork extends TypedEventEmitter<PeerDiscoveryEvents> {
      readonly [peerDiscoverySymbol] = this;
    }
    const network = new LocalNetwork();
    const host = await createLibp2pHost({
      privateKey: await generateKeyPair('Ed25519'),
      agentVersion: 'first',
      peerDiscovery: [() => network],
    });
    hosts.push(host);
    const heard: string[] = [];
    host.subscribe({
      heard: (peerId, addresses) => void heard.push(peerId.toString(), ...addresses.map(String)),
    });
    await host.start();
    const { peerId } = await create('stranger');
    const address = multiaddr('/ip4/10.0.0.1/tcp/4001');
    network.dispatchEvent(new CustomEvent('peer', { detail: { id: peerId, multiaddrs: [address] } }));
    await eventually('the news', () => heard.length > 0);
    assert.deepEqual(heard, [peerId.toString(), address.toString()]);
    const { peerStore } = host.gossipComponents;
    await eventually('it to be forgotten', () =>
      peerStore.get(peerId).then(
        () => false,
        () => true,
      ),
    );
    heard.length = 0;
    // Neither one that was dialled nor one that is known is told of by anybody but the network, and that each time.
    const other = await started('other');
    await host.dial(other.addresses()[0]!);
    await host.remember(other.peerId, other.addresses());
    network.dispatchEvent(new CustomEvent('peer', { detail: { id: other.peerId, multiaddrs: [address] } }));
    assert.deepEqual(heard, [other.peerId.toString(), address.toString()]);
  });

  it('turns away connections above its limit', async () => {
    const small = await started('small', { maxConnections: 1 });
    const [first, second] = [await started('first'), await started('second')];
    await first.dial(small.addresses()[0]!);
    await second.dial(small.addresses()[0]!).catch(() => undefined);
    await eventually('the second to be turned away', () => second.connections().length === 0);
    assert.deepEqual(
      small.connections().map(({ peerId }) => peerId.toString()),
      [first.peerId.toString()],
    );
  });
});

/** Takes connections and says nothing. */
async function silentServer() {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}
