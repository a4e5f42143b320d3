/**
 * Asks for what was announced.
 *
 *   announced ──> waits delayMs for it to be pushed ──> ready ──> asked of one announcer ──> arrived
 *                                                         ^                 │
 *                                                         └── silent, gone or without it: the next announcer
 *
 * - One request at a time for each transaction: so without loss, and where nothing is pushed, it comes once.
 * - The earliest announcer is asked first; it is the one that probably has the shortest way here.
 * - A peer that does not answer in time stays occupied with that request until it does: it is slow, and more of them
 *   would make it slower. (go-ethereum does the same.) Who leaves all it may be asked unanswered for twice that time is
 *   silent: what it announced is forgotten, and what it announces is, until it answers. So nothing waits for it for ever.
 * - A transaction nobody is left to be asked for is forgotten, until it is announced again.
 *
 * Bounded: announcements tracked for each peer, hashes in a request, requests open at a peer.
 */
import type { Hex } from '../../bytes.ts';
import type { Cancel, Clock } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';

export interface FetchLimits {
  /** What is announced may still be pushed for so long, ms. */
  delayMs: number;
  /** What becomes ready within is asked for at once with what is ready, ms: fewer, fuller requests. */
  slackMs: number;
  /** Then the next announcer is asked, ms. */
  timeoutMs: number;
  maxHashesPerRequest: number;
  /** Announcements of one peer not yet asked for; further ones are ignored: what it can make us remember. */
  maxAnnouncedPerPeer: number;
  /** Requests one peer has not answered: what it is burdened with. */
  maxRequestsPerPeer: number;
}

export interface FetcherInit {
  limits: FetchLimits;
  clock: Clock;
  /** False: it could not be sent, and another is asked. */
  request: (peer: PeerIdText, number: number, hashes: readonly Hex[]) => boolean;
}

/** Requests whose peer is gone and whose late answer is still known as such: what coming and going can make us remember. */
const MAX_OUTDATED = 8_192;

interface Wanted {
  readyAtMs: number;
  /** Not yet asked for it, earliest first. */
  announcers: Set<PeerIdText>;
  /** Being asked. */
  asked: PeerIdText | undefined;
}

interface Request {
  peer: PeerIdText;
  number: number;
  hashes: Set<Hex>;
  /** Of what is next when no answer comes: others are asked, then nothing more is expected. */
  cancelTimeout: Cancel;
  isGivenUp: boolean;
}

/** Of one peer. */
interface Ledger {
  announced: number;
  /** By number. */
  requests: Map<number, Request>;
}

export class Fetcher {
  readonly #limits: FetchLimits;
  readonly #clock: Clock;
  readonly #request: FetcherInit['request'];
  readonly #wanted = new Map<Hex, Wanted>();
  /** In the order they become ready: each waits equally long. */
  readonly #waiting = new Set<Hex>();
  /** To be asked for as soon as an announcer is free. */
  readonly #ready = new Set<Hex>();
  readonly #ledgers = new Map<PeerIdText, Ledger>();
  /** Numbers of requests, oldest first, and of whom: gone before it answered. */
  readonly #outdated = new Map<number, PeerIdText>();
  /** Of requests: 32 bits. */
  #nextNumber = 0;
  #cancelWait: Cancel | undefined;

  constructor({ limits, clock, request }: FetcherInit) {
    this.#limits = limits;
    this.#clock = clock;
    this.#request = request;
  }

  /** Announced and not yet here. */
  get size(): number {
    return this.#wanted.size;
  }

