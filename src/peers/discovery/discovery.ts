/**
 * Finds peers and keeps this node well connected: what planner.ts decides, from what address-book.ts knows, done over a
 * Host. Looks each second, and soon after anything changed.
 *
 *   bootstrap addresses, the disk, peers asked, members, whoever connects ──> AddressBook ──> plan ──> dials, drops
 *
 * An address gets into the book as far as whoever told it could know it: one met on the internet is not believed about
 * private addresses, nor told of them.
 */
import type { PeerId } from '@libp2p/interface';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Cancel, Clock, Random } from '../../environment.ts';
import { parseMultiaddr, peerIdOf } from '../../host/address.ts';
import type { DialFailure } from '../../host/dial-failure.ts';
import type { Host, HostConnection, PeerIdText } from '../../host/host.ts';
import { isWithin, reachOf, type Reach } from '../reach.ts';
import { AddressBook, LASTING_MS, type KnownEntry } from './address-book.ts';
import { Asking } from './asking.ts';
import { Bootstraps } from './bootstraps.ts';
import { Dialling } from './dialling.ts';
import { KeptPeers } from './kept-peers.ts';
import type { Members } from './members.ts';
import { Neighbours } from './neighbours.ts';
import type { PeersFault, ToldPeer } from './messages.ts';
import type { DiscoveryOptions } from './options.ts';
import { PeerExchange } from './peer-exchange.ts';
import { plan, type Candidate, type DropReason, type OpenConnection, type Plan } from './planner.ts';
import { dialAddress, rangeOf, transportOf, type TransportAddress } from './transport-address.ts';

const LOOK_MS = 1_000;
/** After something changed: what changes at once is looked at once. */
const LOOK_SOON_MS = 100;
/** Connected so lately, a peer is told of: longer ago we know no more than anybody. */
const TELL_WITHIN_MS = 600_000;
/** Whoever we let go is not dialled again for so long. */
const REST_MS = 60_000;
/** Who told, where multicast did: anybody in the local network may have. */
const LOCAL_NETWORK = 'local network';
/** Peers that broke the rules are not connected to for as long as the node runs, of so many the latest. */
const MAX_BARRED = 1_024;

/**
 * `known`: only where peers of an earlier life are known; otherwise it neither looks for peers nor answers.
 * `asked`: then too, or from when a first peer asks it for others; nobody does in a network that is wired by hand.
 */
export type Begins = 'at-start' | 'known' | 'asked';

export interface DiscoveryInit {
  host: Host;
  clock: Clock;
  random: Random;
  options: DiscoveryOptions;
  begins: Begins;
  /** The user named this peer. */
  isKept: (peerId: PeerId) => boolean;
  score: (peer: PeerIdText) => number;
  members?: Members | undefined;
  /** A peer broke the rules and is being disconnected. */
  onFault: (peer: PeerIdText, fault: PeersFault) => void;
  /** A peer asks again and again. */
  onTooOften: (peer: PeerIdText) => void;
  onDropped: (peer: PeerIdText, reason: DropReason | 'dead') => void;
  onDialFailed: (address: string, error: Error) => void;
  /** Known peers cannot be kept on the disk. */
  onDiskFailure: (error: Error) => void;
}

interface DiscoveryView {
  discovery: 'off' | 'waiting' | 'on';
  peers: (Pick<KnownEntry, 'peer' | 'addresses' | 'tested' | 'lost' | 'failures'> & { stored: boolean })[];
}

export class Discovery {
  readonly book: AddressBook;
  readonly #init: DiscoveryInit;
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #options: DiscoveryOptions;
  readonly #kept: KeptPeers;
  readonly #bootstraps: Bootstraps;
  readonly #exchange: PeerExchange;
  readonly #asking: Asking;
  readonly #dialling: Dialling;
  readonly #neighbours = new Neighbours();
  readonly #barred = new Set<PeerIdText>();
  /** Being disconnected by us. */
  readonly #dropping = new Set<PeerIdText>();
  #nextRotationAtMs = Infinity;
  #swaps = false;
  #look: { atMs: number; cancel: Cancel } | undefined;
  #isOn = false;
  #isOff = false;
  #stopped = false;

