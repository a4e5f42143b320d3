/** A slow processor out of a fast one: it is stopped for a share of each period. */
import type { Cancel, Clock } from '../../../src/environment.ts';

/** Short against a heartbeat and a validation, long against the millisecond that a timer is off by. */
const PERIOD_MS = 20;
/** A turn shorter than this is mostly the timer's error: slower than a tenth takes longer periods instead. */
const SHORTEST_TURN_MS = 2;

export interface Stoppable {
  freeze(): void;
  thaw(): void;
}

export class DutyCycle {
  readonly #clock: Clock;
  readonly #process: Stoppable;
  readonly #factor: number;
  #cancel: Cancel | undefined;

  /**
   * Starts at once.
   * @param factor `process` runs 1/factor of the time.
   * @throws {RangeError} unless above 1.
   */
  constructor(clock: Clock, process: Stoppable, factor: number) {
    if (!(factor > 1 && factor < Infinity)) {
      throw new RangeError(`a process can be slowed down by a factor above 1, not ${factor}`);
    }
    this.#clock = clock;
    this.#process = process;
    this.#factor = factor;
    this.#stopTurn(clock.nowMs());
  }

  /** Leaves the process running. */
  end(): void {
    this.#cancel?.();
    this.#process.thaw();
  }

  get #periodMs(): number {
    return Math.max(PERIOD_MS, SHORTEST_TURN_MS * this.#factor);
  }

  /** @param dueMs When the turn was to begin: the next is reckoned from there, so that no error adds up. */
  #stopTurn(dueMs: number): void {
    this.#process.freeze();
    this.#at(dueMs + this.#periodMs * (1 - 1 / this.#factor), (nextMs) => this.#runTurn(nextMs));
  }

  #runTurn(dueMs: number): void {
    this.#process.thaw();
    this.#at(dueMs + this.#periodMs / this.#factor, (nextMs) => this.#stopTurn(nextMs));
  }

  #at(dueMs: number, turn: (dueMs: number) => void): void {
    const nowMs = this.#clock.nowMs();
    // A controller that was held up for whole periods does not make up for them.
    const atMs = dueMs < nowMs - this.#periodMs ? nowMs : dueMs;
    this.#cancel = this.#clock.after(Math.max(0, atMs - nowMs), () => turn(atMs));
  }
}
