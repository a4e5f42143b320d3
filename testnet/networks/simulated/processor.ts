/**
 * The one core of a simulated node: messages it receives and signatures it verifies are worked on in the order they
 * come, one at a time.
 */
export class Processor {
  /** Cost of each message received. 0: messages are free, and do not wait for the core either. */
  readonly messageMs: number;
  #busyUntilMs = 0;

  constructor(messageMs = 0) {
    this.messageMs = messageMs;
  }

  /** When work of `costMs` handed over at `nowMs` is done. */
  occupy(nowMs: number, costMs: number): number {
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + costMs;
    return this.#busyUntilMs;
  }
}
