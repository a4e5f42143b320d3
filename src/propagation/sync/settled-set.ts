import type { Hex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { Mempool, PoolChange } from '../../mempool/mempool.ts';
import { DIGEST_BYTES } from './messages.ts';

/**
 * What is compared with peers: everything pending but what became so within the last `graceMs`, which gossip is about
 * to bring. Its digest is at hand without a walk over the pool.
 */
export class SettledSet {
  readonly #pool: Mempool;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #unsubscribe: () => void;
  /** Pending, and since when; oldest first. */
  readonly #fresh = new Map<Hex, number>();

  constructor(pool: Mempool, clock: Clock, graceMs: number) {
    this.#pool = pool;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#unsubscribe = graceMs === 0 ? () => undefined : pool.subscribe((change) => this.#onChange(change));
  }

  stop(): void {
    this.#unsubscribe();
  }

  get count(): number {
    this.#forget();
    return this.#pool.counts.pending - this.#fresh.size;
  }

  /** The low 128 bits of the sum of the hashes: of the set, whatever its order. O(fresh). */
  digest(): Uint8Array {
    this.#forget();
    let sum = this.#pool.pendingDigest;
    for (const hash of this.#fresh.keys()) sum -= BigInt(hash);
    const digest = new Uint8Array(DIGEST_BYTES);
    const view = new DataView(digest.buffer);
    view.setBigUint64(0, BigInt.asUintN(64, sum >> 64n));
    view.setBigUint64(8, BigInt.asUintN(64, sum));
    return digest;
  }

  has(hash: Hex): boolean {
    this.#forget();
    return !this.#fresh.has(hash) && this.#pool.get(hash)?.status === 'pending';
  }

  /** O(pool). */
  hashes(): Hex[] {
    this.#forget();
    const hashes: Hex[] = [];
    for (const { hash } of this.#pool.pendingTransactions()) if (!this.#fresh.has(hash)) hashes.push(hash);
    return hashes;
  }

  /** Gossip is not to bring these anywhere: they belong to the set at once. */
  settle(hashes: readonly Hex[]): void {
    for (const hash of hashes) this.#fresh.delete(hash);
  }

  #onChange({ promoted, demoted, departed }: PoolChange): void {
    const nowMs = this.#clock.nowMs();
    for (const { hash } of promoted) {
      this.#fresh.delete(hash);
      this.#fresh.set(hash, nowMs);
    }
    for (const { hash } of demoted) this.#fresh.delete(hash);
    for (const { transaction } of departed) this.#fresh.delete(transaction.hash);
    this.#forget();
  }

  #forget(): void {
    const beforeMs = this.#clock.nowMs() - this.#graceMs;
    for (const [hash, sinceMs] of this.#fresh) {
      if (sinceMs > beforeMs) return;
      this.#fresh.delete(hash);
    }
  }
}
