/**
 * What gossip did not bring: two nodes compare their pending transactions and give each other what is missing.
 *
 *   digests equal?            yes: done, one round trip
 *   coded symbols, or ids     until the difference is known                  comparing.ts, responder.ts
 *   fetch what they have      dearest first, in pages, each through Admission  taking.ts
 *   offer what they lack      likewise                                        giving.ts
 *
 * When: with a peer that connects (the one of the lower id begins), with one taken by chance each interval, and with
 * all others one by one after a session that brought more than gossip is to carry on, so that what crossed at one edge
 * travels on, once to each node. What is fresh is left to gossip (settled-set.ts).
 *
 * One session at a time of our own, a few of peers', and in one place only something is taken in, so that nothing comes
 * twice: whoever wants more meanwhile hears BUSY and comes back. What a peer can cost is bounded in options.ts and
 * messages.ts; who breaks the rules is reported, disconnected and not talked to for ten minutes.
 */
import type { PeerId, Stream } from '@libp2p/interface';
import { createHash } from 'node:crypto';
import type { Hex } from '../../bytes.ts';
import type { Clock, Random } from '../../environment.ts';
import type { Host, PeerIdText } from '../../host/host.ts';
import { HashMemory } from '../../mempool/hash-memory.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import type { Admission, Admitted } from '../admission.ts';
import type { Unbroadcast } from '../unbroadcast.ts';
import { NotGiven, type Exchange, type SessionResult } from './exchange.ts';
import { PeerSilent, SyncFrames } from './frames.ts';
import { initiate } from './initiator.ts';
import { MAX_PAGE_BYTES, PAGE_WINDOW, SALT_BYTES, SyncFault } from './messages.ts';
import type { SyncOptions } from './options.ts';
import { PeerBook } from './peer-book.ts';
import { respond } from './responder.ts';
import { Schedule } from './schedule.ts';
import { SettledSet } from './settled-set.ts';
import { Turn } from '../turn.ts';

export const SYNC_PROTOCOL = '/txgossip/sync/1';

/** Bytes in vain from which a peer rests: some 200 differences that neither side takes. */
const FRUITLESS_BYTES = 4_096;
/** Hashes: 5 MB. What a full pool refuses of a fuller one. */
const MAX_REFUSED_LATELY = 32_768;
/** Beyond the pages under way: what else a peer may send ahead. */
const SPARE_BUFFER_BYTES = 64 * 1024;
/** An RLP list of one, and the flag. */
const PAGE_HEADER_BYTES = 16;

/** The session has had its time; what it brought stays. */
class SessionTooLong extends Error {}

export interface ReconciliationInit {
  host: Host;
  clock: Clock;
  random: Random;
  pool: Mempool;
  admission: Pick<Admission, 'admitWhole' | 'refusedForGood'>;
  unbroadcast: Unbroadcast;
  options: SyncOptions;
  maxTransactionBytes: number;
  /** Wei per gas. */
  baseFee: () => bigint;
  /** For testnets alone: answers nobody and hands on nothing but its own; see PropagationInit. */
  silent?: boolean | undefined;
  /** A peer sent copies of these. */
  onCopies?: ((hashes: readonly Hex[]) => void) | undefined;
  /** Gossip is to carry on what came. */
  spread: (results: readonly Admitted[]) => void;
  /** A peer broke the rules and is being disconnected. */
  onFault: (peer: PeerIdText, fault: SyncFault) => void;
  /** A peer was silent, or did not give what it said it had: it may be the line, or a block. */
  onLapse: (peer: PeerIdText, lapse: Error) => void;
  /** A session came to nothing, by nobody's fault. */
  onFailure: (peer: PeerIdText, error: Error) => void;
}

export class Reconciliation {
  readonly #init: ReconciliationInit;
  readonly #clock: Clock;
  readonly #options: SyncOptions;
  readonly #schedule: Schedule;
  readonly #book: PeerBook;
  readonly #refusedLately: HashMemory;
  readonly #open = new Set<SyncFrames>();
  /** Peers whose session is being answered. */
  readonly #answering = new Set<PeerIdText>();
  #copiesReceived = 0;
  #settled: SettledSet | undefined;
  /** A session of our own is under way. */
  #asking = false;
  /** Some session takes in transactions. */
  #taking = false;
  #salts = 0;
  #stopped = false;

