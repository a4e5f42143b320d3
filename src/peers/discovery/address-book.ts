/**
 * Whom this node knows of, and what became of them. Pure: time and dice are arguments.
 *
 * An entry is TESTED once a dial of ours has shown that its peer answers at its address, or an earlier life found it
 * worth keeping on the disk; until then it is hearsay, whoever told it. Bitcoin Core's addrman divides in the same way,
 * with buckets in place of the quotas here.
 *
 *   learning   Hearsay changes a tested entry only while it is LOST, for then it may have moved: what is said comes second
 *              there, after the address that worked. What one source told and nobody has tested is at most
 *              `maxFromSource` entries; sources of one IP range are one source, so that identities are no use to a liar.
 *              The peer itself is a source like any other: an address it claims may be somebody else's.
 *   eviction   Where there is no room a newcomer takes the place of the untested entry with the most failures, of these
 *              the one heard of longest ago. Hearsay does not push out what is tested; a tested newcomer, where all is
 *              tested, pushes out the one heard of longest ago. Connected peers are heard of all the time.
 *   failing    Each failed dial doubles the wait for the next, and a connection that did not last is as good as none:
 *              whoever is full takes it and lets it go. Untested entries go with their third failure: so many dials does
 *              a lie cost. Tested ones stay, LOST, until they are evicted.
 *   choosing   Tested and untested in turn, by chance within each: tested ones are there, and a node that knows only
 *              few tested ones must not be held to them.
 */
