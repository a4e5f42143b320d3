import type { Hex } from '../bytes.ts';

/**
 * Local transactions no peer has shown to have: sent to us of its own accord, or in a comparison of pools. A peer that
 * lies about holding one hides it until the node restarts: as in Bitcoin Core, this mends loss, it does not defend
 * against an eclipse.
 */
export class Unbroadcast implements Iterable<Hex> {
  readonly #hashes = new Set<Hex>();

  get count(): number {
    return this.#hashes.size;
  }

  has(hash: Hex): boolean {
    return this.#hashes.has(hash);
  }

  add(hash: Hex): void {
    this.#hashes.add(hash);
  }

  /** A peer has shown that it has them, or they have left the pool. */
  drop(hashes: readonly Hex[]): void {
    for (const hash of hashes) this.#hashes.delete(hash);
  }

  [Symbol.iterator](): Iterator<Hex> {
    return this.#hashes.values();
  }
}