  constructor(init: ReconciliationInit) {
    this.#init = init;
    this.#clock = init.clock;
    this.#options = init.options;
    this.#book = new PeerBook(init.clock, init.options);
    this.#refusedLately = new HashMemory(MAX_REFUSED_LATELY, init.options.retryMs);
    this.#schedule = new Schedule({
      clock: init.clock,
      random: init.random,
      intervalMs: init.options.intervalMs,
      peers: (rested) => this.#peers(rested),
      // While something is taken in there is nothing to ask for.
      isFree: () => !this.#asking && !this.#taking,
      ask: (peerId) => this.syncWith(peerId),
    });
  }

  /** What is in the pool by now counts as settled: gossip is not to bring it anywhere. */
  async start(): Promise<void> {
    const { host, pool, silent } = this.#init;
    if (!this.#options.enabled || this.#stopped) return;
    this.#settled = new SettledSet(pool, this.#clock, this.#options.graceMs);
    if (silent !== true)
      await host.handle(SYNC_PROTOCOL, (stream, peerId) => void this.#answer(stream, peerId));
    this.#schedule.start();
    for (const { peerId } of host.connections()) this.onConnect(peerId);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#schedule.stop();
    this.#settled?.stop();
    for (const frames of this.#open) frames.abort(new Error('the node stops'));
    if (this.#settled !== undefined && this.#init.silent !== true)
      await this.#init.host.unhandle(SYNC_PROTOCOL);
  }

  /** Transactions in pages of peers, since the start. */
  get copiesReceived(): number {
    return this.#copiesReceived;
  }

  /** Both sides hear of it; the one of the lower id begins. */
  onConnect(peerId: PeerId): void {
    const { host, silent } = this.#init;
    // A silent node is asked by nobody.
    const isOurs = silent === true || host.peerId.toString() < peerId.toString();
    if (isOurs && !this.#book.isShunned(peerId.toString())) this.#schedule.onConnect(peerId);
  }

  /** The last connection to it is gone. */
  onDisconnect(peerId: PeerId): void {
    this.#schedule.forget(peerId.toString());
    this.#book.forget(peerId.toString());
  }

  /** Gossip is not to bring these anywhere, so they are compared from now on. */
  settle(hashes: readonly Hex[]): void {
    this.#settled?.settle(hashes);
  }

  /**
   * One session with a peer, now.
   * @throws {Error} when it is switched off, a session of ours is under way, or it cannot be held or fails; who is to
   * blame has been dealt with.
   */
  async syncWith(peerId: PeerId): Promise<SessionResult> {
    const settled = this.#settled;
    if (settled === undefined)
      throw new Error('reconciliation is switched off (--sync=false) or not yet started');
    if (this.#asking) throw new Error('a session is under way; one at a time');
    this.#asking = true;
    try {
      const stream = await this.#openStream(peerId).catch((error: unknown) => {
        if (!this.#stopped) this.#init.onFailure(peerId.toString(), error as Error);
        throw error;
      });
      const result = await this.#session(stream, peerId, settled, initiate);
      this.#weigh(peerId.toString(), result);
      return result;
    } finally {
      this.#asking = false;
      this.#schedule.pump();
    }
  }

  async #openStream(peerId: PeerId): Promise<Stream> {
    const controller = new AbortController();
    const cancel = this.#clock.after(this.#options.silenceMs, () => controller.abort());
    try {
      const stream = await this.#init.host.openStream(peerId, SYNC_PROTOCOL, { signal: controller.signal });
      if (!this.#stopped) return stream;
      const stopped = new Error('the node stops');
      stream.abort(stopped);
      throw stopped;
    } finally {
      cancel();
    }
  }

  async #answer(stream: Stream, peerId: PeerId): Promise<void> {
    const peer = peerId.toString();
    const settled = this.#settled;
    const tooMany = this.#answering.has(peer) || this.#answering.size >= this.#options.maxIncoming;
    if (this.#stopped || settled === undefined || tooMany || this.#book.isShunned(peer)) {
      stream.abort(new Error('busy'));
      return;
    }
    this.#answering.add(peer);
    try {
      await this.#session(stream, peerId, settled, (exchange) => respond(exchange, () => this.#isBusy(peer)));
    } catch {
      // Who is to blame has been dealt with.
    } finally {
      this.#answering.delete(peer);
    }
  }

  /** Something is being taken in: what it changes is worth waiting for. Or this peer comes too often. */
  #isBusy(peer: PeerIdText): boolean {
    const entry = this.#book.of(peer);
    const nowMs = this.#clock.nowMs();
    if (this.#taking || nowMs - entry.lastSessionAtMs < this.#options.minIntervalMs) return true;
    entry.lastSessionAtMs = nowMs;
    return false;
  }

  /** Runs one side in the time it may take. The stream is gone afterwards. @throws what `talk` does. */
  async #session<T>(
    stream: Stream,
    peerId: PeerId,
    settled: SettledSet,
    talk: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    const { maxSessionMs, silenceMs } = this.#options;
    const peer = peerId.toString();
    const maxPageBytes = Math.max(MAX_PAGE_BYTES, this.#init.maxTransactionBytes) + PAGE_HEADER_BYTES;
    const maxBufferBytes = PAGE_WINDOW * maxPageBytes + SPARE_BUFFER_BYTES;
    const frames = new SyncFrames(stream, this.#clock, { maxBufferBytes, silenceMs });
    this.#open.add(frames);
    const cancel = this.#clock.after(maxSessionMs, () =>
      frames.abort(new SessionTooLong(`a session took more than ${maxSessionMs} ms`)),
    );
    const news = { came: false };
    try {
      return await talk(this.#exchange(frames, peer, settled, maxPageBytes, news));
    } catch (error) {
      frames.abort(error as Error);
      if (!this.#stopped) await this.#blame(peerId, error as Error);
      throw error;
    } finally {
      cancel();
      this.#open.delete(frames);
      if (news.came) this.#schedule.followNews(peer);
      this.#schedule.pump();
    }
  }

  #exchange(
    frames: SyncFrames,
    peer: PeerIdText,
    settled: SettledSet,
    maxPageBytes: number,
    news: { came: boolean },
  ): Exchange {
    const { pool, admission, unbroadcast, baseFee, silent, spread } = this.#init;
    return {
      frames,
      peer,
      clock: this.#clock,
      turn: new Turn(this.#clock),
      pool,
      settled,
      admission,
      options: this.#options,
      maxPageBytes,
      pace: this.#book.of(peer).pace,
      refusedLately: this.#refusedLately,
      salt: () => this.#salt(),
      baseFee,
      gives: (hash) => silent !== true || pool.get(hash)?.origin === 'local',
      unbroadcast: () => unbroadcast,
      shown: (hashes) => unbroadcast.drop(hashes),
      copied: (hashes) => {
        this.#copiesReceived += hashes.length;
        this.#init.onCopies?.(hashes);
      },
      arrived: (results, few) => {
        if (this.#stopped) return;
        const fresh = results.flatMap(({ hash, outcome }) => (outcome.status === 'refused' ? [] : hash!));
        if (fresh.length === 0) return;
        if (few && silent !== true) spread(results);
        else {
          settled.settle(fresh);
          news.came = true;
          // What waited here behind one of these is perhaps known to nobody else.
          const freeing = freeingOthers(results);
          if (freeing.length > 0 && silent !== true) spread(freeing);
        }
      },
      take: () => this.#take(frames),
      release: () => {
        this.#taking = false;
        this.#schedule.pump();
      },
    };
  }

  /** Peers' sessions do not keep ours from its turn for ever. */
  #take(frames: SyncFrames): boolean {
    if (this.#taking || this.#stopped || !this.#open.has(frames)) return false;
    if (this.#schedule.overdueMs > this.#options.silenceMs && !this.#asking) return false;
    this.#taking = true;
    return true;
  }

  /** Nobody can foretell it, as long as the identity is secret; and a simulation has it again. */
  #salt(): Uint8Array {
    const { host, random } = this.#init;
    const dice = Float64Array.of(this.#clock.nowMs(), random.next(), this.#salts++);
    return createHash('sha256').update(host.privateKey.raw).update(dice).digest().subarray(0, SALT_BYTES);
  }

  async #blame(peerId: PeerId, error: Error): Promise<void> {
    const { host, onFault, onLapse, onFailure } = this.#init;
    const peer = peerId.toString();
    if (error instanceof SyncFault) {
      this.#book.shun(peer);
      this.#schedule.forget(peer);
      onFault(peer, error);
      await host.disconnect(peerId);
    } else if (error instanceof PeerSilent || error instanceof NotGiven) {
      this.#book.rest(peer);
      onLapse(peer, error);
    } else {
      if (error instanceof SessionTooLong) this.#schedule.goOn(peerId);
      onFailure(peer, error);
    }
  }

  #weigh(peer: PeerIdText, { answer, taken, given, isUnfinished, bytes }: SessionResult): void {
    if (answer === 'busy' || isUnfinished) return;
    if (taken + given > 0 || bytes < FRUITLESS_BYTES) this.#book.useful(peer);
    else this.#book.rest(peer);
  }

  /** Connected, speaking the protocol as far as is known, and in good standing. */
  #peers(rested: boolean): PeerId[] {
    const speaks = (protocols: readonly string[]): boolean =>
      protocols.length === 0 || protocols.includes(SYNC_PROTOCOL);
    return this.#init.host
      .connections()
      .filter(({ protocols }) => speaks(protocols))
      .map(({ peerId }) => peerId)
      .filter((peerId) => !this.#book.isShunned(peerId.toString()))
      .filter((peerId) => !rested || !this.#book.isResting(peerId.toString()));
  }
}

/** Those that made another executable which did not come with them. */
function freeingOthers(results: readonly Admitted[]): Admitted[] {
  const came = new Set(results.map(({ hash }) => hash));
  return results.filter(
    ({ outcome }) => outcome.status === 'pending' && outcome.promoted.some(({ hash }) => !came.has(hash)),
  );
}