import type { Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import { MAX_ADDRESSES_A_PEER } from './messages.ts';
import type { DiscoveryOptions } from './options.ts';
import type { TransportAddress } from './transport-address.ts';

/** Who told: an IP range, or where that says nothing a peer. Null: the user, or this node's own disk. */
export type Source = string | null;

export interface KnownEntry {
  readonly peer: PeerIdText;
  /** The one that worked last first. */
  addresses: readonly TransportAddress[];
  source: Source;
  tested: boolean;
  /** It was there and is not: a connection was lost, or a dial failed. */
  lost: boolean;
  /** Dials failed in a row, and connections lost soon after they were made. */
  failures: number;
  /** Not dialled before. */
  retryAtMs: number;
  /** Told of, connected, or tried with success. */
  heardAtMs: number;
  /** -Infinity: not in this life. */
  connectedAtMs: number;
}

const MAX_UNTESTED_FAILURES = 3;
/** A connection of this age has come to stay. */
export const LASTING_MS = 30_000;
/** Of a wait, either way: peers that lost each other at one moment do not come back at one moment. */
const JITTER = 0.25;

type BookOptions = Pick<DiscoveryOptions, 'maxKnown' | 'maxFromSource' | 'backoffMs' | 'maxBackoffMs'>;

export class AddressBook {
  readonly #options: BookOptions;
  readonly #random: Random;
  readonly #entries = new Map<PeerIdText, KnownEntry>();
  /** Untested entries by who told them. */
  readonly #told = new Map<string, number>();
  readonly #onForgotten: (peer: PeerIdText) => void;

  /** @param onForgotten a peer is no longer known. */
  constructor(
    options: BookOptions,
    random: Random,
    onForgotten: (peer: PeerIdText) => void = () => undefined,
  ) {
    this.#options = options;
    this.#random = random;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#entries.size;
  }

  get tested(): number {
    let count = 0;
    for (const { tested } of this.#entries.values()) if (tested) count++;
    return count;
  }

  get(peer: PeerIdText): Readonly<KnownEntry> | undefined {
    return this.#entries.get(peer);
  }

  entries(): IterableIterator<Readonly<KnownEntry>> {
    return this.#entries.values();
  }

  /** Somebody told that the peer is at these addresses. True where the book changed. */
  learn(peer: PeerIdText, addresses: readonly TransportAddress[], source: Source, nowMs: number): boolean {
    if (addresses.length === 0) return false;
    const known = this.#entries.get(peer);
    if (known !== undefined) {
      if (known.lost) return this.#seek(known, addresses);
      return !known.tested && this.#widen(known, addresses);
    }
    if (source !== null && (this.#told.get(source) ?? 0) >= this.#options.maxFromSource) return false;
    if (!this.#makeRoom(false)) return false;
    this.#add({ ...fresh(peer, [...new Set(addresses)].slice(0, MAX_ADDRESSES_A_PEER), nowMs), source });
    return true;
  }

  /** A dial of this life or an earlier one reached the peer there. True where that is news. */
  proved(peer: PeerIdText, address: TransportAddress, nowMs: number): boolean {
    let entry = this.#entries.get(peer);
    if (entry === undefined) {
      if (!this.#makeRoom(true)) return false;
      entry = fresh(peer, [address], nowMs);
      this.#entries.set(peer, entry);
    } else if (!entry.tested) this.#untold(entry);
    const isNews = !entry.tested || entry.addresses[0] !== address;
    const others = entry.addresses.filter((other) => other !== address);
    if (isNews) entry.addresses = [address, ...others].slice(0, MAX_ADDRESSES_A_PEER);
    entry.tested = true;
    this.#isThere(entry, nowMs);
    return isNews;
  }

  /** It is connected, whoever dialled, and has been for so long. */
  connected(peer: PeerIdText, forMs: number, nowMs: number): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    this.#isThere(entry, nowMs);
    if (forMs >= LASTING_MS) entry.failures = 0;
    entry.connectedAtMs = nowMs;
  }

  /** Its connection went without our doing, after so long. */
  disconnected(peer: PeerIdText, afterMs: number, nowMs: number): void {
    if (afterMs < LASTING_MS) {
      this.failed(peer, nowMs);
      return;
    }
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    entry.lost = entry.tested;
    entry.retryAtMs = nowMs + this.#jittered(this.#options.backoffMs);
  }

  /** This node let it go, and is not to dial it again at once. */
  dropped(peer: PeerIdText, restMs: number, nowMs: number): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    entry.lost = false;
    entry.retryAtMs = nowMs + this.#jittered(restMs);
  }

  /** False where it is no longer known. */
  failed(peer: PeerIdText, nowMs: number): boolean {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return false;
    entry.failures += 1;
    if (!entry.tested && entry.failures >= MAX_UNTESTED_FAILURES) {
      this.forget(peer);
      return false;
    }
    entry.lost = entry.tested;
    const { backoffMs, maxBackoffMs } = this.#options;
    entry.retryAtMs = nowMs + this.#jittered(Math.min(backoffMs * 2 ** (entry.failures - 1), maxBackoffMs));
    return true;
  }

  /** Others say that it is back: it may be dialled at once. */
  returned(peer: PeerIdText): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    entry.failures = 0;
    entry.retryAtMs = -Infinity;
  }

  forget(peer: PeerIdText): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    this.#entries.delete(peer);
    if (!entry.tested) this.#untold(entry);
    this.#onForgotten(peer);
  }

  /** All that a source told and nobody tested: it lied. */
  forgetFrom(source: string): void {
    for (const { peer, source: by, tested } of [...this.#entries.values()]) {
      if (by === source && !tested) this.forget(peer);
    }
  }

  /** To be dialled, tested and untested in turn; lost ones are not among them. */
  candidates(nowMs: number, usable: (entry: Readonly<KnownEntry>) => boolean): Readonly<KnownEntry>[] {
    const due = [...this.#entries.values()].filter(
      (entry) => entry.retryAtMs <= nowMs && !entry.lost && usable(entry),
    );
    const tested = shuffled(
      due.filter((entry) => entry.tested),
      this.#random,
    );
    const untested = shuffled(
      due.filter((entry) => !entry.tested),
      this.#random,
    );
    return Array.from({ length: Math.max(tested.length, untested.length) }, (_, index) => [
      tested[index],
      untested[index],
    ])
      .flat()
      .filter((entry) => entry !== undefined);
  }

  /** Lost ones to be tried again, the one that waits longest first. */
  lost(nowMs: number, usable: (entry: Readonly<KnownEntry>) => boolean): Readonly<KnownEntry>[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.lost && entry.retryAtMs <= nowMs && usable(entry))
      .sort((a, b) => a.retryAtMs - b.retryAtMs);
  }

  /** Of those connected since `sinceMs`, by chance: whom this node can speak for. */
  sample(
    count: number,
    sinceMs: number,
    usable: (entry: Readonly<KnownEntry>) => boolean,
  ): Readonly<KnownEntry>[] {
    const recent = [...this.#entries.values()].filter(
      (entry) => entry.connectedAtMs >= sinceMs && !entry.lost && usable(entry),
    );
    return shuffled(recent, this.#random).slice(0, count);
  }

  #isThere(entry: KnownEntry, nowMs: number): void {
    entry.lost = false;
    entry.retryAtMs = -Infinity;
    entry.heardAtMs = nowMs;
  }

  #widen(entry: KnownEntry, addresses: readonly TransportAddress[]): boolean {
    const all = [...new Set([...entry.addresses, ...addresses])].slice(0, MAX_ADDRESSES_A_PEER);
    if (all.length === entry.addresses.length) return false;
    entry.addresses = all;
    return true;
  }

  #seek(entry: KnownEntry, addresses: readonly TransportAddress[]): boolean {
    const [worked, ...others] = entry.addresses;
    if (addresses.every((address) => entry.addresses.includes(address))) return false;
    entry.addresses = [...new Set([worked!, ...addresses, ...others])].slice(0, MAX_ADDRESSES_A_PEER);
    return true;
  }

  #add(entry: KnownEntry): void {
    this.#entries.set(entry.peer, entry);
    if (entry.source !== null) this.#told.set(entry.source, (this.#told.get(entry.source) ?? 0) + 1);
  }

  #untold({ source }: KnownEntry): void {
    if (source === null) return;
    const left = (this.#told.get(source) ?? 0) - 1;
    if (left > 0) this.#told.set(source, left);
    else this.#told.delete(source);
  }

  #makeRoom(isTested: boolean): boolean {
    if (this.#entries.size < this.#options.maxKnown) return true;
    let victim: KnownEntry | undefined;
    for (const entry of this.#entries.values()) {
      if (entry.tested && !isTested) continue;
      if (victim === undefined || goesBefore(entry, victim)) victim = entry;
    }
    if (victim === undefined) return false;
    this.forget(victim.peer);
    return true;
  }

  #jittered(ms: number): number {
    return ms * (1 + JITTER * (2 * this.#random.next() - 1));
  }
}

function fresh(peer: PeerIdText, addresses: readonly TransportAddress[], nowMs: number): KnownEntry {
  return {
    peer,
    addresses,
    source: null,
    tested: false,
    lost: false,
    failures: 0,
    retryAtMs: -Infinity,
    heardAtMs: nowMs,
    connectedAtMs: -Infinity,
  };
}

/** Whether `a` is evicted before `b`. */
function goesBefore(a: KnownEntry, b: KnownEntry): boolean {
  if (a.tested !== b.tested) return !a.tested;
  if (!a.tested && a.failures !== b.failures) return a.failures > b.failures;
  return a.heardAtMs < b.heardAtMs;
}

function shuffled<T>(items: T[], random: Random): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}
