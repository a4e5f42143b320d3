import type { Hex } from '../../../src/bytes.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { isRefusal } from '../../../src/transaction/refusal.ts';
import type { DecodedTransaction, Transaction } from '../../../src/transaction/transaction.ts';
import { DEFAULT_MAX_QUEUED, type Verifier, type VerifyResult } from '../../../src/transaction/verifier.ts';
import type { Processor } from './processor.ts';
import type { VirtualClock } from './virtual-clock.ts';

/**
 * Every signature of a simulation, recovered once for all nodes: a thousand nodes need not do the same arithmetic a
 * thousand times. It is real recovery, and all nodes share the one object it gives, which is what keeps a large
 * simulation small. Bad signatures are not remembered: nobody forwards them.
 */
export class SharedRecovery {
  readonly #byHash = new Map<Hex, Transaction>();

  recover(decoded: DecodedTransaction): VerifyResult {
    const known = this.#byHash.get(decoded.hash);
    if (known !== undefined) return known;
    const result = recoverSender(decoded);
    if (!isRefusal(result)) this.#byHash.set(decoded.hash, result);
    return result;
  }
}

/** The verifier of one simulated node: `verifyMs` of its processor for each signature, in the order asked. */
export function modelledVerifier(
  shared: SharedRecovery,
  clock: VirtualClock,
  processor: Processor,
  verifyMs: number,
): Verifier {
  let queued = 0;
  let stopped = false;
  return {
    verify(batch) {
      if (stopped || queued + batch.length > DEFAULT_MAX_QUEUED) return Promise.resolve('busy');
      const results = batch.map((decoded) => shared.recover(decoded));
      if (verifyMs === 0) return Promise.resolve(results);
      queued += batch.length;
      const nowMs = clock.nowMs();
      const doneMs = processor.occupy(nowMs, batch.length * verifyMs);
      return new Promise((resolve) => {
        const done = (): void => {
          queued -= batch.length;
          resolve(stopped ? 'busy' : results);
        };
        clock.schedule(clock.owner, doneMs, done, 'work');
      });
    },
    canAcceptWork: () => !stopped && queued < DEFAULT_MAX_QUEUED,
    get queued() {
      return queued;
    },
    stop() {
      stopped = true;
      return Promise.resolve();
    },
  };
}
