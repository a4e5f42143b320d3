import type { Hex } from '../../bytes.ts';

export interface Account {
  nonce: bigint;
  /** Wei. */
  balance: bigint;
}

/**
 * Accounts at one head. Those of the pool's senders are held, the longest unasked first, because the pool may ask for
 * any of them; of others the most recently used `maxRecent`.
 */
export class AccountCache {
  readonly #maxRecent: number;
  #held = new Map<Hex, Account>();
  #recent = new Map<Hex, Account>();
  /** What was known at the head before, `held` and `recent`. */
  #former: readonly ReadonlyMap<Hex, Account>[] = [];

  constructor(maxRecent: number) {
    this.#maxRecent = maxRecent;
  }

  has(address: Hex): boolean {
    return this.#held.has(address) || this.#recent.has(address);
  }

  get(address: Hex): Account | undefined {
    const held = this.#held.get(address);
    if (held !== undefined) return held;
    const recent = this.#recent.get(address);
    if (recent !== undefined) this.#putRecent(address, recent);
    return recent;
  }

  /** At this head, or else at the one before: for who asked whether it is known a moment before the head moved. */
  lastKnown(address: Hex): Account | undefined {
    return this.get(address) ?? this.#former.find((known) => known.has(address))?.get(address);
  }

  put(address: Hex, account: Account): void {
    if (this.#held.has(address)) this.#held.set(address, account);
    else this.#putRecent(address, account);
  }

  /** Held accounts, the longest unasked first. */
  held(): Iterable<Hex> {
    return this.#held.keys();
  }

  get size(): number {
    return this.#held.size + this.#recent.size;
  }

  /**
   * At another head: `fresh` was asked for there, the rest of `holding` is taken to be as it was, everything else is
   * known no longer. What of `fresh` is not to be held counts as recent.
   */
  moveOn(holding: Iterable<Hex>, fresh: ReadonlyMap<Hex, Account>): void {
    const wanted = new Set(holding);
    const held = new Map<Hex, Account>();
    this.#former = [this.#held, this.#recent];
    for (const known of this.#former) {
      for (const [address, account] of known) {
        if (wanted.has(address) && !fresh.has(address)) held.set(address, account);
      }
    }
    this.#recent = new Map();
    for (const [address, account] of fresh) {
      if (wanted.has(address)) held.set(address, account);
      else this.#putRecent(address, account);
    }
    this.#held = held;
  }

  #putRecent(address: Hex, account: Account): void {
    this.#recent.delete(address);
    this.#recent.set(address, account);
    if (this.#recent.size > this.#maxRecent) {
      const [longestUnused] = this.#recent.keys();
      this.#recent.delete(longestUnused!);
    }
  }
}
