import type { Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { Mempool, PoolChange } from '../../mempool/mempool.ts';
import { DIGEST_BYTES } from './messages.ts';

/** No transaction is held: it may have left the pool long ago. */
interface Promotion {
  hash: Hex;
  sinceMs: number;
}

/** Promotions that are over and still in the list at most, before it is cut. */
const MAX_OVER = 1024;

/**
 * What is compared with peers: everything pending but what became so within the last `graceMs`, which gossip is about
 * to bring. Asked for rarely and changed all the time, so a change is only noted down.
 */
export class SettledSet {
  readonly #pool: Mempool;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #unsubscribe: () => void;
  /** Oldest first; those before `#over` are longer ago than the grace. */
  #promotions: Promotion[] = [];
  #over = 0;

  constructor(pool: Mempool, clock: Clock, graceMs: number) {
    this.#pool = pool;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#unsubscribe = graceMs === 0 ? () => undefined : pool.subscribe((change) => this.#onChange(change));
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** `digest`: the low 128 bits of the sum of the hashes, which is of the set, whatever its order. O(fresh). */
  summary(): { count: number; digest: Uint8Array } {
    const fresh = this.#fresh();
    let sum = this.#pool.pendingDigest;
    for (const hash of fresh) sum -= BigInt(hash);
    const digest = new Uint8Array(DIGEST_BYTES);
    const view = new DataView(digest.buffer);
    view.setBigUint64(0, BigInt.asUintN(64, sum >> 64n));
    view.setBigUint64(8, BigInt.asUintN(64, sum));
    return { count: this.#pool.counts.pending - fresh.size, digest };
  }

  /** Those of `hashes` that are in it, in their order. O(hashes + fresh). */
  among(hashes: Iterable<Hex>): Hex[] {
    const fresh = this.#fresh();
    return [...hashes].filter((hash) => !fresh.has(hash) && this.#pool.get(hash)?.status === 'pending');
  }

  /** O(pool). */
  hashes(): Hex[] {
    const fresh = this.#fresh();
    const hashes: Hex[] = [];
    for (const { hash } of this.#pool.pendingTransactions()) if (!fresh.has(hash)) hashes.push(hash);
    return hashes;
  }

  /** Gossip is not to bring these anywhere: they belong to the set at once. O(hashes + fresh). */
  settle(hashes: readonly Hex[]): void {
    this.#forget();
    const settled = new Set(hashes);
    this.#promotions = this.#promotions.slice(this.#over).filter(({ hash }) => !settled.has(hash));
    this.#over = 0;
  }

  /** Pending, and no longer than the grace. */
  #fresh(): Set<Hex> {
    this.#forget();
    const fresh = new Set<Hex>();
    for (let at = this.#over; at < this.#promotions.length; at++) {
      const { hash } = this.#promotions[at]!;
      if (this.#pool.get(hash)?.status === 'pending') fresh.add(hash);
    }
    return fresh;
  }

  #onChange({ promoted }: PoolChange): void {
    const sinceMs = this.#clock.nowMs();
    for (const { hash } of promoted) this.#promotions.push({ hash, sinceMs });
    this.#forget();
  }

  #forget(): void {
    const beforeMs = this.#clock.nowMs() - this.#graceMs;
    while (this.#over < this.#promotions.length && this.#promotions[this.#over]!.sinceMs <= beforeMs)
      this.#over++;
    if (this.#over > MAX_OVER) {
      this.#promotions.splice(0, this.#over);
      this.#over = 0;
    }
  }
}
