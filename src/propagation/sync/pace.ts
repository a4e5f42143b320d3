import type { Clock } from '../../environment.ts';

/** Holds one peer's pages to so many bytes a second, `burstBytes` of them at once after a pause. */
export class Pace {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  readonly #burstMs: number;
  /** When all that passed so far would have, one after the other. */
  #freeAtMs = -Infinity;

  constructor(clock: Clock, bytesPerSecond: number, burstBytes: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond / 1000;
    this.#burstMs = burstBytes / this.#bytesPerMs;
  }

  /** Resolves when they may pass. */
  async pass(bytes: number): Promise<void> {
    const nowMs = this.#clock.nowMs();
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs - this.#burstMs) + bytes / this.#bytesPerMs;
    const waitMs = this.#freeAtMs - nowMs;
    if (waitMs > 0) await new Promise<void>((resolve) => void this.#clock.after(waitMs, resolve));
  }
}
