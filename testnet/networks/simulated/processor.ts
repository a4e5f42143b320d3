/** The one core of a simulated node: work is done in the order it comes, one thing at a time. */
export class Processor {
  #busyUntilMs = 0;

  /** When work of `costMs` handed over at `nowMs` is done. */
  occupy(nowMs: number, costMs: number): number {
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + costMs;
    return this.#busyUntilMs;
  }
}
