/**
 * One end of a connection between two simulated hosts: libp2p's Connection over two link directions.
 *
 * What costs what: opening a stream is one round trip (multistream-select's header and proposal answered by the
 * choice; the further round trips of refused proposals are not charged), its bytes are not counted: the ledger holds
 * what the protocols say. Closing, resetting and half-closing travel in order behind the data, as bytes of length 0.
 *
 * Each end pings the other every 10 s and gives the connection up when no answer comes within 5 s, as libp2p's
 * connection monitor does. On a sound link the answer comes, so there it is not sent: see watch().
 */
import {
  AbortError,
  ConnectionClosedError,
  StreamCloseEvent,
  TimeoutError,
  TypedEventEmitter,
  UnsupportedProtocolError,
  connectionSymbol,
} from '@libp2p/interface';
import type {
  Connection,
  ConnectionStatus,
  Logger,
  MessageStreamEvents,
  MessageStreamDirection,
  NewStreamOptions,
  PeerId,
} from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';

import type { Cancel } from '../../../src/environment.ts';
import type { StreamTraffic } from '../../../src/host/host.ts';
import type { LinkDirection } from './links.ts';
import { silentLog } from './silent-log.ts';
import { SimulatedStream } from './simulated-stream.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What a connection asks of the host at its end. */
export interface ConnectionHost {
  readonly peerId: PeerId;
  readonly owner: number;
  /** The first of `protocols` that is handled here. */
  chooseProtocol(protocols: string[]): string | undefined;
  /** A stream the other end opened. */
  acceptStream(stream: SimulatedStream, connection: SimulatedConnection): void;
  observe(protocol: string, remotePeer: PeerId): StreamTraffic | undefined;
  /** When this host pings all its connections next. */
  nextPingAtMs(): number;
  /** Something keeps the peer from answering: a cut, its process frozen, its machine gone. */
  isDisturbed(remotePeer: PeerId): boolean;
  connectionClosed(connection: SimulatedConnection): void;
}

export interface ConnectionInit {
  id: string;
  clock: VirtualClock;
  host: ConnectionHost;
  remotePeer: PeerId;
  remoteAddr: Multiaddr;
  direction: MessageStreamDirection;
  /** Towards the other end. */
  outgoing: LinkDirection;
  incoming: LinkDirection;
}

type ConnectionEvents = Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>;

/** How long libp2p waits for the answer to a proposed protocol when no signal is given. */
const NEGOTIATION_TIMEOUT_MS = 10_000;

/** libp2p's connection monitor. Its timeout adapts to the round trips seen, and is 5 s as long as these are below 4. */
export const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 5_000;

export class SimulatedConnection extends TypedEventEmitter<ConnectionEvents> implements Connection {
  readonly [connectionSymbol] = true;
  readonly id: string;
  readonly remotePeer: PeerId;
  readonly remoteAddr: Multiaddr;
  /** What identify would tell: simulated hosts dial from where they listen. */
  readonly remoteListens: readonly Multiaddr[];
  readonly direction: MessageStreamDirection;
  readonly timeline: Connection['timeline'];
  readonly multiplexer = 'simulated';
  readonly encryption = 'simulated';
  readonly direct = true;
  readonly log: Logger = silentLog;
  readonly streams: SimulatedStream[] = [];
  status: ConnectionStatus = 'open';
  /** What the peer speaks, as far as this end has been told. */
  remoteProtocols: string[] = [];
  /** The other end. */
  remote!: SimulatedConnection;
  readonly #clock: VirtualClock;
  readonly #host: ConnectionHost;
  readonly #outgoing: LinkDirection;
  readonly #incoming: LinkDirection;
  readonly #opening = new Set<(error: Error) => void>();
  #streamsOpened = 0;
  /** Of the next ping or of the wait for its answer; undefined while nothing is wrong. */
  #cancelPing: Cancel | undefined;

