import type { PeerId } from '@libp2p/interface';
import type { Cancel, Clock, Random } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import { Agenda, type Due } from './agenda.ts';
import type { SessionResult } from './exchange.ts';

/** Share of the interval by which each is earlier or later: nodes that started together do not compare together. */
const JITTER = 0.25;
/** Within which a peer that has connected is asked, ms: a node that dials a hundred does not ask all at once. */
const CONNECT_WITHIN_MS = 200;
/** Between one session and the next of those that follow news, ms: time to take what the last one brought. */
const FOLLOW_MS = 100;
/** A peer that was busy is asked again after this, ms, each time half as long again, and so often. */
const BUSY_RETRY_MS = 300;
const MAX_BUSY_RETRIES = 8;
/** A session that left something for later is gone on with after this, ms. */
const UNFINISHED_RETRY_MS = 1_000;

export interface ScheduleInit {
  clock: Clock;
  random: Random;
  intervalMs: number;
  /** Those a session can be held with; `rested`: those it may be worth while with, by chance. */
  peers: (rested: boolean) => PeerId[];
  /** Whether a session can begin now; `pump` is called when that changes. */
  isFree: () => boolean;
  /** Holds one. What goes wrong is dealt with there. */
  ask: (peerId: PeerId) => Promise<Pick<SessionResult, 'answer' | 'isUnfinished'>>;
}

/** When we ask whom: one session at a time, the one that is due first. */
export class Schedule {
  readonly #init: ScheduleInit;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #agenda = new Agenda();
  #cancelPump: Cancel | undefined;
  #cancelInterval: Cancel | undefined;
  #runs = false;

  constructor(init: ScheduleInit) {
    this.#init = init;
    this.#clock = init.clock;
    this.#random = init.random;
  }

  start(): void {
    this.#runs = true;
    this.#intervalLater();
  }

  stop(): void {
    this.#runs = false;
    this.#cancelPump?.();
    this.#cancelInterval?.();
    this.#agenda.clear();
  }

  /** By how much the session that is due first is late, ms. */
  get overdueMs(): number {
    const due = this.#agenda.earliest();
    return due === undefined ? 0 : Math.max(0, this.#clock.nowMs() - due.atMs);
  }

  onConnect(peerId: PeerId): void {
    this.#plan(peerId, CONNECT_WITHIN_MS * this.#random.next());
  }

  forget(peer: PeerIdText): void {
    this.#agenda.remove(peer);
  }

  /** There is more to be had from this peer. */
  goOn(peerId: PeerId): void {
    this.#plan(peerId, UNFINISHED_RETRY_MS * (1 + this.#random.next()));
  }

  /** All but the one it came from, in an order of chance, one after the other. */
  followNews(from: PeerIdText): void {
    const others = this.#init
      .peers(false)
      .filter((peerId) => peerId.toString() !== from)
      .map((peerId) => ({ peerId, order: this.#random.next() }))
      .sort((a, b) => a.order - b.order);
    for (const [index, { peerId }] of others.entries())
      this.#plan(peerId, FOLLOW_MS * (index + 1 + this.#random.next()));
  }

  /** Begins the session that is due, or sees to it that it will. */
  pump(): void {
    this.#cancelPump?.();
    this.#cancelPump = undefined;
    const due = this.#agenda.earliest();
    if (due === undefined || !this.#runs || !this.#init.isFree()) return;
    const waitMs = due.atMs - this.#clock.nowMs();
    if (waitMs > 0) {
      this.#cancelPump = this.#clock.after(waitMs, () => this.pump());
      return;
    }
    this.#agenda.remove(due.peerId.toString());
    void this.#run(due);
  }

  /** One of those connected, each interval. */
  #intervalLater(): void {
    const delayMs = this.#init.intervalMs * (1 - JITTER + 2 * JITTER * this.#random.next());
    this.#cancelInterval = this.#clock.after(delayMs, () => {
      const peers = this.#init.peers(true);
      const chosen = peers[Math.floor(this.#random.next() * peers.length)];
      if (chosen !== undefined) this.#plan(chosen, 0);
      this.#intervalLater();
    });
  }

  #plan(peerId: PeerId, delayMs: number, attempts = 0): void {
    if (!this.#runs) return;
    this.#agenda.add(peerId, this.#clock.nowMs() + delayMs, attempts);
    this.pump();
  }

  /** Never throws. */
  async #run({ peerId, attempts }: Due): Promise<void> {
    try {
      const { answer, isUnfinished } = await this.#init.ask(peerId);
      if (isUnfinished) this.goOn(peerId);
      if (answer !== 'busy' || attempts === MAX_BUSY_RETRIES) return;
      const waitMs = BUSY_RETRY_MS * 1.5 ** attempts;
      this.#plan(peerId, waitMs * (1 + this.#random.next()), attempts + 1);
    } catch {
      // Dealt with where it happened.
    }
  }
}
