import type { Hex } from '../bytes.ts';
import type { CopiesEvent, CopySink } from './trace.ts';

/**
 * Counts every copy of a transaction that peers sent this node, by whatever way, the first included: what an arrival,
 * which tells who brought it first, leaves open. Whoever measures takes the counts now and then; they begin afresh each
 * time, which bounds what is held.
 */
export class CopyLedger implements CopySink {
  #counts = new Map<Hex | null, number>();

  received(hashes: readonly (Hex | null)[]): void {
    for (const hash of hashes) this.#counts.set(hash, (this.#counts.get(hash) ?? 0) + 1);
  }

  /** An event a transaction. Their sum over all takes is what has been received. */
  take(atMs: number): CopiesEvent[] {
    const events: CopiesEvent[] = [];
    for (const [hash, copies] of this.#counts) events.push({ kind: 'copies', atMs, hash, copies });
    this.#counts = new Map();
    return events;
  }
}
