import type { Hex } from '../bytes.ts';

/** What a gossip message carries. */
export interface Carried {
  transactions: number;
  /** Of them, where somebody asks; null for a message that cannot be read. */
  hashes?: readonly (Hex | null)[] | undefined;
}

/**
 * What each gossip message carries, remembered as long as gossipsub remembers its id, so that a duplicate counts for
 * all it brought again without being decoded.
 */
export class CopyCounter {
  readonly #ttlMs: number;
  readonly #byId = new Map<string, { carried: Carried; expiresAtMs: number }>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** What is in this copy; `read` is asked only for a message not seen before. */
  copy(idKey: string, nowMs: number, read: () => Carried): { carried: Carried; duplicate: boolean } {
    const known = this.#byId.get(idKey);
    if (known !== undefined) return { carried: known.carried, duplicate: true };
    for (const [key, { expiresAtMs }] of this.#byId) {
      if (expiresAtMs > nowMs) break;
      this.#byId.delete(key);
    }
    const carried = read();
    this.#byId.set(idKey, { carried, expiresAtMs: nowMs + this.#ttlMs });
    return { carried, duplicate: false };
  }
}
