import type { Clock } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import { MAX_PAGE_BYTES } from './messages.ts';
import type { SyncOptions } from './options.ts';
import { Pace } from './pace.ts';

/** What is kept of a peer while it is connected. */
export interface PeerEntry {
  pace: { given: Pace; taken: Pace };
  /** When its last session that went beyond the digest began. */
  lastSessionAtMs: number;
  /** Sessions in a row that cost much and moved nothing. */
  fruitless: number;
  /** Until then chance does not choose it. */
  restsUntilMs: number;
}

/** Peers that broke the rules are not talked to for so long, however often they come back. */
const SHUNNED_MS = 600_000;
/** Bounds what a crowd of fresh identities leaves behind: the oldest are forgotten. */
const MAX_SHUNNED = 1024;
/** Rests grow up to 2^5 intervals: five minutes. */
const MAX_DOUBLINGS = 5;

export class PeerBook {
  readonly #clock: Clock;
  readonly #options: SyncOptions;
  readonly #entries = new Map<PeerIdText, PeerEntry>();
  readonly #shunnedUntilMs = new Map<PeerIdText, number>();

  constructor(clock: Clock, options: SyncOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Only of a peer that is connected. */
  of(peer: PeerIdText): PeerEntry {
    let entry = this.#entries.get(peer);
    if (entry === undefined) {
      const pace = (): Pace => new Pace(this.#clock, this.#options.bytesPerSecond, MAX_PAGE_BYTES);
      entry = {
        pace: { given: pace(), taken: pace() },
        lastSessionAtMs: -Infinity,
        fruitless: 0,
        restsUntilMs: -Infinity,
      };
      this.#entries.set(peer, entry);
    }
    return entry;
  }

  /** It is no longer connected. */
  forget(peer: PeerIdText): void {
    this.#entries.delete(peer);
  }

  /** Nothing came of much: the next time chance may choose it is twice as far off. */
  rest(peer: PeerIdText): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    entry.restsUntilMs = this.#clock.nowMs() + this.#options.intervalMs * 2 ** entry.fruitless;
    entry.fruitless = Math.min(entry.fruitless + 1, MAX_DOUBLINGS);
  }

  useful(peer: PeerIdText): void {
    const entry = this.#entries.get(peer);
    if (entry === undefined) return;
    entry.fruitless = 0;
    entry.restsUntilMs = -Infinity;
  }

  isResting(peer: PeerIdText): boolean {
    return (this.#entries.get(peer)?.restsUntilMs ?? -Infinity) > this.#clock.nowMs();
  }

  shun(peer: PeerIdText): void {
    this.#shunnedUntilMs.delete(peer);
    this.#shunnedUntilMs.set(peer, this.#clock.nowMs() + SHUNNED_MS);
    if (this.#shunnedUntilMs.size <= MAX_SHUNNED) return;
    const oldest = this.#shunnedUntilMs.keys().next();
    if (!oldest.done) this.#shunnedUntilMs.delete(oldest.value);
  }

  isShunned(peer: PeerIdText): boolean {
    return (this.#shunnedUntilMs.get(peer) ?? -Infinity) > this.#clock.nowMs();
  }
}
