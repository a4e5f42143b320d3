/**
 * The one core of a simulated node: messages it receives and signatures it verifies are worked on in the order they
 * come, one at a time.
 */
export class Processor {
  /** Cost of each message received at full speed. 0: messages are free, and do not wait for the core either. */
  readonly messageMs: number;
  #slowness = 1;
  #busyUntilMs = 0;
  #frozenAtMs: number | undefined;

  constructor(messageMs = 0) {
    this.messageMs = messageMs;
  }

  /** How many times slower than full speed it is. */
  get slowness(): number {
    return this.#slowness;
  }

  /**
   * From now on, for what is left of the work handed over already, too.
   * @returns how many times longer that takes now.
   * @throws {RangeError} unless above 0.
   */
  slowDown(factor: number, nowMs: number): number {
    if (!(factor > 0 && factor < Infinity)) {
      throw new RangeError(`a node is slowed by a factor above 0, not ${factor}: freeze it to stop it`);
    }
    const ratio = factor / this.#slowness;
    this.#slowness = factor;
    const sinceMs = this.#frozenAtMs ?? nowMs;
    if (this.#busyUntilMs > sinceMs) this.#busyUntilMs = sinceMs + (this.#busyUntilMs - sinceMs) * ratio;
    return ratio;
  }

  /** When work that takes `costMs` at full speed, handed over at `nowMs`, is done. */
  occupy(nowMs: number, costMs: number): number {
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + costMs * this.#slowness;
    return this.#busyUntilMs;
  }

  /** What is left to do is still left when it goes on. */
  freeze(nowMs: number): void {
    this.#frozenAtMs = nowMs;
  }

  thaw(nowMs: number): void {
    const sinceMs = this.#frozenAtMs ?? nowMs;
    this.#frozenAtMs = undefined;
    if (this.#busyUntilMs > sinceMs) this.#busyUntilMs += nowMs - sinceMs;
  }
}