  /** @param hashes that are wanted. */
  announced(peer: PeerIdText, hashes: readonly Hex[]): void {
    const ledger = this.#ledger(peer);
    if (this.#isSilent(ledger)) return;
    const readyAtMs = this.#clock.nowMs() + this.#limits.delayMs;
    for (const hash of hashes) {
      const wanted = this.#wanted.get(hash);
      if (wanted?.asked === peer || wanted?.announcers.has(peer) === true) continue;
      if (ledger.announced >= this.#limits.maxAnnouncedPerPeer) break;
      ledger.announced++;
      if (wanted !== undefined) {
        wanted.announcers.add(peer);
        continue;
      }
      this.#wanted.set(hash, { readyAtMs, announcers: new Set([peer]), asked: undefined });
      if (this.#limits.delayMs > 0) this.#waiting.add(hash);
      else this.#ready.add(hash);
    }
    this.#ask();
    this.#wait();
  }

  /** It is here, whoever brought it. */
  arrived(hash: Hex): void {
    const wanted = this.#wanted.get(hash);
    if (wanted === undefined) return;
    for (const peer of wanted.announcers) this.#ledger(peer).announced--;
    this.#wanted.delete(hash);
    this.#waiting.delete(hash);
    this.#ready.delete(hash);
  }

  /** What the peer was asked for by that number and has not answered; undefined when there is no such request. */
  requested(peer: PeerIdText, number: number): ReadonlySet<Hex> | undefined {
    return this.#ledgers.get(peer)?.requests.get(number)?.hashes;
  }

  /** Whether the peer was asked by that number and then gone before it answered; true once. */
  takeOutdated(peer: PeerIdText, number: number): boolean {
    return this.#outdated.get(number) === peer && this.#outdated.delete(number);
  }

  /**
   * It has answered, with `got`, in the order it was asked. Say first that these `arrived`. What comes after the last of
   * them did not fit, and may be asked for again; what was passed over before it, the peer does not have. (So does
   * go-ethereum.) Whatever else is wanted, others are asked for.
   */
  answered(peer: PeerIdText, number: number, got: ReadonlySet<Hex>): void {
    const ledger = this.#ledger(peer);
    const request = ledger.requests.get(number);
    if (request === undefined) return;
    ledger.requests.delete(number);
    request.cancelTimeout();
    const asked = [...request.hashes];
    const last = asked.findLastIndex((hash) => got.has(hash));
    if (last >= 0) {
      for (const hash of asked.slice(last + 1)) {
        const wanted = this.#wanted.get(hash);
        if (wanted?.asked !== peer) continue;
        wanted.announcers.add(peer);
        ledger.announced++;
      }
    }
    this.#retry(peer, asked);
    this.#ask();
  }

  /** The peer can no longer be sent to. It may still answer what it was asked. */
  gone(peer: PeerIdText): void {
    const ledger = this.#ledgers.get(peer);
    if (ledger === undefined) return;
    this.#ledgers.delete(peer);
    this.#forgetAnnouncements(peer);
    for (const { number, hashes, cancelTimeout } of ledger.requests.values()) {
      cancelTimeout();
      this.#outdated.set(number, peer);
      this.#retry(peer, hashes);
    }
    for (const number of this.#outdated.keys()) {
      if (this.#outdated.size <= MAX_OUTDATED) break;
      this.#outdated.delete(number);
    }
    this.#ask();
  }

  stop(): void {
    this.#cancelWait?.();
    for (const { requests } of this.#ledgers.values())
      for (const { cancelTimeout } of requests.values()) cancelTimeout();
    this.#ledgers.clear();
    this.#outdated.clear();
    this.#wanted.clear();
    this.#waiting.clear();
    this.#ready.clear();
  }

  #ledger(peer: PeerIdText): Ledger {
    let ledger = this.#ledgers.get(peer);
    if (ledger === undefined) this.#ledgers.set(peer, (ledger = { announced: 0, requests: new Map() }));
    return ledger;
  }

  #isSilent({ requests }: Ledger): boolean {
    return (
      requests.size >= this.#limits.maxRequestsPerPeer &&
      [...requests.values()].every(({ isGivenUp }) => isGivenUp)
    );
  }

  /** Those nobody else announced, and nobody is asked for, are no longer wanted. */
  #forgetAnnouncements(peer: PeerIdText): void {
    for (const [hash, wanted] of this.#wanted) {
      if (wanted.announcers.delete(peer) && wanted.announcers.size === 0 && wanted.asked === undefined)
        this.arrived(hash);
    }
  }

  /** Those of them still wanted that this peer was asked for. */
  #retry(peer: PeerIdText, hashes: Iterable<Hex>): void {
    for (const hash of hashes) {
      const wanted = this.#wanted.get(hash);
      if (wanted?.asked !== peer) continue;
      wanted.asked = undefined;
      if (wanted.announcers.size > 0) this.#ready.add(hash);
      else this.#wanted.delete(hash);
    }
  }

  /** Sees to it that what waits becomes ready in time. */
  #wait(): void {
    const first = this.#waiting.keys().next();
    if (first.done || this.#cancelWait !== undefined) return;
    const waitMs = this.#wanted.get(first.value)!.readyAtMs - this.#clock.nowMs();
    this.#cancelWait = this.#clock.after(Math.max(0, waitMs), () => {
      this.#cancelWait = undefined;
      const untilMs = this.#clock.nowMs() + this.#limits.slackMs;
      for (const hash of this.#waiting) {
        if (this.#wanted.get(hash)!.readyAtMs > untilMs) break;
        this.#waiting.delete(hash);
        this.#ready.add(hash);
      }
      this.#ask();
      this.#wait();
    });
  }

