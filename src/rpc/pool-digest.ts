import type { Hex } from '../bytes.ts';
import type { Mempool } from '../mempool/mempool.ts';

/** `Mempool.pendingDigest` as 32 bytes, big-endian. */
export function poolDigest(pool: Pick<Mempool, 'pendingDigest'>): Hex {
  return `0x${pool.pendingDigest.toString(16).padStart(64, '0')}`;
}
