/**
 * Where simulated hosts find each other: who listens where, what lies between any two, and the sum of all bytes.
 *
 * It is the physical world of a run: faults act on it (cut, heal, setConditions) and nodes know nothing of it.
 */
import type { PeerId } from '@libp2p/interface';

import { LinkDirection } from './links.ts';
import type { LinkEnd } from './links.ts';
import { linkConditions } from '../link-conditions.ts';
import type { LinkConditions } from '../link-conditions.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface NetworkOptions {
  /** What lies between two nodes, by owner index, in the direction given. Asked once for each connection. */
  conditionsOf: (from: number, to: number) => LinkConditions;
  /**
   * Round trips before a connection is usable at the end that dialled; half a one later it is at the other. The
   * default is what libp2p takes: TCP 1, agreeing on noise 1, noise XX 1, identify 1. The muxer rides on noise.
   */
  handshakeRoundTrips: number;
  /** How long a dial waits for a peer that does not answer; libp2p's default. */
  dialTimeoutMs: number;
}

const DEFAULT_NETWORK_OPTIONS: NetworkOptions = {
  conditionsOf: () => linkConditions(),
  handshakeRoundTrips: 4,
  dialTimeoutMs: 10_000,
};

export interface NetworkBytes {
  sent: number;
  received: number;
  dropped: number;
  /** Counted on the links themselves, so that sent = received + dropped + underWay is a check and not a definition. */
  underWay: number;
  retransmitted: number;
}

export type HostState = 'new' | 'listening' | 'stopped' | 'crashed' | 'vanished';

export class SimulatedNetwork {
  readonly clock: VirtualClock;
  readonly options: NetworkOptions;
  readonly #byPeerId = new Map<string, SimulatedHost>();
  readonly #byOwner = new Map<number, SimulatedHost>();
  /** Every host there ever was: a dead one still counts in the sum of bytes. */
  readonly #hosts = new Set<SimulatedHost>();
  readonly #directions = new Map<number, Map<number, Set<LinkDirection>>>();
  readonly #cuts = new Set<string>();
  readonly #changed = new Map<string, LinkConditions>();
  #connections = 0;

  constructor(clock: VirtualClock, options: Partial<NetworkOptions> = {}) {
    this.clock = clock;
    this.options = { ...DEFAULT_NETWORK_OPTIONS, ...options };
  }

  /** @throws when a living host has this identity. */
  add(host: SimulatedHost): void {
    const key = host.peerId.toString();
    const known = this.#byPeerId.get(key);
    if (known?.state === 'listening') throw new Error(`a host with the identity ${key} is up already`);
    this.#byPeerId.set(key, host);
    this.#byOwner.set(host.owner, host);
    this.#hosts.add(host);
  }

  find(peerId: PeerId): SimulatedHost | undefined {
    return this.#byPeerId.get(peerId.toString());
  }

  nextConnectionId(): string {
    return `connection-${this.#connections++}`;
  }

  /** The ways from `a` to `b` and back of a new connection. */
  open(a: LinkEnd, b: LinkEnd): [LinkDirection, LinkDirection] {
    return [this.#direction(a, b), this.#direction(b, a)];
  }

  /** Both ends of it are closed. */
  forget(a: number, b: number, directions: readonly LinkDirection[]): void {
    for (const direction of directions) {
      this.#directions.get(a)?.get(b)?.delete(direction);
      this.#directions.get(b)?.get(a)?.delete(direction);
    }
  }

  /**
   * From now on nothing passes from `from` to `to`; neither is told, and what they send waits, until one of them has
   * pinged in vain. One direction.
   */
  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
    for (const direction of this.#between(from, to)) direction.cut();
    this.#byOwner.get(from)?.watchConnectionsTo(to);
    this.#byOwner.get(to)?.watchConnectionsTo(from);
  }

  heal(from: number, to: number): void {
    this.#cuts.delete(`${from}>${to}`);
    for (const direction of this.#between(from, to)) direction.heal();
  }

  isCut(from: number, to: number): boolean {
    return this.#cuts.has(`${from}>${to}`);
  }

  /** Something keeps `peer` from answering `host`. */
  isDisturbed(host: SimulatedHost, peer: SimulatedHost): boolean {
    const silent = peer.frozen || peer.state === 'vanished';
    return silent || this.isCut(host.owner, peer.owner) || this.isCut(peer.owner, host.owner);
  }

  /** What has arrived at a host while it was frozen is read. */
  readOn(owner: number): void {
    for (const peers of this.#directions.values()) {
      for (const direction of peers.get(owner) ?? []) direction.readOn();
    }
  }

  /** For what is on the way see LinkDirection.setConditions; and for connections to come. One direction. */
  setConditions(from: number, to: number, conditions: LinkConditions): void {
    this.#changed.set(`${from}>${to}`, conditions);
    for (const direction of this.#between(from, to)) direction.setConditions(conditions);
  }

  bytes(): NetworkBytes {
    const sum: NetworkBytes = { sent: 0, received: 0, dropped: 0, underWay: 0, retransmitted: 0 };
    for (const { ledger } of this.#hosts) {
      sum.sent += ledger.sent;
      sum.received += ledger.received;
      sum.dropped += ledger.dropped;
      sum.retransmitted += ledger.retransmitted;
    }
    for (const peers of this.#directions.values()) {
      for (const directions of peers.values()) {
        for (const { underWayBytes } of directions) sum.underWay += underWayBytes;
      }
    }
    return sum;
  }

  #direction(from: LinkEnd, to: LinkEnd): LinkDirection {
    const key = `${from.owner}>${to.owner}`;
    const conditions = this.#changed.get(key) ?? this.options.conditionsOf(from.owner, to.owner);
    const direction = new LinkDirection(this.clock, from, to, conditions);
    if (this.#cuts.has(key)) direction.cut();
    let peers = this.#directions.get(from.owner);
    if (peers === undefined)
      this.#directions.set(from.owner, (peers = new Map<number, Set<LinkDirection>>()));
    let directions = peers.get(to.owner);
    if (directions === undefined) peers.set(to.owner, (directions = new Set<LinkDirection>()));
    directions.add(direction);
    return direction;
  }

  #between(from: number, to: number): Iterable<LinkDirection> {
    return this.#directions.get(from)?.get(to) ?? [];
  }
}
