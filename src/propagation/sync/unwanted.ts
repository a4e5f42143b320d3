import type { IdKey } from './difference-decoder.ts';
import type { Exchange } from './exchange.ts';
import { keysOf, type Snapshot } from './snapshot.ts';

/**
 * Ids of what is not worth fetching although it is not in the snapshot: in the pool all the same (fresh, queued, come
 * since), refused for good, or refused lately. O(pool + what is remembered): only for sessions that found something.
 */
export function* unwantedKeys(
  { pool, admission, refusedLately, clock }: Exchange,
  snapshot: Snapshot,
): Generator<void, Set<IdKey>> {
  const compared = new Set(snapshot.hashes);
  yield;
  const hashes = [...pool.hashes()].filter((hash) => !compared.has(hash));
  hashes.push(...admission.refusedForGood(), ...refusedLately.hashes(clock.nowMs()));
  yield;
  return new Set(yield* keysOf(hashes, snapshot.key));
}
