/**
 * The narrow network under the node. Everything above it (gossip, sync, peer upkeep) sees only this, so that the
 * same code runs over TCP and in virtual time.
 *
 *   node ── propagation ── Host ── libp2p-host.ts      TCP, noise, yamux
 *                               └─ (a testnet's own)   simulated links on a virtual clock
 */
import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import { DialError, type PeerId, type PrivateKey, type Stream } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';

/** base58 text of a peer id: the key of every map of peers. */
export type PeerIdText = string;

export interface HostConnection {
  peerId: PeerId;
  remoteAddress: Multiaddr;
  direction: 'inbound' | 'outbound';
  /** As identify tells it; empty while not yet known. */
  agentVersion: string;
  /** What the peer speaks, as identify tells it; empty while not yet known. */
  protocols: readonly string[];
  /** Where it says it listens, as identify tells it: hearsay. Empty while not yet known. */
  listenAddresses: readonly Multiaddr[];
}

/** A peer, and where it can be dialled. */
export interface KnownPeer {
  peer: PeerIdText;
  addresses: Multiaddr[];
}

/** What passes through a stream: bytes, or a list of them that is not yet one piece. */
export type StreamData = Uint8Array | (Iterable<Uint8Array> & { byteLength: number; subarray(): Uint8Array });

export interface StreamTraffic {
  /** Bytes as the protocol sees them (no framing of multiplexer or encryption), before they are read or sent. */
  sent(bytes: number, data: StreamData): void;
  received(bytes: number, data: StreamData): void;
  /** Would have been received next and never will. Told by emulated networks alone: no other can know. */
  lost?(bytes: number, data: { subarray(): Uint8Array }): void;
}

/** Called once for each protocol stream, before its first byte; what it returns sees all that passes. */
export type StreamObserver = (protocol: string, remotePeer: PeerId) => StreamTraffic | undefined;

export type StreamHandler = (stream: Stream, remotePeer: PeerId) => void;

/** Bytes of all connections below the protocols: on TCP what noise and yamux make of it. */
export interface TransportBytes {
  sent: number;
  received: number;
}

/** An address was reached and nobody listens there: the process that did is gone, its machine is not. */
export class DialRefusedError extends DialError {}

export interface HostEvents {
  connect(connection: HostConnection): void;
  /** The last connection to this peer is gone. */
  disconnect(peerId: PeerId): void;
  /** The local network told of a peer: hearsay, as often as it does. Only of hosts that listen for that. */
  heard(peerId: PeerId, addresses: readonly Multiaddr[]): void;
}

export interface Host {
  readonly privateKey: PrivateKey;
  readonly peerId: PeerId;
  /** What gossipsub is built on; its registrar and connection manager are this host's. */
  readonly gossipComponents: GossipSubComponents;

  /** Listens. @throws when an address cannot be listened on. */
  start(): Promise<void>;
  /** Closes every connection; nothing of it stays open. Safe to call twice. */
  stop(): Promise<void>;

  /** Addresses others can dial, each ending in /p2p/<peer id>. */
  addresses(): Multiaddr[];
  /**
   * Resolves once the connection is usable.
   * @throws {DialRefusedError} when nobody listens there. @throws when the peer cannot be reached otherwise, has no place
   * for us or is not who the address says.
   */
  dial(address: Multiaddr): Promise<PeerId>;
  /** Closes every connection to the peer. */
  disconnect(peerId: PeerId): Promise<void>;
  /** Whether the limit of connections may cost this peer its connection; it may until told otherwise. */
  protect(peerId: PeerId, isProtected: boolean): Promise<void>;
  /** Open connections, one row a peer. */
  connections(): HostConnection[];

  /** Peers that were remembered, in this life or an earlier one on the same disk. */
  knownPeers(): Promise<KnownPeer[]>;
  /**
   * Keeps where a peer can be dialled, across restarts where the host has a disk, in place of what was kept of it
   * before; no addresses: it is forgotten. @throws when the disk fails.
   */
  remember(peerId: PeerId, addresses: readonly Multiaddr[]): Promise<void>;

  handle(protocol: string, handler: StreamHandler): Promise<void>;
  unhandle(protocol: string): Promise<void>;
  /** @throws when there is no connection, or the peer does not speak `protocol`. */
  openStream(peerId: PeerId, protocol: string, options?: { signal?: AbortSignal }): Promise<Stream>;

  /**
   * Resolves when the peer has answered over the open connection; does not dial. There is no time-out but the signal's.
   * Those of one peer at the same time may share an answer.
   * @throws when there is no connection, it is lost meanwhile, or the signal aborts.
   */
  ping(peerId: PeerId, options: { signal: AbortSignal }): Promise<void>;

  /** One listener each; the node is the only subscriber. */
  subscribe(events: Partial<HostEvents>): void;
  /** Set before start(). */
  observeStreams(observer: StreamObserver): void;
  transportBytes(): TransportBytes;
}
