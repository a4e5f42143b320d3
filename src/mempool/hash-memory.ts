import type { Hex } from '../bytes.ts';

/** Hashes of what was evicted or refused, for a while: bounded in number and in time. */
export class HashMemory {
  readonly #maxHashes: number;
  readonly #rememberedMs: number;
  /** Hash -> when it is forgotten; oldest first. */
  readonly #until = new Map<Hex, number>();

  constructor(maxHashes: number, rememberedMs: number) {
    this.#maxHashes = maxHashes;
    this.#rememberedMs = rememberedMs;
  }

  get size(): number {
    return this.#until.size;
  }

  remember(hash: Hex, nowMs: number): void {
    this.#until.delete(hash);
    this.#until.set(hash, nowMs + this.#rememberedMs);
    if (this.#until.size > this.#maxHashes) {
      const oldest = this.#until.keys().next();
      if (!oldest.done) this.#until.delete(oldest.value);
    }
  }

  /** Milliseconds for which `hash` is still remembered, 0 when it is not. */
  remainingMs(hash: Hex, nowMs: number): number {
    return Math.max(0, (this.#until.get(hash) ?? nowMs) - nowMs);
  }

  /** Those still remembered. */
  *hashes(nowMs: number): Iterable<Hex> {
    for (const [hash, untilMs] of this.#until) if (untilMs > nowMs) yield hash;
  }

  forget(nowMs: number): void {
    for (const [hash, untilMs] of this.#until) {
      if (untilMs > nowMs) return;
      this.#until.delete(hash);
    }
  }
}
