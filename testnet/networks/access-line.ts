/** A line of so many bits per second, one way, first come first served: the access of a node, or one link. */
export class AccessLine {
  readonly bitsPerSecond: number;
  #busyUntilMs = 0;

  /** @param bitsPerSecond Infinity for a line that never fills. */
  constructor(bitsPerSecond: number) {
    this.bitsPerSecond = bitsPerSecond;
  }

  /** When the last bit of `bytes` handed over at `nowMs` has passed. */
  pass(nowMs: number, bytes: number): number {
    if (this.bitsPerSecond === Infinity) return nowMs;
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + (bytes * 8000) / this.bitsPerSecond;
    return this.#busyUntilMs;
  }
}
