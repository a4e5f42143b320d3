import type { Hex } from '../bytes.ts';

/** What was recovered: an address, or that no key can have made the signature. */
export type Recovered = Hex | 'forged';

/**
 * Senders of what was verified lately: a hash has one sender for ever, so nothing that comes again, because the pool
 * refused it, dropped it or has not got it yet, is recovered twice. Bounded; the oldest is forgotten.
 */
export class SenderMemory {
  readonly #maxHashes: number;
  readonly #byHash = new Map<Hex, Recovered>();

  constructor(maxHashes: number) {
    this.#maxHashes = maxHashes;
  }

  get size(): number {
    return this.#byHash.size;
  }

  get(hash: Hex): Recovered | undefined {
    return this.#byHash.get(hash);
  }

  remember(hash: Hex, recovered: Recovered): void {
    this.#byHash.delete(hash);
    this.#byHash.set(hash, recovered);
    if (this.#byHash.size <= this.#maxHashes) return;
    const oldest = this.#byHash.keys().next();
    if (!oldest.done) this.#byHash.delete(oldest.value);
  }
}
