import type { Hex } from '../bytes.ts';

/** Messages. Bounds memory when nothing comes back, as on a network of two: the last minute of a busy node. */
const MAX_REMEMBERED = 4096;

/** Messages of our own that nobody has sent back yet: who does shows that it has what is in them. */
export class Echoes {
  readonly #hashes = new Map<string, readonly Hex[]>();

  sent(idKey: string, hashes: readonly Hex[]): void {
    this.#hashes.set(idKey, hashes);
    if (this.#hashes.size <= MAX_REMEMBERED) return;
    const oldest = this.#hashes.keys().next();
    if (!oldest.done) this.#hashes.delete(oldest.value);
  }

  /** The transactions of a message of ours, the first time a peer sends it; otherwise undefined. */
  received(idKey: string): readonly Hex[] | undefined {
    const hashes = this.#hashes.get(idKey);
    if (hashes !== undefined) this.#hashes.delete(idKey);
    return hashes;
  }
}
