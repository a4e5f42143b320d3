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
    const carried = read();
    this.#remember(idKey, nowMs, carried);
    return { carried, duplicate: false };
  }

  /** A message of our own: whoever sends it back sends a duplicate. */
  own(idKey: string, nowMs: number, carried: Carried): void {
    if (!this.#byId.has(idKey)) this.#remember(idKey, nowMs, carried);
  }

  #remember(idKey: string, nowMs: number, carried: Carried): void {
    for (const [key, { expiresAtMs }] of this.#byId) {
      if (expiresAtMs > nowMs) break;
      this.#byId.delete(key);
    }
    this.#byId.set(idKey, { carried, expiresAtMs: nowMs + this.#ttlMs });
  }
}