  /** Asks for all that is ready and has an announcer that is free. Who cannot be sent to is passed over. */
  #ask(): void {
    let unsent: Request[];
    do {
      // Noted before the first is sent: sending one can show that its peer is gone, and so have others asked.
      const requests = this.#noteRequests();
      unsent = requests.filter((request) => !this.#send(request));
      for (const { peer, number, hashes, cancelTimeout } of unsent) {
        cancelTimeout();
        this.#ledgers.get(peer)?.requests.delete(number);
        this.#retry(peer, hashes);
      }
    } while (unsent.length > 0);
  }

  /** False: it could not be sent. */
  #send(request: Request): boolean {
    const { peer, number, hashes } = request;
    const isOpen = this.#ledgers.get(peer)?.requests.get(number) === request;
    return !isOpen || this.#request(peer, number, [...hashes]);
  }

  #noteRequests(): Request[] {
    const lists = new Map<PeerIdText, Hex[]>();
    for (const hash of this.#ready) {
      for (const peer of this.#wanted.get(hash)!.announcers) {
        const list = lists.get(peer) ?? [];
        const room =
          (this.#limits.maxRequestsPerPeer - this.#ledger(peer).requests.size) *
          this.#limits.maxHashesPerRequest;
        if (list.length >= room) continue;
        list.push(hash);
        lists.set(peer, list);
        break;
      }
    }
    const requests: Request[] = [];
    for (const [peer, list] of lists) {
      for (let at = 0; at < list.length; at += this.#limits.maxHashesPerRequest)
        requests.push(this.#note(peer, list.slice(at, at + this.#limits.maxHashesPerRequest)));
    }
    return requests;
  }

  #note(peer: PeerIdText, hashes: readonly Hex[]): Request {
    const ledger = this.#ledger(peer);
    for (const hash of hashes) {
      const wanted = this.#wanted.get(hash)!;
      wanted.announcers.delete(peer);
      ledger.announced--;
      wanted.asked = peer;
      this.#ready.delete(hash);
    }
    const number = this.#nextNumber;
    this.#nextNumber = (number + 1) >>> 0;
    const cancelTimeout = this.#clock.after(this.#limits.timeoutMs, () => this.#late(request));
    const request: Request = { peer, number, hashes: new Set(hashes), cancelTimeout, isGivenUp: false };
    ledger.requests.set(number, request);
    return request;
  }

  #late(request: Request): void {
    request.cancelTimeout = this.#clock.after(this.#limits.timeoutMs, () => this.#giveUp(request));
    this.#retry(request.peer, request.hashes);
    this.#ask();
  }

  #giveUp(request: Request): void {
    request.isGivenUp = true;
    const ledger = this.#ledger(request.peer);
    if (!this.#isSilent(ledger)) return;
    this.#forgetAnnouncements(request.peer);
    ledger.announced = 0;
  }
}