  constructor(init: DiscoveryInit) {
    const { host, clock, random, options } = init;
    this.#init = init;
    this.#host = host;
    this.#clock = clock;
    this.#options = options;
    this.#kept = new KeptPeers(host, (error) => {
      if (!this.#stopped) init.onDiskFailure(error);
    });
    this.book = new AddressBook(options, random, (peer) => this.#kept.forget(peer));
    // A network's nodes may all have the same list, those in it too.
    const bootstraps = options.bootstrap
      .map(parseMultiaddr)
      .filter((address) => peerIdOf(address)?.equals(host.peerId) !== true);
    this.#bootstraps = new Bootstraps(bootstraps, options, random);
    this.#dialling = new Dialling({
      host,
      clock,
      bootstraps: this.#bootstraps,
      onFailed: (peer, failure, triedAt) => this.#dialFailed(peer, failure, triedAt),
      onError: (address, error) => {
        if (!this.#stopped) init.onDialFailed(address.toString(), error);
      },
      onEnded: () => this.#lookSoon(),
    });
    this.#exchange = new PeerExchange({
      host,
      clock,
      answerMs: options.answerMs,
      known: (peer, count) => this.#tell(peer, count),
      onAnswered: (peer) => {
        const neighbour = this.#neighbours.get(peer);
        if (neighbour !== undefined) neighbour.isServed = true;
        this.#lookSoon();
      },
      onFault: (peerId, fault) => this.#blame(peerId, fault),
      onTooOften: (peer) => init.onTooOften(peer),
    });
    this.#asking = new Asking({
      clock,
      random,
      options,
      ask: (peerId) => this.#exchange.ask(peerId),
      onTold: (by, peers) => this.#told(by, peers),
    });
  }

  /** Whether it looks for peers by itself by now. */
  get isOn(): boolean {
    return this.#isOn;
  }

  view(): DiscoveryView {
    const state = this.#isOn ? 'on' : 'waiting';
    const peers = [...this.book.entries()].map(({ peer, addresses, tested, lost, failures }) => {
      return { peer, addresses, tested, lost, failures, stored: this.#kept.isWritten(peer) };
    });
    return { discovery: this.#isOff ? 'off' : state, peers };
  }

  async start(): Promise<void> {
    const { begins, members } = this.#init;
    for (const { peer, addresses } of await this.#kept.read()) {
      for (const address of addresses.toReversed()) this.book.proved(peer, address, this.#clock.nowMs());
    }
    this.#isOff = begins === 'known' && this.book.size === 0;
    if (this.#stopped || this.#isOff) return;
    await this.#exchange.start();
    members?.onChange((peer) => this.#memberChanged(peer));
    if (begins === 'at-start' || this.book.size > 0) this.#begin();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#look?.cancel();
    if (!this.#isOff) await this.#exchange.stop();
  }

  /** Whether a connection to this peer is one that it asked for, or asks for now. */
  wants(peerId: PeerId): boolean {
    return this.#dialling.wants(peerId.toString());
  }

  /** The owner saw a connection open, */
  onConnect(connection: HostConnection): void {
    const peer = connection.peerId.toString();
    this.#neighbours.of(peer, connection, this.#clock.nowMs());
    this.#dropping.delete(peer);
    if (this.#barred.has(peer)) this.#disconnect(peer);
    this.#lookSoon();
  }

  /** and the last one to a peer go. */
  onDisconnect(peerId: PeerId): void {
    const peer = peerId.toString();
    const nowMs = this.#clock.nowMs();
    const ageMs = nowMs - (this.#neighbours.get(peer)?.sinceMs ?? nowMs);
    // One that others opened, in this node or there, and closed soon says nothing.
    const isTelling = ageMs >= LASTING_MS || this.#dialling.isOurs(peer);
    if (!this.#dropping.delete(peer) && isTelling) this.book.disconnected(peer, ageMs, nowMs);
    for (const part of [this.#neighbours, this.#asking, this.#dialling, this.#exchange]) part.forget(peer);
    this.#lookSoon();
  }

  /** The local network told of a peer. */
  onHeard(peerId: PeerId, addresses: readonly Multiaddr[]): void {
    if (!this.#isOn || peerId.equals(this.#host.peerId)) return;
    const believed = told(addresses, 'private');
    if (this.book.learn(peerId.toString(), believed, LOCAL_NETWORK, this.#clock.nowMs())) this.#lookSoon();
  }

  #begin(): void {
    if (this.#isOn || this.#stopped) return;
    this.#isOn = true;
    this.#rotateLater();
    this.#lookLater(0);
  }

  #lookSoon(): void {
    if (this.#isOn) this.#lookLater(LOOK_SOON_MS);
  }

  #lookLater(delayMs: number): void {
    const atMs = this.#clock.nowMs() + delayMs;
    if (this.#stopped || (this.#look !== undefined && this.#look.atMs <= atMs)) return;
    this.#look?.cancel();
    const cancel = this.#clock.after(delayMs, () => {
      this.#look = undefined;
      this.#act();
      this.#lookLater(LOOK_MS);
    });
    this.#look = { atMs, cancel };
  }

  #rotateLater(): void {
    const { rotationMs } = this.#options;
    if (rotationMs === 0) return;
    const share = 0.75 + 0.5 * this.#init.random.next();
    this.#nextRotationAtMs = this.#clock.nowMs() + share * rotationMs;
  }

  #act(): void {
    const nowMs = this.#clock.nowMs();
    const connections = this.#host.connections();
    this.#hear(connections, nowMs);
    const decided = this.#plan(connections, nowMs);
    for (const { peer, reason } of decided.drop) this.#drop(peer, reason, nowMs);
    for (const peer of decided.dial) void this.#dialling.dial(this.book.get(peer)!);
    if (decided.dialBootstraps) this.#dialling.dialBootstraps(nowMs, (peer) => this.#isConnected(peer));
    if (decided.rotated) {
      this.#rotateLater();
      this.#swaps = true;
    }
    if (decided.swapped) this.#swaps = false;
    const isAsking = this.#asking.askOne(connections, decided.isShort);
    // In need several are asked, one after the other.
    if (isAsking && decided.isShort) this.#lookSoon();
  }

  /** What connected peers say of themselves, and what dials have shown. */
  #hear(connections: readonly HostConnection[], nowMs: number): void {
    for (const connection of connections) {
      const peer = connection.peerId.toString();
      const neighbour = this.#neighbours.of(peer, connection, nowMs);
      const { dialledAt, reach, source, sinceMs } = neighbour;
      const isProved = dialledAt !== undefined && this.book.proved(peer, dialledAt, nowMs);
      if (neighbour.listenAddresses !== connection.listenAddresses) {
        neighbour.listenAddresses = connection.listenAddresses;
        this.book.learn(peer, told(connection.listenAddresses, reach), source, nowMs);
      }
      this.book.connected(peer, nowMs - sinceMs, nowMs);
      // Who dialled us and stays is worth a try in the next life too.
      if (isProved || (nowMs - sinceMs >= LASTING_MS && !this.#kept.has(peer)))
        this.#kept.keep(peer, this.book.get(peer)?.addresses ?? []);
    }
  }

  #plan(connections: readonly HostConnection[], nowMs: number): Plan {
    const connected = new Set(connections.map(({ peerId }) => peerId.toString()));
    const isFree = ({ peer }: Readonly<KnownEntry>): boolean =>
      !connected.has(peer) &&
      !this.#dialling.has(peer) &&
      !this.#barred.has(peer) &&
      !this.#bootstraps.has(peer) &&
      peer !== this.#host.peerId.toString() &&
      !this.#init.isKept(peerIdFromString(peer));
    const stateOf = ({ peer }: Readonly<KnownEntry>): string | undefined =>
      this.#init.members?.of(peer)?.state;
    const state = {
      connections: connections
        .map((connection) => this.#describe(connection, nowMs))
        .filter(({ peer }) => !this.#dropping.has(peer)),
      dialling: this.#dialling.peers(),
      diallingBootstraps: this.#bootstraps.dialling,
      candidates: () =>
        this.book
          .candidates(nowMs, (entry) => isFree(entry) && !['dead', 'left'].includes(stateOf(entry) ?? ''))
          .map(candidate),
      lost: () => this.book.lost(nowMs, (entry) => isFree(entry) && stateOf(entry) !== 'left').map(candidate),
      rotates: nowMs >= this.#nextRotationAtMs && !this.#swaps,
      swaps: this.#swaps,
      nowMs,
    };
    return plan(state, this.#options, this.#init.random);
  }

  #describe(connection: HostConnection, nowMs: number): OpenConnection {
    const { peerId, direction } = connection;
    const peer = peerId.toString();
    const { sinceMs, range, isServed } = this.#neighbours.of(peer, connection, nowMs);
    return {
      peer,
      direction,
      sinceMs,
      range,
      isKept: this.#init.isKept(peerId),
      isBootstrap: this.#dialling.isBegunFrom(peer),
      isServed,
      score: this.#init.score(peer),
    };
  }

  #dialFailed(peer: PeerIdText, failure: DialFailure, triedAt: readonly Multiaddr[]): void {
    if (this.#stopped) return;
    const { members } = this.#init;
    this.book.failed(peer, this.#clock.nowMs());
    // It may have moved while we had no reason to believe it.
    this.#learnOfMember(peer);
    if (failure !== 'other')
      members?.dialFailed(peer, failure === 'refused' ? 'refused' : 'unreachable', triedAt);
  }

  /** True where any of it is new. */
  #told(by: HostConnection, peers: readonly ToldPeer[]): boolean {
    const nowMs = this.#clock.nowMs();
    const neighbour = this.#neighbours.get(by.peerId.toString());
    if (neighbour === undefined) return false;
    const { source, reach } = neighbour;
    let isNews = false;
    for (const { peer, addresses } of peers) {
      const believed = addresses.filter((transport) =>
        isWithin(reachOf(dialAddress(transport, peer)), reach),
      );
      if (peer === this.#host.peerId.toString()) continue;
      if (this.book.learn(peer, believed, source, nowMs)) isNews = true;
    }
    this.#lookSoon();
    return isNews;
  }

  #tell(asker: PeerIdText, count: number): readonly ToldPeer[] | undefined {
    if (this.#barred.has(asker)) return undefined;
    this.#begin();
    const nowMs = this.#clock.nowMs();
    this.#hear(this.#host.connections(), nowMs);
    const reach = this.#neighbours.get(asker)?.reach;
    if (reach === undefined) return undefined;
    const tellable = ({ peer }: Readonly<KnownEntry>): boolean =>
      peer !== asker && !['dead', 'left'].includes(this.#init.members?.of(peer)?.state ?? '');
    return this.book.sample(count, nowMs - TELL_WITHIN_MS, tellable).flatMap(({ peer, addresses }) => {
      const told = addresses.filter((transport) => isWithin(reachOf(dialAddress(transport, peer)), reach));
      return told.length === 0 ? [] : [{ peer, addresses: told }];
    });
  }

  #memberChanged(peer: PeerIdText): void {
    const member = this.#init.members?.of(peer);
    if (this.#stopped || !this.#isOn || member === undefined) return;
    if (member.state === 'alive') {
      this.#learnOfMember(peer);
      if (member.cause === 'returned' || member.cause === 'refuted') this.book.returned(peer);
    } else if (member.state === 'dead') {
      const open = this.#connection(peer);
      if (open !== undefined && !this.#init.isKept(open.peerId)) {
        this.#init.onDropped(peer, 'dead');
        this.book.disconnected(peer, Infinity, this.#clock.nowMs());
        this.#disconnect(peer);
      }
    }
    this.#lookSoon();
  }

  #learnOfMember(peer: PeerIdText): void {
    const member = this.#init.members?.of(peer);
    const by = this.#neighbours.get(member?.by ?? peer);
    if (member?.state === 'alive' && by !== undefined)
      this.book.learn(peer, told(member.addresses, by.reach), by.source, this.#clock.nowMs());
  }

  #blame(peerId: PeerId, fault: PeersFault): void {
    const peer = peerId.toString();
    this.#barred.add(peer);
    if (this.#barred.size > MAX_BARRED) this.#barred.delete(this.#barred.values().next().value!);
    const source = this.#neighbours.get(peer)?.source;
    if (source !== undefined) this.book.forgetFrom(source);
    this.#init.onFault(peer, fault);
    this.#disconnect(peer);
  }

  #drop(peer: PeerIdText, reason: DropReason, nowMs: number): void {
    this.#init.onDropped(peer, reason);
    this.book.dropped(peer, REST_MS, nowMs);
    this.#disconnect(peer);
  }

  #disconnect(peer: PeerIdText): void {
    this.#dropping.add(peer);
    // Its end is told otherwise, and may be so later than this resolves.
    this.#host.disconnect(peerIdFromString(peer)).catch(() => this.#dropping.delete(peer));
  }

  #isConnected(peer: PeerIdText): boolean {
    return this.#connection(peer) !== undefined;
  }

  #connection(peer: PeerIdText): HostConnection | undefined {
    return this.#host.connections().find(({ peerId }) => peerId.toString() === peer);
  }
}

/** What a peer met at `reach` may say of addresses. */
function told(addresses: readonly Multiaddr[], reach: Reach): TransportAddress[] {
  return addresses
    .filter((address) => isWithin(reachOf(address), reach))
    .flatMap((address) => transportOf(address) ?? []);
}

function candidate({ peer, addresses }: Readonly<KnownEntry>): Candidate {
  return { peer, range: rangeOf(dialAddress(addresses[0]!, peer)) };
}
