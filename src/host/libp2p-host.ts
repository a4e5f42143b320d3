import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { identify } from '@libp2p/identify';
import type { Connection, PeerDiscovery, PeerId, PrivateKey, Stream } from '@libp2p/interface';
import { mdns } from '@libp2p/mdns';
import { ping, type Ping } from '@libp2p/ping';
import { tcp } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p, type Libp2pOptions } from 'libp2p';
import { DialRefusedError } from './host.ts';
import type {
  Host,
  HostConnection,
  HostEvents,
  KnownPeer,
  StreamHandler,
  StreamObserver,
  TransportBytes,
} from './host.ts';
import { defaultHostOptions, type HostOptions } from './options.ts';
import { openPeerDisk, type PeerDisk } from './peer-disk.ts';
import { SharedPings } from './shared-pings.ts';
import { tapStream } from './stream-tap.ts';
import { TransportMeter } from './transport-meter.ts';

export interface Libp2pHostInit {
  privateKey: PrivateKey;
  /** Told to peers by identify. */
  agentVersion: string;
  options?: Partial<HostOptions>;
  /** What carries the connections. Default: TCP. */
  transports?: NonNullable<Libp2pOptions['transports']>;
  /** What tells of peers nearby. Default: mDNS where the options ask for it, else nothing. */
  peerDiscovery?: NonNullable<Libp2pOptions['peerDiscovery']> | undefined;
  /** Directory where known peers are kept. Default: in memory. */
  peerDirectory?: string | undefined;
}

type Identity = Pick<HostConnection, 'agentVersion' | 'protocols' | 'listenAddresses'>;

const NOT_IDENTIFIED: Identity = { agentVersion: '', protocols: [], listenAddresses: [] };
/** An abandoned ping lingers on for a moment. */
const MAX_PING_STREAMS = 4;
/**
 * Of the ping of libp2p's connection monitor, so that it is not taken for one of ours. Nobody answers by this name, and
 * that nobody does is answer enough: the peer lives.
 */
const MONITOR_PREFIX = 'txgossip-monitor';
/** Of this network's own: nodes of others would be dialled in vain. */
const MDNS_SERVICE = '_txgossip._udp.local';
const PROTECTED_TAG = 'txgossip-protected';
/** In the metadata of peers that were remembered; libp2p stores every peer that ever connected. */
const REMEMBERED = 'txgossip-remembered';

/** libp2p over TCP with noise and yamux. Created stopped. @throws {PeerDiskError} */
export async function createLibp2pHost(init: Libp2pHostInit): Promise<Host> {
  const disk = init.peerDirectory === undefined ? undefined : await openPeerDisk(init.peerDirectory);
  try {
    return await createOver(init, disk);
  } catch (error) {
    await disk?.close();
    throw error;
  }
}

async function createOver(init: Libp2pHostInit, disk: PeerDisk | undefined): Promise<Host> {
  const options = { ...defaultHostOptions, ...init.options };
  const meter = new TransportMeter();
  let components: GossipSubComponents | undefined;
  const nearby: PeerDiscovery[] = [];
  const discoveries = init.peerDiscovery ?? (options.mdns ? [mdns({ serviceTag: MDNS_SERVICE })] : []);
  const libp2p = await createLibp2p({
    start: false,
    privateKey: init.privateKey,
    ...(disk !== undefined && { datastore: disk }),
    peerStore: { maxAddressAge: options.keepPeersMs, maxPeerAge: options.keepPeersMs },
    nodeInfo: { userAgent: init.agentVersion },
    addresses: { listen: options.listen },
    transports: init.transports ?? [tcp()],
    peerDiscovery: discoveries.map((create) => (all) => {
      const service = create(all);
      nearby.push(service);
      return service;
    }),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: options.maxInboundPerSecond,
      maxIncomingPendingConnections: options.maxInboundPending,
      dialTimeout: options.dialTimeoutMs,
    },
    connectionMonitor: { protocolPrefix: MONITOR_PREFIX, pingInterval: options.monitorMs },
    metrics: () => meter,
    services: {
      identify: identify(),
      ping: ping({ maxInboundStreams: MAX_PING_STREAMS, maxOutboundStreams: MAX_PING_STREAMS }),
      // Gossip is built by the propagation layer, on any host; this hands out what it is built on.
      gossipComponents: (all) => {
        components = all;
        return {};
      },
    },
  });
  if (components === undefined) throw new Error('libp2p did not hand out its components');
  return new Libp2pHost(libp2p, init.privateKey, components, meter, disk, nearby);
}