  constructor(init: ConnectionInit) {
    super();
    this.id = init.id;
    this.remotePeer = init.remotePeer;
    this.remoteAddr = init.remoteAddr;
    this.remoteListens = [init.remoteAddr];
    this.direction = init.direction;
    this.timeline = { open: init.clock.nowMs() };
    this.#clock = init.clock;
    this.#host = init.host;
    this.#outgoing = init.outgoing;
    this.#incoming = init.incoming;
    this.#outgoing.onRoom(() => {
      for (const stream of [...this.streams]) stream.onRoom();
    });
  }

  /** @throws when the connection is closed, no protocol is spoken there, or no answer comes. */
  newStream(protocols: string | string[], options: NewStreamOptions = {}): Promise<SimulatedStream> {
    const wanted = typeof protocols === 'string' ? [protocols] : protocols;
    if (this.status !== 'open') {
      return Promise.reject(new ConnectionClosedError(`the connection is ${this.status}`));
    }
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      let answered = false;
      const settle = (hand: () => void): void => {
        if (answered) return;
        answered = true;
        cancelTimeout();
        signal?.removeEventListener('abort', onAbort);
        this.#opening.delete(fail);
        hand();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const onAbort = (): void => fail(new AbortError());
      const cancelTimeout = this.#clock.after(NEGOTIATION_TIMEOUT_MS, () => {
        fail(new TimeoutError(`no answer to ${wanted.join(', ')} within ${NEGOTIATION_TIMEOUT_MS} ms`));
      });
      this.#opening.add(fail);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#outgoing.send(0, () => this.remote.#answer(wanted, () => answered, { resolve, fail, settle }));
    });
  }

  /** Runs at the end that did not open the stream. */
  #answer(
    wanted: string[],
    given: () => boolean,
    opener: {
      resolve: (stream: SimulatedStream) => void;
      fail: (error: Error) => void;
      settle: (hand: () => void) => void;
    },
  ): void {
    if (this.status !== 'open') return;
    const protocol = this.#host.chooseProtocol(wanted);
    if (protocol === undefined) {
      this.#outgoing.send(0, () => {
        opener.fail(new UnsupportedProtocolError(`the peer speaks none of ${wanted.join(', ')}`));
      });
      return;
    }
    const inbound = this.#createStream(protocol, 'inbound');
    const outbound = this.remote.#createStream(protocol, 'outbound');
    inbound.remote = outbound;
    outbound.remote = inbound;
    this.#outgoing.send(0, () => {
      if (given()) {
        outbound.abort(new AbortError());
        return;
      }
      outbound.traffic = this.remote.#host.observe(protocol, this.remote.remotePeer);
      opener.settle(() => opener.resolve(outbound));
    });
    inbound.traffic = this.#host.observe(protocol, this.remotePeer);
    this.#host.acceptStream(inbound, this);
  }

  /** Ends every stream and tells the other end. */
  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous in the interface
  async close(): Promise<void> {
    this.#endHere('closed', () => this.remote.endedByPeer('closed'));
  }

  abort(_error: Error): void {
    this.#endHere('aborted', () => this.remote.endedByPeer('reset'));
  }

  /** The other end has closed or reset, or is given up as dead. */
  endedByPeer(status: 'closed' | 'reset'): void {
    this.#endHere(status, undefined);
  }

  /** The link or the peer is disturbed: from the next ping on this end finds out whether it still answers. */
  watch(): void {
    if (this.#cancelPing === undefined && this.status === 'open') this.#pingLater();
  }

  #pingLater(): void {
    const atMs = this.#host.nextPingAtMs();
    const event = this.#clock.schedule(this.#host.owner, atMs, () => {
      this.#cancelPing = undefined;
      if (this.#host.isDisturbed(this.remotePeer)) this.#ping();
    });
    this.#cancelPing = () => this.#clock.cancel(event);
  }

  #ping(): void {
    const timeout = this.#clock.schedule(this.#host.owner, this.#clock.nowMs() + PING_TIMEOUT_MS, () => {
      this.abort(new TimeoutError(`the peer did not answer a ping within ${PING_TIMEOUT_MS} ms`));
    });
    this.#cancelPing = () => this.#clock.cancel(timeout);
    this.tellPeer((remote) => {
      if (remote.status !== 'open') return;
      remote.tellPeer(() => {
        if (this.status !== 'open') return;
        this.#cancelPing?.();
        this.#pingLater();
      });
    });
  }

  /** This end's process is gone: nothing runs here any more, and what comes is dropped. */
  vanish(): void {
    this.status = 'aborted';
    // What its streams have not written yet dies with it.
    this.#outgoing.onRoom(() => undefined);
    this.#incoming.refuse();
  }

  /** A message of the connection itself, in order with the data. */
  tellPeer(deliver: (remote: SimulatedConnection) => void): void {
    this.#outgoing.send(0, () => deliver(this.remote));
  }

  #endHere(status: ConnectionStatus, farewell: (() => void) | undefined): void {
    if (this.status !== 'open') return;
    this.status = status;
    this.#cancelPing?.();
    this.timeline.close = this.#clock.nowMs();
    for (const stream of [...this.streams]) {
      if (status === 'closed') stream.onTransportClosed();
      else stream.reset();
    }
    for (const fail of [...this.#opening]) fail(new ConnectionClosedError('the connection closed'));
    this.#incoming.refuse();
    if (farewell !== undefined) this.#outgoing.send(0, farewell);
    this.#host.connectionClosed(this);
    this.dispatchEvent(new StreamCloseEvent(farewell !== undefined));
  }

  #createStream(protocol: string, direction: MessageStreamDirection): SimulatedStream {
    const stream = new SimulatedStream({
      id: `${this.id}.${direction === 'outbound' ? 'o' : 'i'}${this.#streamsOpened++}`,
      protocol,
      direction,
      path: this.#outgoing,
    });
    stream.addEventListener('close', () => {
      const at = this.streams.indexOf(stream);
      if (at >= 0) this.streams.splice(at, 1);
    });
    this.streams.push(stream);
    return stream;
  }
}
