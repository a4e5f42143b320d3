/**
 * A rate with room for bursts: tokens drip in at a steady rate up to a most, each call takes one. What is let in may
 * overdraw it, as a batch does, whose calls are counted only once it has been read; then nothing more is let in until
 * the debt is paid. Clock-free: time is an argument.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Until one more may come in; 0 when it may now. */
  delayMs(nowMs: number): number {
    this.#drip(nowMs);
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) * 1000) / this.#perSecond;
  }

  take(count: number, nowMs: number): void {
    this.#drip(nowMs);
    this.#tokens -= count;
  }

  #drip(nowMs: number): void {
    const dripped = ((nowMs - this.#atMs) * this.#perSecond) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + dripped);
    this.#atMs = nowMs;
  }
}
