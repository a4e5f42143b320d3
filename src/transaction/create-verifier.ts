import { createInlineVerifier, type InlineVerifierOptions } from './inline-verifier.ts';
import type { Verifier } from './verifier.ts';
import { createWorkerVerifier, type WorkerVerifierOptions } from './worker-verifier.ts';

export type VerifierBackend = 'inline' | 'workers';

export type VerifierOptions = { backend?: VerifierBackend } & Partial<
  InlineVerifierOptions & WorkerVerifierOptions
>;

/**
 * Inline checks more signatures a second, most of all where they come one by one, as gossip brings them, and holds the
 * event loop for a slice of a few milliseconds at most. Workers leave the loop free for the rest of the node. Measured
 * (`scripts/bench/transaction.ts`, two cores, one thread): signatures a second, and CPU of the calling thread for each.
 *
 *   batches of    inline             workers
 *            1    12,200/s  81 us     7,800/s  32 us
 *           10    12,100/s  81 us    10,100/s   6 us
 *          100    11,300/s  85 us    10,900/s   5 us
 *
 * A thread costs some 50 MB and 0.3 s of start besides: worth it for one busy node on a machine with cores to spare.
 */
export const DEFAULT_VERIFIER_BACKEND: VerifierBackend = 'inline';

/** Options of the backend not chosen have no effect. @throws {Error} when a worker thread cannot start. */
export async function createVerifier(options: VerifierOptions = {}): Promise<Verifier> {
  const { backend = DEFAULT_VERIFIER_BACKEND, ...rest } = options;
  return backend === 'inline' ? createInlineVerifier(rest) : createWorkerVerifier(rest);
}
