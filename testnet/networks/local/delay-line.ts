/**
 * A queue in time: each parcel comes out at its own due time or behind the one before it, in order, nothing lost. What
 * the local network emulates links with.
 */
import type { Cancel, Clock } from '../../../src/environment.ts';

/**
 * Node's timers count whole milliseconds and fire about 0.15 ms behind: a wait rounded up comes out 0.65 ms late in
 * the mean. So what is due within this time goes out together with what is due now, and the timer's own errors lie
 * around zero. What remains with libp2p on top is 0.3 ms in the mean on two half busy cores (`npm run bench -- links`).
 * Spinning for the rest was measured, too: it is no better in the mean and takes a quarter of a core at 500 parcels a
 * second, which the nodes need themselves.
 *
 * No error adds up: due times are absolute, and what follows is reckoned from them and not from when a timer fired.
 */
const EARLY_MS = 0.65;

export interface Sized {
  bytes: number;
}

interface Entry<Parcel> {
  parcel: Parcel;
  dueMs: number;
  next: Entry<Parcel> | undefined;
}

export class DelayLine<Parcel extends Sized> {
  readonly #clock: Clock;
  readonly #deliver: (parcel: Parcel, dueMs: number) => void;
  #first: Entry<Parcel> | undefined;
  #last: Entry<Parcel> | undefined;
  /** Passes what is held up, and ends the line. */
  #reset: Entry<Parcel> | undefined;
  #lastDueMs = 0;
  #held = false;
  #closed = false;
  #delivering = false;
  #cancelTimer: Cancel | undefined;
  #bytes = 0;

  /** @param deliver Told the time a parcel was due, too. */
  constructor(clock: Clock, deliver: (parcel: Parcel, dueMs: number) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Handed over and not delivered. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Delivered when it is due and all before it has been; at once, before this returns, where both are so now. Never,
   * once the line is closed or reset.
   */
  send(parcel: Parcel, dueMs: number): void {
    if (this.#closed || this.#reset !== undefined) return;
    const entry = this.#entry(parcel, dueMs);
    const empty = this.#first === undefined && !this.#held && !this.#delivering;
    if (empty && entry.dueMs <= this.#clock.nowMs() + EARLY_MS) {
      this.#deliver(parcel, entry.dueMs);
      return;
    }
    this.#bytes += parcel.bytes;
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#wait();
  }

  /**
   * As `send`, and the last there is: it is delivered when it is due even while the line is held, and what was not
   * delivered by then is lost, as it is behind the RST of a TCP connection.
   */
  reset(parcel: Parcel, dueMs: number): void {
    if (this.#closed || this.#reset !== undefined) return;
    this.#reset = this.#entry(parcel, dueMs);
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

  /** Hands back, in order, what is due later than at `dueMs` (default: all there is), as if it had never been sent. */
  take(dueMs = -Infinity): Parcel[] {
    const taken: Parcel[] = [];
    let last: Entry<Parcel> | undefined;
    for (let entry = this.#first; entry !== undefined; entry = entry.next) {
      if (entry.dueMs <= dueMs) last = entry;
      else {
        taken.push(entry.parcel);
        this.#bytes -= entry.parcel.bytes;
      }
    }
    if (last === undefined) this.#first = undefined;
    else last.next = undefined;
    this.#last = last;
    this.#lastDueMs = last?.dueMs ?? 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#wait();
    return taken;
  }

  /** Throws away what was not delivered, and all that is yet to come. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#first = this.#last = this.#reset = undefined;
    this.#bytes = 0;
  }

  #entry(parcel: Parcel, dueMs: number): Entry<Parcel> {
    this.#lastDueMs = Math.max(dueMs, this.#lastDueMs);
    return { parcel, dueMs: this.#lastDueMs, next: undefined };
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
    // Delivering may hold, release, send to, empty or close this very line.
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      const untilMs = this.#clock.nowMs() + EARLY_MS;
      while (!this.#held && this.#first !== undefined && this.#first.dueMs <= untilMs) {
        const { parcel, dueMs, next } = this.#first;
        this.#first = next;
        if (next === undefined) this.#last = undefined;
        this.#bytes -= parcel.bytes;
        this.#deliver(parcel, dueMs);
      }
      if (this.#reset !== undefined && this.#reset.dueMs <= untilMs) {
        const { parcel, dueMs } = this.#reset;
        this.close();
        this.#deliver(parcel, dueMs);
      }
    } finally {
      this.#delivering = false;
    }
    this.#wait();
  }
}
