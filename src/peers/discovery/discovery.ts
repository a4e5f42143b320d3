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
import { dialFailure } from '../../host/dial-failure.ts';
import type { Host, HostConnection, PeerIdText } from '../../host/host.ts';
import { AddressBook, LASTING_MS, type KnownEntry } from './address-book.ts';
import { Bootstraps } from './bootstraps.ts';
import type { Members } from './members.ts';
import type { PeersFault, ToldPeer } from './messages.ts';
import type { DiscoveryOptions } from './options.ts';
import { PeerExchange } from './peer-exchange.ts';
import { plan, type Candidate, type DropReason, type OpenConnection, type Plan } from './planner.ts';
import {
  dialAddress,
  isWithin,
  rangeOf,
  reachOf,
  transportOf,
  type Reach,
  type TransportAddress,
} from './transport-address.ts';

const LOOK_MS = 1_000;
/** After something changed: what changes at once is looked at once. */
const LOOK_SOON_MS = 100;
/** In need one peer is asked again so much later than it would answer. */
const ASK_AGAIN_FACTOR = 2;
/** Peers asked at once, in need. */
const MAX_ASKING = 3;
/** Connected so lately, a peer is told of: longer ago we know no more than anybody. */
const TELL_WITHIN_MS = 600_000;
/** Whoever we let go is not dialled again for so long. */
const REST_MS = 60_000;
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

