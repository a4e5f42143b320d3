/**
 * How many transactions each gossip message carries, remembered as long as gossipsub remembers its id, so that a
 * duplicate counts for all it brought again without being decoded.
 */
export class CopyCounter {
  readonly #ttlMs: number;
  readonly #byId = new Map<string, { transactions: number; expiresAtMs: number }>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  /** Transactions in this copy; `count` is asked only for a message not seen before. */
  copy(idKey: string, nowMs: number, count: () => number): { transactions: number; duplicate: boolean } {
    const known = this.#byId.get(idKey);
    if (known !== undefined) return { transactions: known.transactions, duplicate: true };
    for (const [key, { expiresAtMs }] of this.#byId) {
      if (expiresAtMs > nowMs) break;
      this.#byId.delete(key);
    }
    const transactions = count();
    this.#byId.set(idKey, { transactions, expiresAtMs: nowMs + this.#ttlMs });
    return { transactions, duplicate: false };
  }
}
