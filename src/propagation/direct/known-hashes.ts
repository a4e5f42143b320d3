import type { Hex } from '../../bytes.ts';

/** What a peer is known to have: sent by it or to it. The oldest are forgotten. */
export class KnownHashes {
  readonly #max: number;
  readonly #hashes = new Set<Hex>();

  /** @param max 0: nothing is remembered. */
  constructor(max: number) {
    this.#max = max;
  }

  has(hash: Hex): boolean {
    return this.#hashes.has(hash);
  }

  add(hash: Hex): void {
    if (this.#max === 0) return;
    this.#hashes.add(hash);
    if (this.#hashes.size <= this.#max) return;
    const oldest = this.#hashes.keys().next();
    if (!oldest.done) this.#hashes.delete(oldest.value);
  }
}