export class Discovery {
  readonly #init: DiscoveryInit;
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #options: DiscoveryOptions;
  readonly book: AddressBook;
  readonly #bootstraps: Bootstraps;
  readonly #exchange: PeerExchange;
  /** Dials under way, of peers in the book. */
  readonly #dialling = new Map<PeerIdText, Candidate>();
  /** Connected because they are bootstraps. */
  readonly #begunFrom = new Set<PeerIdText>();
  readonly #sinceMs = new Map<PeerIdText, number>();
  readonly #served = new Set<PeerIdText>();
  readonly #askedAtMs = new Map<PeerIdText, number>();
  readonly #asking = new Set<PeerIdText>();
  readonly #barred = new Set<PeerIdText>();
  /** On the disk. */
  readonly #kept = new Set<PeerIdText>();
  /** Being disconnected by us. */
  readonly #dropping = new Set<PeerIdText>();
  #nextAskAtMs = 0;
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
    this.book = new AddressBook(options, random, (peer) => this.#unkeep(peer));
    // A network's nodes may all have the same list, those in it too.
    const bootstraps = options.bootstrap
      .map(parseMultiaddr)
      .filter((address) => peerIdOf(address)?.equals(host.peerId) !== true);
    this.#bootstraps = new Bootstraps(bootstraps, options, random);
    this.#exchange = new PeerExchange({
      host,
      clock,
      answerMs: options.answerMs,
      known: (peer, count) => this.#tell(peer, count),
      onAnswered: (peer) => {
        this.#served.add(peer);
        this.#lookSoon();
      },
      onFault: (peerId, fault) => this.#blame(peerId, fault),
      onTooOften: (peer) => init.onTooOften(peer),
    });
  }

  /** Whether it looks for peers by itself by now. */
  get isOn(): boolean {
    return this.#isOn;
  }

  async start(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const { peer, addresses } of await this.#host.knownPeers()) {
      this.#kept.add(peer);
      for (const address of addresses.toReversed()) {
        const transport = transportOf(address);
        if (transport !== undefined) this.book.proved(peer, transport, nowMs);
      }
    }
    const { begins } = this.#init;
    this.#isOff = begins === 'known' && this.book.size === 0;
    if (this.#stopped || this.#isOff) return;
    await this.#exchange.start();
    this.#init.members?.onChange((peer) => this.#memberChanged(peer));
    if (begins === 'at-start' || this.book.size > 0) this.#begin();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#look?.cancel();
    if (!this.#isOff) await this.#exchange.stop();
  }

  /** The owner saw a first connection open, */
  onConnect({ peerId }: HostConnection): void {
    const peer = peerId.toString();
    if (!this.#sinceMs.has(peer)) this.#sinceMs.set(peer, this.#clock.nowMs());
    if (this.#barred.has(peer)) this.#disconnect(peer);
    this.#lookSoon();
  }

  /** and the last one to a peer go. */
  onDisconnect(peerId: PeerId): void {
    const peer = peerId.toString();
    const nowMs = this.#clock.nowMs();
    if (!this.#dropping.delete(peer)) this.book.disconnected(peer, this.#ageMs(peer, nowMs), nowMs);
    for (const about of [this.#sinceMs, this.#askedAtMs, this.#served, this.#begunFrom]) about.delete(peer);
    this.#exchange.forget(peer);
    this.#lookSoon();
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
    for (const peer of decided.dial) void this.#dial(this.book.get(peer)!);
    if (decided.dialBootstraps) {
      const connected = new Set(connections.map(({ peerId }) => peerId.toString()));
      for (const address of this.#bootstraps.due(nowMs, (peer) => connected.has(peer)))
        void this.#dialBootstrap(address);
    }
    if (decided.rotated) {
      this.#rotateLater();
      this.#swaps = true;
    }
    if (decided.swapped) this.#swaps = false;
    this.#ask(connections, decided.isShort, nowMs);
  }

  /** What connected peers say of themselves, and what dials have shown. */
  #hear(connections: readonly HostConnection[], nowMs: number): void {
    for (const { peerId, remoteAddress, direction, listenAddresses } of connections) {
      const peer = peerId.toString();
      const dialled = direction === 'outbound' ? transportOf(remoteAddress) : undefined;
      const isProved = dialled !== undefined && this.book.proved(peer, dialled, nowMs);
      const reach = reachOf(remoteAddress);
      this.book.learn(peer, told(listenAddresses, reach), sourceOf(peer, remoteAddress), nowMs);
      const ageMs = this.#ageMs(peer, nowMs);
      this.book.connected(peer, ageMs, nowMs);
      // Who dialled us and stays is worth a try in the next life too.
      if (isProved || (ageMs >= LASTING_MS && !this.#kept.has(peer))) this.#keep(peer);
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
        .map((connection) => this.#describe(connection))
        .filter(({ peer }) => !this.#dropping.has(peer)),
      dialling: [...this.#dialling.values()],
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

  #describe({ peerId, direction, remoteAddress }: HostConnection): OpenConnection {
    const peer = peerId.toString();
    return {
      peer,
      direction,
      sinceMs: this.#sinceMs.get(peer) ?? 0,
      range: rangeOf(remoteAddress),
      isKept: this.#init.isKept(peerId),
      isBootstrap: this.#begunFrom.has(peer),
      isServed: this.#served.has(peer),
      score: this.#init.score(peer),
    };
  }

  async #dial({ peer, addresses }: Readonly<KnownEntry>): Promise<void> {
    const range = rangeOf(dialAddress(addresses[0]!, peer));
    this.#dialling.set(peer, { peer, range });
    let failure: Error | undefined;
    for (const transport of addresses) {
      const address = dialAddress(transport, peer);
      try {
        await this.#host.dial(address);
        failure = undefined;
        break;
      } catch (error) {
        failure = error as Error;
        if (this.#stopped) return;
        this.#init.onDialFailed(address.toString(), failure);
      }
    }
    this.#dialling.delete(peer);
    if (this.#stopped) return;
    if (failure !== undefined) {
      this.book.failed(peer, this.#clock.nowMs());
      const kind = dialFailure(failure);
      if (kind === 'refused') this.#init.members?.observed(peer, 'dial-refused');
      else if (kind === 'silent') this.#init.members?.observed(peer, 'dial-timeout');
    }
    this.#lookSoon();
  }

  async #dialBootstrap(address: Multiaddr): Promise<void> {
    try {
      const peerId = await this.#host.dial(address);
      const peer = peerId.toString();
      this.#bootstraps.reached(address, peer, this.#clock.nowMs());
      const isOurs = this.#host
        .connections()
        .some((open) => open.direction === 'outbound' && open.peerId.equals(peerId));
      if (isOurs) this.#begunFrom.add(peer);
    } catch (error) {
      this.#bootstraps.failed(address, this.#clock.nowMs());
      if (!this.#stopped) this.#init.onDialFailed(address.toString(), error as Error);
    }
    this.#lookSoon();
  }

  /** In need every peer as often as it answers, else one by chance now and then. */
  #ask(connections: readonly HostConnection[], isShort: boolean, nowMs: number): void {
    if (this.#asking.size >= MAX_ASKING || (!isShort && nowMs < this.#nextAskAtMs)) return;
    const againMs = ASK_AGAIN_FACTOR * this.#options.answerMs;
    const free = connections.filter(({ peerId }) => {
      const peer = peerId.toString();
      return !this.#asking.has(peer) && nowMs - (this.#askedAtMs.get(peer) ?? -Infinity) >= againMs;
    });
    const chosen = free[Math.floor(this.#init.random.next() * free.length)];
    if (chosen === undefined) return;
    this.#nextAskAtMs = nowMs + this.#options.askMs;
    void this.#askOne(chosen);
    if (isShort) this.#lookSoon();
  }

  async #askOne({ peerId, remoteAddress }: HostConnection): Promise<void> {
    const peer = peerId.toString();
    this.#asking.add(peer);
    this.#askedAtMs.set(peer, this.#clock.nowMs());
    try {
      const source = sourceOf(peer, remoteAddress);
      const reach = reachOf(remoteAddress);
      for (const { peer: other, addresses } of await this.#exchange.ask(peerId)) {
        const believed = addresses.filter((transport) =>
          isWithin(reachOf(dialAddress(transport, other)), reach),
        );
        if (other !== this.#host.peerId.toString())
          this.book.learn(other, believed, source, this.#clock.nowMs());
      }
    } catch {
      // It does not speak the protocol, has no time or is gone: another is asked the next time.
    } finally {
      this.#asking.delete(peer);
    }
    this.#lookSoon();
  }

  #tell(asker: PeerIdText, count: number): readonly ToldPeer[] | undefined {
    if (this.#barred.has(asker)) return undefined;
    this.#begin();
    const nowMs = this.#clock.nowMs();
    const connections = this.#host.connections();
    this.#hear(connections, nowMs);
    const met = connections.find(({ peerId }) => peerId.toString() === asker);
    if (met === undefined) return undefined;
    const reach = reachOf(met.remoteAddress);
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
    if (member.state === 'dead') {
      const peerId = peerIdFromString(peer);
      if (this.#isConnected(peer) && !this.#init.isKept(peerId)) {
        this.#init.onDropped(peer, 'dead');
        this.book.disconnected(peer, Infinity, this.#clock.nowMs());
        this.#disconnect(peer);
      }
    } else if (member.state === 'alive') {
      this.book.learn(peer, told(member.addresses, 'private'), member.by, this.#clock.nowMs());
      if (member.cause === 'returned' || member.cause === 'refuted') this.book.returned(peer);
    }
    this.#lookSoon();
  }

  #blame(peerId: PeerId, fault: PeersFault): void {
    const peer = peerId.toString();
    this.#barred.add(peer);
    if (this.#barred.size > MAX_BARRED) this.#barred.delete(this.#barred.values().next().value!);
    const met = this.#host.connections().find((open) => open.peerId.equals(peerId));
    if (met !== undefined) this.book.forgetFrom(sourceOf(peer, met.remoteAddress));
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
    this.#host.disconnect(peerIdFromString(peer)).then(
      () => this.#dropping.delete(peer),
      () => this.#dropping.delete(peer),
    );
  }

  /** Of its connection. */
  #ageMs(peer: PeerIdText, nowMs: number): number {
    return nowMs - (this.#sinceMs.get(peer) ?? nowMs);
  }

  #isConnected(peer: PeerIdText): boolean {
    return this.#host.connections().some(({ peerId }) => peerId.toString() === peer);
  }

  #keep(peer: PeerIdText): void {
    const { addresses } = this.book.get(peer) ?? { addresses: [] };
    if (addresses.length === 0) return;
    this.#kept.add(peer);
    this.#remember(
      peer,
      addresses.map((transport) => dialAddress(transport, peer)),
    );
  }

  #unkeep(peer: PeerIdText): void {
    if (this.#kept.delete(peer)) this.#remember(peer, []);
  }

  #remember(peer: PeerIdText, addresses: readonly Multiaddr[]): void {
    this.#host.remember(peerIdFromString(peer), addresses).catch((error: unknown) => {
      if (!this.#stopped) this.#init.onDiskFailure(error as Error);
    });
  }
}

/** What a peer met at `reach` may say of addresses. */
function told(addresses: readonly Multiaddr[], reach: Reach): TransportAddress[] {
  return addresses
    .filter((address) => isWithin(reachOf(address), reach))
    .flatMap((address) => transportOf(address) ?? []);
}

/** Identities are free, ranges are not. */
function sourceOf(peer: PeerIdText, remoteAddress: Multiaddr): string {
  return rangeOf(remoteAddress) ?? peer;
}

function candidate({ peer, addresses }: Readonly<KnownEntry>): Candidate {
  return { peer, range: rangeOf(dialAddress(addresses[0]!, peer)) };
}
