import type { Hex } from '../../bytes.ts';
import type { GivenBack } from '../../mempool/mempool.ts';

interface Remembered extends GivenBack {
  /** Of the head that was followed when it left. */
  headNumber: bigint;
}

/** What an entry weighs beside its encoding: the decoded transaction, the place in the map. */
const ENTRY_BYTES = 1024;

/**
 * What left the pool as included, for as many blocks as a reorganisation is followed and while there is room, the
 * oldest going first: the chain may give it back.
 */
export class IncludedMemory {
  readonly #maxBytes: number;
  readonly #maxDepth: bigint;
  readonly #entries = new Map<Hex, Remembered>();
  #bytes = 0;

  constructor({ maxBytes, maxDepth }: { maxBytes: number; maxDepth: number }) {
    this.#maxBytes = maxBytes;
    this.#maxDepth = BigInt(maxDepth);
  }

  get size(): number {
    return this.#entries.size;
  }

  remember(included: GivenBack, headNumber: bigint): void {
    const { hash, raw } = included.transaction;
    this.forget(hash);
    this.#entries.set(hash, { ...included, headNumber });
    this.#bytes += raw.length + ENTRY_BYTES;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.forget(oldest);
    }
  }

  forget(hash: Hex): void {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return;
    this.#entries.delete(hash);
    this.#bytes -= entry.transaction.raw.length + ENTRY_BYTES;
  }

  /** Forgets what lies too deep under `headNumber` to come back. */
  age(headNumber: bigint): void {
    for (const [hash, entry] of this.#entries) {
      if (headNumber - entry.headNumber > this.#maxDepth) this.forget(hash);
    }
  }

  /** The oldest first; of one sender in nonce order. */
  entries(): GivenBack[] {
    return [...this.#entries.values()];
  }
}
