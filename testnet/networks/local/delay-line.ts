/**
 * One direction of an emulated link: what is handed over at t comes out at max(t + delay, the one before it), in
 * order, nothing lost. The local counterpart of LinkDirection in the simulated network.
 */
import type { Cancel, Clock } from '../../../src/environment.ts';

/**
 * Node's timers count whole milliseconds and fire about 0.15 ms behind: a wait rounded up comes out 0.65 ms late in
 * the mean. So what is due within this time goes out together with what is due now, and the timer's own errors lie
 * around zero. What remains with libp2p on top is 0.3 ms in the mean on two half busy cores (`npm run bench -- links`).
 * Spinning for the rest was measured, too: it is no better in the mean and takes a quarter of a core at 500 parcels a
 * second, which the nodes need themselves.
 */
const EARLY_MS = 0.65;

interface Parcel {
  dueMs: number;
  bytes: number;
  deliver: () => void;
  next: Parcel | undefined;
}

export class DelayLine {
  readonly #clock: Clock;
  readonly #delayMs: () => number;
  #first: Parcel | undefined;
  #last: Parcel | undefined;
  /** Passes what is held up, and ends the line. */
  #reset: Parcel | undefined;
  #lastDueMs = 0;
  #held = false;
  #closed = false;
  #delivering = false;
  #cancelTimer: Cancel | undefined;
  #bytes = 0;

  /** @param delayMs Asked once for each parcel: milliseconds, fractional, from 0 up. */
  constructor(clock: Clock, delayMs: () => number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Handed over and not delivered. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `deliver` runs when it is due and all before it has been delivered; never, once the line is closed or reset. */
  send(bytes: number, deliver: () => void): void {
    if (this.#closed || this.#reset !== undefined) return;
    const parcel = this.#parcel(bytes, deliver);
    this.#bytes += bytes;
    if (this.#last === undefined) this.#first = parcel;
    else this.#last.next = parcel;
    this.#last = parcel;
    this.#wait();
  }

  /**
   * As `send`, and the last there is: it runs when it is due even while the line is held, and what was not delivered by
   * then is lost, as it is behind the RST of a TCP connection.
   */
  reset(deliver: () => void): void {
    if (this.#closed || this.#reset !== undefined) return;
    this.#reset = this.#parcel(0, deliver);
    this.#wait();
  }

  /** Nothing is delivered until release(). */
  hold(): void {
    this.#held = true;
  }

  /** What came due meanwhile is delivered at once. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#deliverDue();
  }

  /** Throws away what was not delivered, and all that is yet to come. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#first = this.#last = this.#reset = undefined;
    this.#bytes = 0;
  }

  #parcel(bytes: number, deliver: () => void): Parcel {
    this.#lastDueMs = Math.max(this.#clock.nowMs() + this.#delayMs(), this.#lastDueMs);
    return { dueMs: this.#lastDueMs, bytes, deliver, next: undefined };
  }

  #wait(): void {
    if (this.#cancelTimer !== undefined || this.#delivering) return;
    const next = this.#held ? this.#reset : (this.#first ?? this.#reset);
    if (next === undefined) return;
    // Whole, so that the timer does not cut the fraction off.
    const waitMs = Math.max(0, Math.ceil(next.dueMs - this.#clock.nowMs() - EARLY_MS));
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#deliverDue();
    });
  }

  #deliverDue(): void {
    // Delivering may hold, release, send to or close this very line.
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      const untilMs = this.#clock.nowMs() + EARLY_MS;
      while (!this.#held && this.#first !== undefined && this.#first.dueMs <= untilMs) {
        const { bytes, deliver, next } = this.#first;
        this.#first = next;
        if (next === undefined) this.#last = undefined;
        this.#bytes -= bytes;
        deliver();
      }
      if (this.#reset !== undefined && this.#reset.dueMs <= untilMs) {
        const { deliver } = this.#reset;
        this.close();
        deliver();
      }
    } finally {
      this.#delivering = false;
    }
    this.#wait();
  }
}
