import type { Hex } from '../../bytes.ts';
import type { Mempool } from '../../mempool/mempool.ts';
import { effectiveTip } from '../../mempool/price.ts';

/** Hashes looked up between two chances to do something else: some 0.3 ms. */
const HASHES_A_STEP = 512;

/**
 * Those still pending, the dearest first, so that a pool without room for all takes the best and can say when to stop;
 * of one sender in nonce order, so that each is executable when it arrives. What stands behind a cheaper nonce of its
 * sender is worth no more than that one: it cannot be included before.
 */
export function* dearestFirst(
  hashes: readonly Hex[],
  pool: Mempool,
  baseFee: bigint,
): Generator<void, Hex[]> {
  const bySender = new Map<Hex, { hash: Hex; nonce: bigint; tip: bigint }[]>();
  for (const [index, hash] of hashes.entries()) {
    if (index % HASHES_A_STEP === HASHES_A_STEP - 1) yield;
    const pooled = pool.get(hash);
    if (pooled?.status !== 'pending') continue;
    const { sender, nonce } = pooled.transaction;
    const entry = { hash, nonce, tip: effectiveTip(pooled.transaction, baseFee) };
    const others = bySender.get(sender);
    if (others === undefined) bySender.set(sender, [entry]);
    else others.push(entry);
  }
  // A double orders tips as well as need be: which of two that agree in 53 bits goes first does not matter.
  const ranked: { hash: Hex; worth: number; rank: number }[] = [];
  let rank = 0;
  for (const entries of bySender.values()) {
    entries.sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
    let worth = Infinity;
    for (const { hash, tip } of entries) {
      worth = Math.min(worth, Number(tip));
      ranked.push({ hash, worth, rank: rank++ });
    }
    if (rank % HASHES_A_STEP === 0) yield;
  }
  yield;
  ranked.sort((a, b) => b.worth - a.worth || a.rank - b.rank);
  return ranked.map(({ hash }) => hash);
}