class Libp2pHost implements Host {
  readonly privateKey: PrivateKey;
  readonly gossipComponents: GossipSubComponents;
  readonly #libp2p: Libp2p<{ ping: Ping }>;
  readonly #meter: TransportMeter;
  readonly #pings: SharedPings;
  readonly #identified = new Map<string, Identity>();
  readonly #disk: PeerDisk | undefined;
  /** What tells of peers nearby. */
  readonly #nearby: readonly PeerDiscovery[];
  #observer: StreamObserver | undefined;

  constructor(
    libp2p: Libp2p<{ ping: Ping }>,
    privateKey: PrivateKey,
    components: GossipSubComponents,
    meter: TransportMeter,
    disk: PeerDisk | undefined,
    nearby: readonly PeerDiscovery[],
  ) {
    this.#libp2p = libp2p;
    this.#disk = disk;
    this.#nearby = nearby;
    this.privateKey = privateKey;
    this.#meter = meter;
    const { peerId, peerStore, connectionManager, registrar, logger } = components;
    this.#pings = new SharedPings((to, signal) => libp2p.services.ping.ping(to, { signal }));
    meter.onStream = (stream) => this.#observe(stream);
    this.gossipComponents = { privateKey, peerId, peerStore, connectionManager, logger, registrar };
    libp2p.addEventListener('peer:identify', ({ detail }) => {
      const { agentVersion = '', protocols, signedPeerRecord, listenAddrs } = detail;
      const listenAddresses = signedPeerRecord?.addresses ?? listenAddrs;
      this.#identified.set(detail.peerId.toString(), { agentVersion, protocols, listenAddresses });
    });
    // Of whoever is new in its store, however it got there.
    libp2p.addEventListener('peer:discovery', ({ detail }) => void this.#forgetStranger(detail.id));
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      this.#identified.delete(detail.toString());
      this.#pings.lost(detail);
      void this.#forgetStranger(detail);
    });
  }

  get peerId(): PeerId {
    return this.#libp2p.peerId;
  }

  async start(): Promise<void> {
    await this.#libp2p.start();
  }

  async stop(): Promise<void> {
    await this.#libp2p.stop();
    await this.#disk?.close();
  }

  addresses(): Multiaddr[] {
    return this.#libp2p.getMultiaddrs();
  }

  async dial(address: Multiaddr): Promise<PeerId> {
    try {
      const connection = await this.#libp2p.dial(address);
      return connection.remotePeer;
    } catch (error) {
      if (isRefused(error)) throw new DialRefusedError((error as Error).message);
      throw error;
    }
  }

  async disconnect(peerId: PeerId): Promise<void> {
    await this.#libp2p.hangUp(peerId);
  }

  async protect(peerId: PeerId, isProtected: boolean): Promise<void> {
    // libp2p closes the connections of the least sum of tags first; 100 is the most a tag can weigh.
    const tags = { [PROTECTED_TAG]: isProtected ? { value: 100 } : undefined };
    await this.#libp2p.peerStore.merge(peerId, { tags });
  }

  async knownPeers(): Promise<KnownPeer[]> {
    const known: KnownPeer[] = [];
    for (const { id, addresses, metadata, tags } of await this.#libp2p.peerStore.all()) {
      if (metadata.has(REMEMBERED)) {
        known.push({ peer: id.toString(), addresses: addresses.map(({ multiaddr }) => multiaddr) });
      } else if (tags.size === 0) {
        // Left by a life that was ended before it could clear up.
        await this.#forgetStranger(id);
      }
    }
    return known;
  }

  async remember(peerId: PeerId, addresses: readonly Multiaddr[]): Promise<void> {
    const { peerStore } = this.#libp2p;
    if (addresses.length > 0) {
      await peerStore.merge(peerId, {
        multiaddrs: [...addresses],
        metadata: { [REMEMBERED]: Uint8Array.of(1) },
      });
    } else if (await peerStore.has(peerId)) {
      await peerStore.merge(peerId, { metadata: { [REMEMBERED]: undefined } });
      await this.#forgetStranger(peerId);
    }
  }

  connections(): HostConnection[] {
    const byPeer = new Map<string, HostConnection>();
    for (const connection of this.#libp2p.getConnections()) {
      const id = connection.remotePeer.toString();
      if (connection.status === 'open' && !byPeer.has(id)) byPeer.set(id, this.#describe(connection));
    }
    return [...byPeer.values()];
  }

  async handle(protocol: string, handler: StreamHandler): Promise<void> {
    await this.#libp2p.handle(protocol, (stream, connection) => handler(stream, connection.remotePeer));
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#libp2p.unhandle(protocol);
  }

  async openStream(
    peerId: PeerId,
    protocol: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Stream> {
    const connection = this.#libp2p.getConnections(peerId).find(({ status }) => status === 'open');
    if (connection === undefined) throw new Error(`no connection to ${peerId.toString()}`);
    return connection.newStream(protocol, options);
  }

  async ping(peerId: PeerId, { signal }: { signal: AbortSignal }): Promise<void> {
    if (!this.#isConnected(peerId)) throw new Error(`no connection to ${peerId.toString()}`);
    await this.#pings.ping(peerId, signal);
  }

  subscribe(events: Partial<HostEvents>): void {
    const { connect, disconnect, heard } = events;
    if (heard !== undefined) {
      for (const service of this.#nearby)
        service.addEventListener('peer', ({ detail: { id, multiaddrs } }) => heard(id, multiaddrs));
    }
    if (connect !== undefined) {
      this.#libp2p.addEventListener('connection:open', ({ detail }) => connect(this.#describe(detail)));
    }
    if (disconnect !== undefined) {
      this.#libp2p.addEventListener('peer:disconnect', ({ detail }) => disconnect(detail));
    }
  }

  observeStreams(observer: StreamObserver): void {
    this.#observer = observer;
  }

  transportBytes(): TransportBytes {
    return { ...this.#meter.bytes };
  }

  #isConnected(peerId: PeerId): boolean {
    return this.#libp2p.getConnections(peerId).some(({ status }) => status === 'open');
  }

  /** Nothing is kept of a peer that is neither connected, remembered nor protected: else strangers fill the disk. */
  async #forgetStranger(peerId: PeerId): Promise<void> {
    const { peerStore } = this.#libp2p;
    try {
      const { metadata, tags } = await peerStore.get(peerId);
      const isConnected = this.#libp2p.getConnections(peerId).length > 0;
      if (!isConnected && !metadata.has(REMEMBERED) && tags.size === 0) await peerStore.delete(peerId);
    } catch {
      // Not known, or the store is closed: nothing to forget.
    }
  }

  #describe(connection: Connection): HostConnection {
    return {
      peerId: connection.remotePeer,
      remoteAddress: connection.remoteAddr,
      direction: connection.direction,
      ...(this.#identified.get(connection.remotePeer.toString()) ?? NOT_IDENTIFIED),
    };
  }

  #observe(stream: Stream): void {
    const connection = this.#libp2p.getConnections().find(({ streams }) => streams.includes(stream));
    if (connection === undefined) return;
    const traffic = this.#observer?.(stream.protocol, connection.remotePeer);
    if (traffic !== undefined) tapStream(stream, traffic);
  }
}

/** Every address that was tried: libp2p throws the error of one, and an AggregateError of several. */
function isRefused(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isRefused);
  return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
}
