import type { Clock } from '../environment.ts';

/** Of work before others have their turn, ms: with single steps well below one, sockets and timers wait 5 ms. */
const TURN_MS = 4;

/**
 * Of the time between two pieces, what counts back. Not all of it: reading the next message off its socket holds the
 * event loop too, and whoever works a fifth of the time may have to wait a millisecond now and then.
 */
const COUNTED_BACK = 0.2;

/**
 * How long pieces of work have held the event loop, one after the other. Time in which none was done counts back, so
 * that single ones are never put off. In virtual time, where work takes none, nothing is.
 */
export class Turn {
  readonly #clock: Clock;
  /** Of the work before this piece. */
  #heldMs = 0;
  #beganAtMs: number;
  #endedAtMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beganAtMs = clock.nowMs();
  }

  /** A piece of work begins. */
  begin(): void {
    this.#beganAtMs = this.#clock.nowMs();
    this.#heldMs = Math.max(0, this.#heldMs - COUNTED_BACK * (this.#beganAtMs - this.#endedAtMs));
  }

  /** It is done, or waits for something else. */
  end(): void {
    this.#endedAtMs = this.#clock.nowMs();
    this.#heldMs += this.#endedAtMs - this.#beganAtMs;
  }

  /** Others ought to have their turn. */
  isOver(): boolean {
    return this.#heldMs + this.#clock.nowMs() - this.#beganAtMs >= TURN_MS;
  }

  /** Resolves when whatever else waits in the event loop has had it. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => void this.#clock.after(0, resolve));
    this.#heldMs = 0;
    this.#beganAtMs = this.#clock.nowMs();
  }
}
