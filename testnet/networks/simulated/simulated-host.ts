/**
 * A Host without sockets: connections to other simulated hosts over links in virtual time. Under it lies neither TCP,
 * encryption nor a multiplexer, so `transportBytes` are the bytes of the protocols.
 *
 * Addresses are /memory/<owner index>/p2p/<peer id>. Limits on streams per protocol are not enforced.
 */
import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import { DialError, NotFoundError, UnexpectedPeerError } from '@libp2p/interface';
import type { PeerId, PrivateKey, Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import type { Multiaddr } from '@multiformats/multiaddr';

import { DialRefusedError } from '../../../src/host/host.ts';
import { PING_PROTOCOL } from '../../../src/host/protocols.ts';
import type {
  Host,
  HostConnection,
  HostEvents,
  KnownPeer,
  PeerIdText,
  StreamHandler,
  StreamObserver,
  StreamTraffic,
  TransportBytes,
} from '../../../src/host/host.ts';
import { connect } from './dialling.ts';
import { AccessLine } from '../access-line.ts';
import type { ByteLedger, LinkEnd } from './links.ts';
import { echo, ping } from './ping.ts';
import { Processor } from './processor.ts';
import { PING_INTERVAL_MS } from './simulated-connection.ts';
import type { ConnectionHost, SimulatedConnection } from './simulated-connection.ts';
import { SimulatedConnectionManager } from './simulated-connection-manager.ts';
import type { HostState, SimulatedNetwork } from './simulated-network.ts';
import { SimulatedPeerStore } from './simulated-peer-store.ts';
import { SimulatedRegistrar } from './simulated-registrar.ts';
import type { SimulatedStream } from './simulated-stream.ts';
import { silentLogger } from './silent-log.ts';

export interface SimulatedHostOptions {
  network: SimulatedNetwork;
  /** Index of the node: the owner of its events. Unique among living hosts. */
  owner: number;
  privateKey: PrivateKey;
  /** Access lines of the machine, shared by all its connections. Default: never full. */
  uplink?: AccessLine;
  downlink?: AccessLine;
  /** Busy with each message received. Default: one for which messages are free. */
  processor?: Processor;
  /** Whom it turns away: as over TCP the dialler learns nothing but that the connection is gone. Default: nobody. */
  maxConnections?: number;
  /** Known peers, kept from one life to the next by whoever owns it. Default: one of its own. */
  peerDisk?: Map<PeerIdText, Multiaddr[]>;
}

/** Prefix of all versions of gossipsub's protocol. */
const GOSSIPSUB = '/meshsub/';

/** What a simulated peer says it is. */
const AGENT_VERSION = 'txgossip/simulated';

/** `crash`: the process dies and its kernel resets the connections. `vanish`: the machine is gone, all is silence. */
export type Death = 'crash' | 'vanish';

/** Where a simulated host is found: known before there is one. */
export function simulatedAddress(owner: number, peerId: PeerId): Multiaddr {
  return multiaddr(`/memory/${owner}/p2p/${peerId.toString()}`);
}

export class SimulatedHost implements Host, LinkEnd, ConnectionHost {
  readonly owner: number;
  readonly privateKey: PrivateKey;
  readonly peerId: PeerId;
  readonly address: Multiaddr;
  readonly uplink: AccessLine;
  readonly downlink: AccessLine;
  readonly processor: Processor;
  readonly maxConnections: number;
  readonly ledger: ByteLedger = { sent: 0, received: 0, dropped: 0, retransmitted: 0 };
  readonly gossipComponents: GossipSubComponents;
  state: HostState = 'new';
  /** Its process computes and reads nothing, its connections stay. */
  frozen = false;
  #startedAtMs = 0;
  readonly #network: SimulatedNetwork;
  readonly #registrar: SimulatedRegistrar;
  readonly #peerDisk: Map<PeerIdText, Multiaddr[]>;
  /** At least one each; a peer that dialled us while we dialled it has two. */
  readonly #connections = new Map<PeerIdText, SimulatedConnection[]>();
  readonly #dialling = new Map<PeerIdText, Promise<SimulatedConnection>>();
  #observer: StreamObserver = () => undefined;
  #events: Partial<HostEvents> = {};

  constructor(options: SimulatedHostOptions) {
    this.owner = options.owner;
    this.privateKey = options.privateKey;
    this.peerId = peerIdFromPrivateKey(options.privateKey);
    this.address = simulatedAddress(options.owner, this.peerId);
    this.uplink = options.uplink ?? new AccessLine(Infinity);
    this.downlink = options.downlink ?? new AccessLine(Infinity);
    this.processor = options.processor ?? new Processor();
    this.maxConnections = options.maxConnections ?? Infinity;
    this.#peerDisk = options.peerDisk ?? new Map<PeerIdText, Multiaddr[]>();
    this.#network = options.network;
    this.#registrar = new SimulatedRegistrar((protocol, handled) => this.#announce(protocol, handled));
    this.gossipComponents = {
      privateKey: this.privateKey,
      peerId: this.peerId,
      logger: silentLogger,
      registrar: this.#registrar,
      connectionManager: new SimulatedConnectionManager({
        connections: () => [...this.#connections.values()].flat(),
        connectionsTo: (peerId) => [...(this.#connections.get(peerId.toString()) ?? [])],
        connect: (peerId) => this.#connectTo(peerId),
        disconnect: (peerId) => this.disconnect(peerId),
      }),
      peerStore: new SimulatedPeerStore(),
    };
  }

  /** @throws when it was started before, or a host with this identity is up. */
  async start(): Promise<void> {
    if (this.state !== 'new') throw new Error(`a simulated host starts once; this one is ${this.state}`);
    this.#network.add(this);
    this.state = 'listening';
    this.#startedAtMs = this.#network.clock.nowMs();
    await this.handle(PING_PROTOCOL, echo);
  }

  async stop(): Promise<void> {
    if (this.state !== 'listening') return;
    this.state = 'stopped';
    for (const connection of [...this.#connections.values()].flat()) await connection.close();
  }

  /**
   * The node is dead from this instant: none of its timers or promises of time to come runs any more. What it had
   * sent is still delivered, what was on its way to it is dropped.
   */
  kill(death: Death): void {
    if (this.state !== 'listening') return;
    this.state = death === 'crash' ? 'crashed' : 'vanished';
    for (const connection of [...this.#connections.values()].flat()) {
      connection.vanish();
      if (death === 'crash') connection.tellPeer((peer) => peer.endedByPeer('reset'));
      else connection.remote.watch();
    }
    this.#connections.clear();
    this.frozen = false;
    this.#network.clock.abandon(this.owner);
  }

  /** SIGSTOP: nothing of the process runs, what comes to it waits; its peers notice as they do with a dead one. */
  freeze(): void {
    if (this.state !== 'listening' || this.frozen) return;
    const { clock } = this.#network;
    this.frozen = true;
    this.processor.freeze(clock.nowMs());
    clock.freeze(this.owner);
    for (const connection of [...this.#connections.values()].flat()) connection.remote.watch();
  }

  /** SIGCONT: timers that came due run first, then what has arrived is read. */
  thaw(): void {
    if (!this.frozen) return;
    const { clock } = this.#network;
    this.frozen = false;
    this.processor.thaw(clock.nowMs());
    clock.thaw(this.owner);
    this.#network.readOn(this.owner);
  }

  /** All that the process computes takes `factor` times as long as at full speed. @throws {RangeError} unless above 0. */
  slowDown(factor: number): void {
    const { clock } = this.#network;
    clock.stretchWork(this.owner, this.processor.slowDown(factor, clock.nowMs()));
  }

  addresses(): Multiaddr[] {
    return this.state === 'listening' ? [this.address] : [];
  }

  async dial(address: Multiaddr): Promise<PeerId> {
    const [, index, id] = /^\/memory\/(\d+)\/p2p\/([^/]+)$/.exec(address.toString()) ?? [];
    if (index === undefined || id === undefined) {
      throw new DialError(`a simulated host dials /memory/<index>/p2p/<peer id>, not ${address.toString()}`);
    }
    const peerId = peerIdFromString(id);
    const listener = this.#network.find(peerId);
    if (listener !== undefined && listener.owner !== Number(index)) {
      throw new UnexpectedPeerError(`${id} is node ${listener.owner}, not node ${index}`);
    }
    await this.#connectTo(peerId);
    return peerId;
  }

  async disconnect(peerId: PeerId): Promise<void> {
    for (const connection of [...(this.#connections.get(peerId.toString()) ?? [])]) await connection.close();
  }

  /** Nothing to do: its limit of connections turns newcomers away and costs nobody a connection. */
  protect(): Promise<void> {
    return Promise.resolve();
  }

  knownPeers(): Promise<KnownPeer[]> {
    return Promise.resolve(
      [...this.#peerDisk].map(([peer, addresses]) => ({ peer, addresses: [...addresses] })),
    );
  }

  remember(peerId: PeerId, addresses: readonly Multiaddr[]): Promise<void> {
    if (addresses.length > 0) this.#peerDisk.set(peerId.toString(), [...addresses]);
    else this.#peerDisk.delete(peerId.toString());
    return Promise.resolve();
  }

  /** It has no place for one more connection. */
  get isFull(): boolean {
    return this.#connections.size >= this.maxConnections;
  }

  connections(): HostConnection[] {
    return [...this.#connections.values()].map(([first]) => describe(first!));
  }

  handle(protocol: string, handler: StreamHandler): Promise<void> {
    return this.#registrar.handle(protocol, (stream, { remotePeer }) => handler(stream, remotePeer));
  }

  unhandle(protocol: string): Promise<void> {
    return this.#registrar.unhandle(protocol);
  }

  async openStream(peerId: PeerId, protocol: string, options?: { signal?: AbortSignal }): Promise<Stream> {
    const connection = this.#connections.get(peerId.toString())?.[0];
    if (connection === undefined) throw new NotFoundError(`not connected to ${peerId.toString()}`);
    return connection.newStream(protocol, options);
  }

  async ping(peerId: PeerId, { signal }: { signal: AbortSignal }): Promise<void> {
    const stream = await this.openStream(peerId, PING_PROTOCOL, { signal });
    await ping(stream, signal);
  }

  subscribe(events: Partial<HostEvents>): void {
    this.#events = { ...this.#events, ...events };
  }

  observeStreams(observer: StreamObserver): void {
    if (this.state !== 'new') throw new Error('observeStreams must be called before start()');
    this.#observer = observer;
  }

  transportBytes(): TransportBytes {
    return { sent: this.ledger.sent, received: this.ledger.received };
  }

  // What connections and dials ask of their host.

  chooseProtocol(protocols: string[]): string | undefined {
    const spoken = this.#registrar.getProtocols();
    return protocols.find((protocol) => spoken.includes(protocol));
  }

  observe(protocol: string, remotePeer: PeerId): StreamTraffic | undefined {
    return this.#observer(protocol, remotePeer);
  }

  acceptStream(stream: SimulatedStream, connection: SimulatedConnection): void {
    const { handler } = this.#registrar.getHandler(stream.protocol);
    // A handler that fails loses its stream, as in libp2p; the host lives on.
    // gossipsub asks nothing of the stream it reads from but what a reader is.
    const given = stream.protocol.startsWith(GOSSIPSUB)
      ? (stream.readDirectly() as unknown as Stream)
      : stream;
    Promise.try(() => handler(given, connection)).catch((error: unknown) => {
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    });
  }

  nextPingAtMs(): number {
    const sinceMs = this.#network.clock.nowMs() - this.#startedAtMs;
    return this.#startedAtMs + (Math.floor(sinceMs / PING_INTERVAL_MS) + 1) * PING_INTERVAL_MS;
  }

  isDisturbed(remotePeer: PeerId): boolean {
    const peer = this.#network.find(remotePeer);
    return peer !== undefined && this.#network.isDisturbed(this, peer);
  }

  /** The link to that node is disturbed from now on. */
  watchConnectionsTo(owner: number): void {
    for (const connections of this.#connections.values()) {
      if (this.#network.find(connections[0]!.remotePeer)?.owner !== owner) continue;
      for (const connection of connections) connection.watch();
    }
  }

  connectionOpened(connection: SimulatedConnection): void {
    const { remotePeer } = connection;
    if (this.isDisturbed(remotePeer)) connection.watch();
    const key = remotePeer.toString();
    const known = this.#connections.get(key);
    if (known === undefined) this.#connections.set(key, [connection]);
    else known.push(connection);
    if (known === undefined) this.#events.connect?.(describe(connection));
    connection.remoteProtocols = this.#network.find(remotePeer)?.spokenProtocols() ?? [];
    this.#registrar.peerSpeaks(connection.remoteProtocols, remotePeer, connection);
  }

  connectionClosed(connection: SimulatedConnection): void {
    const key = connection.remotePeer.toString();
    const left = this.#connections.get(key)?.filter((other) => other !== connection) ?? [];
    if (left.length > 0) {
      this.#connections.set(key, left);
      return;
    }
    if (!this.#connections.delete(key)) return;
    this.#registrar.peerLeft(connection.remoteProtocols, connection.remotePeer);
    this.#events.disconnect?.(connection.remotePeer);
  }

  /** What identify tells a peer. */
  spokenProtocols(): string[] {
    return this.#registrar.getProtocols();
  }

  /** Identify's push: tells every peer that the list of protocols has changed. */
  #announce(protocol: string, handled: boolean): void {
    for (const connection of [...this.#connections.values()].flat()) {
      const peer = this.#network.find(connection.remotePeer);
      connection.tellPeer((remote) => peer?.protocolChanged(protocol, handled, remote));
    }
  }

  protocolChanged(protocol: string, handled: boolean, connection: SimulatedConnection): void {
    if (connection.status !== 'open') return;
    connection.remoteProtocols = connection.remoteProtocols.filter((other) => other !== protocol);
    if (handled) {
      connection.remoteProtocols.push(protocol);
      this.#registrar.peerSpeaks([protocol], connection.remotePeer, connection);
    } else {
      this.#registrar.peerLeft([protocol], connection.remotePeer);
    }
  }

  async #connectTo(peerId: PeerId): Promise<SimulatedConnection> {
    if (this.state !== 'listening') throw new DialError(`a host that is ${this.state} cannot dial`);
    const key = peerId.toString();
    const open = this.#connections.get(key)?.[0];
    if (open !== undefined) return open;
    if (peerId.equals(this.peerId)) throw new DialError('a host does not dial itself');
    const listener = this.#network.find(peerId);
    if (listener === undefined) throw new DialRefusedError(`nobody in this network is ${key}`);
    let dialling = this.#dialling.get(key);
    if (dialling === undefined) {
      dialling = connect(this.#network, this, listener).finally(() => this.#dialling.delete(key));
      this.#dialling.set(key, dialling);
    }
    return dialling;
  }
}

function describe(connection: SimulatedConnection): HostConnection {
  const { remotePeer, remoteAddr, remoteListens, direction, remoteProtocols } = connection;
  return {
    peerId: remotePeer,
    remoteAddress: remoteAddr,
    direction,
    agentVersion: AGENT_VERSION,
    protocols: remoteProtocols,
    listenAddresses: remoteListens,
  };
}
