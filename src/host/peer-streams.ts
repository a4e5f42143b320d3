/**
 * One stream to each peer that speaks the protocol, for what we say, and one from it, for what it says. Which peers do,
 * the host's registrar tells, as it does gossipsub.
 *
 * What a peer does not read waits in its stream, up to a bound; beyond it messages to that peer are left out, as
 * go-ethereum does: others will bring it what it misses.
 */
import type { PeerId, Stream } from '@libp2p/interface';
import type { Cancel, Clock } from '../environment.ts';
import type { Host, PeerIdText } from './host.ts';

/** A peer that ends its stream and stays connected gets another after this, ms: how often it can make us open one. */
const REOPEN_MS = 1_000;
/** To open one, ms. */
const OPEN_TIMEOUT_MS = 10_000;

/** The peer broke the rules of a protocol: no honest one does, whatever its state. */
export class PeerFault extends Error {}

export interface PeerStreamsInit {
  host: Host;
  clock: Clock;
  protocol: string;
  /** Not read by the peer: messages are left out beyond it. */
  maxUnsentBytes: number;
  /** It can be sent to from now on. */
  onPeer: (peer: PeerIdText) => void;
  /** No longer. */
  onGone: (peer: PeerIdText) => void;
  /**
   * Makes what reads one stream of a peer, which comes in pieces cut anywhere; not called again once it has thrown.
   * @throws {PeerFault} when the peer broke the rules with a piece.
   */
  reader: (peer: PeerIdText) => (piece: Uint8Array) => void;
  /** A peer broke the rules; it is being disconnected. */
  onFault: (peer: PeerIdText, fault: PeerFault) => void;
  /** An exception nobody expected: a bug. */
  onError: (error: unknown) => void;
}

interface Peer {
  peerId: PeerId;
  /** Undefined while it is being opened. */
  stream: Stream | undefined;
  cancelReopen: Cancel | undefined;
}

export class PeerStreams {
  readonly #init: PeerStreamsInit;
  readonly #peers = new Map<PeerIdText, Peer>();
  /** Of ours to them. */
  readonly #open = new Set<Stream>();
  readonly #inbound = new Set<Stream>();
  #topology: string | undefined;
  #stopped = false;

  constructor(init: PeerStreamsInit) {
    this.#init = init;
  }

  async start(): Promise<void> {
    const { host, protocol } = this.#init;
    this.#topology = await host.gossipComponents.registrar.register(protocol, {
      onConnect: (peerId) => this.#connected(peerId),
      onDisconnect: (peerId) => this.#disconnected(peerId),
    });
    await host.handle(protocol, (stream, peerId) => this.#read(stream, peerId));
    // The registrar tells only of those who come from now on.
    for (const { peerId, protocols } of host.connections())
      if (protocols.includes(protocol)) this.#connected(peerId);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const { host, protocol } = this.#init;
    if (this.#topology === undefined) return;
    host.gossipComponents.registrar.unregister(this.#topology);
    await host.unhandle(protocol);
    for (const { cancelReopen } of this.#peers.values()) cancelReopen?.();
    this.#peers.clear();
    for (const stream of [...this.#open, ...this.#inbound]) stream.abort(new Error('the node stops'));
  }

  /** That can be sent to, in the order they came. */
  peers(): PeerIdText[] {
    return [...this.#peers].flatMap(([peer, { stream }]) => (stream === undefined ? [] : [peer]));
  }

  /** False: it is gone, or does not read. */
  send(peer: PeerIdText, frame: Uint8Array): boolean {
    const stream = this.#peers.get(peer)?.stream;
    if (stream?.writeStatus !== 'writable' || stream.writeBufferLength > this.#init.maxUnsentBytes)
      return false;
    try {
      stream.send(frame);
      return true;
    } catch (error) {
      stream.abort(error as Error);
      return false;
    }
  }

  disconnect(peer: PeerIdText): void {
    const known = this.#peers.get(peer);
    if (known !== undefined) this.#init.host.disconnect(known.peerId).catch(this.#init.onError);
  }

  #connected(peerId: PeerId): void {
    const peer = peerId.toString();
    if (this.#stopped || this.#peers.has(peer)) return;
    this.#peers.set(peer, { peerId, stream: undefined, cancelReopen: undefined });
    void this.#openTo(peer);
  }

  #disconnected(peerId: PeerId): void {
    const peer = peerId.toString();
    const known = this.#peers.get(peer);
    if (known === undefined) return;
    this.#peers.delete(peer);
    known.cancelReopen?.();
    if (known.stream === undefined) return;
    known.stream.abort(new Error('the peer is gone'));
    this.#init.onGone(peer);
  }

  /** Never throws. */
  async #openTo(peer: PeerIdText): Promise<void> {
    const { host, clock, protocol, onPeer, onError } = this.#init;
    const known = this.#peers.get(peer)!;
    known.cancelReopen = undefined;
    const controller = new AbortController();
    const cancel = clock.after(OPEN_TIMEOUT_MS, () => controller.abort());
    const isGone = (): boolean => this.#stopped || this.#peers.get(peer) !== known;
    let stream: Stream;
    try {
      stream = await host.openStream(known.peerId, protocol, { signal: controller.signal });
    } catch {
      // It has no place for one, or is leaving: it is tried again until the registrar says that it is gone.
      if (!isGone()) this.#reopenLater(peer, known);
      return;
    } finally {
      cancel();
    }
    if (isGone()) {
      stream.abort(new Error('the peer is gone'));
      return;
    }
    this.#open.add(stream);
    known.stream = stream;
    stream.addEventListener('close', () => this.#closed(peer, stream));
    try {
      onPeer(peer);
    } catch (error) {
      onError(error);
    }
  }

  #closed(peer: PeerIdText, stream: Stream): void {
    this.#open.delete(stream);
    const known = this.#peers.get(peer);
    if (this.#stopped || known?.stream !== stream) return;
    known.stream = undefined;
    this.#init.onGone(peer);
    this.#reopenLater(peer, known);
  }

  #reopenLater(peer: PeerIdText, known: Peer): void {
    known.cancelReopen = this.#init.clock.after(REOPEN_MS, () => void this.#openTo(peer));
  }

  #read(stream: Stream, peerId: PeerId): void {
    if (this.#stopped) {
      stream.abort(new Error('the node stops'));
      return;
    }
    const read = this.#init.reader(peerId.toString());
    this.#inbound.add(stream);
    stream.addEventListener('close', () => this.#inbound.delete(stream));
    // It says all it has to say and ends: so do we, for on this stream we say nothing.
    stream.addEventListener('remoteCloseWrite', () => void stream.close().catch(() => undefined));
    stream.addEventListener('message', ({ data }) => {
      if (this.#stopped || stream.status === 'aborted') return;
      try {
        read(data instanceof Uint8Array ? data : data.subarray());
      } catch (error) {
        stream.abort(error as Error);
        this.#blame(peerId, error);
      }
    });
  }

  #blame(peerId: PeerId, error: unknown): void {
    const { host, onFault, onError } = this.#init;
    if (!(error instanceof PeerFault)) {
      onError(error);
      return;
    }
    onFault(peerId.toString(), error);
    host.disconnect(peerId).catch(onError);
  }
}
