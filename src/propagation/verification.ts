/**
 * Signatures, each checked once:
 *
 *   known from before?  ── the sender is remembered (sender-memory.ts)
 *   under way already?  ── another message holds it too, its answer is shared
 *   else                ── the verifier, the nearest deadline first
 */
import type { Hex } from '../bytes.ts';
import type { Refused } from '../mempool/outcome.ts';
import type { Provenance } from '../telemetry/trace.ts';
import { isRefusal } from '../transaction/refusal.ts';
import type { DecodedTransaction, Transaction } from '../transaction/transaction.ts';
import type { Deadline, Verifier } from '../transaction/verifier.ts';
import { SenderMemory } from './sender-memory.ts';

const VERIFIER_BUSY: Refused = {
  status: 'refused',
  code: 'verifier-busy',
  message: 'node is busy: too many signatures wait to be checked, try again',
};

const FORGED: Refused = {
  status: 'refused',
  code: 'invalid-signature',
  message: 'invalid sender: recovery failed',
};

/** Hashes: 7 MB. Bounds what those leave behind that the pool does not keep. */
const MAX_SENDERS_REMEMBERED = 32_768;

/**
 * How long after its reading the answer is worth having, ms. A gossip message whose verdict is late forwards nothing, and
 * whoever submits waits for the answer; a page of reconciliation has all the time in which its peer does not give up.
 */
const WORTH_MS: Readonly<Record<Provenance, number>> = { push: 3_000, pull: 3_000, rpc: 3_000, sync: 8_000 };

interface UnderWay {
  deadline: Deadline;
  answers: Promise<ReadonlyMap<Hex, Transaction | Refused>>;
}

export class Verification {
  readonly #verifier: Verifier;
  readonly #underWay = new Map<Hex, UnderWay>();
  readonly #senders = new SenderMemory(MAX_SENDERS_REMEMBERED);

  constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  /** What is known of it already. */
  recall(decoded: DecodedTransaction): Transaction | Refused | undefined {
    const recovered = this.#senders.get(decoded.hash);
    if (recovered === undefined) return undefined;
    return recovered === 'forged' ? FORGED : { ...decoded, sender: recovered };
  }

  /** @throws {Error} when the verifier failed. */
  async verify(
    batch: readonly DecodedTransaction[],
    { provenance, receivedAtMs }: { provenance: Provenance; receivedAtMs: number },
  ): Promise<ReadonlyMap<Hex, Transaction | Refused>> {
    const deadline = { atMs: receivedAtMs + WORTH_MS[provenance] };
    const shared = new Set<UnderWay>();
    const fresh = new Map<Hex, DecodedTransaction>();
    for (const decoded of batch) {
      const underWay = this.#underWay.get(decoded.hash);
      if (underWay === undefined) fresh.set(decoded.hash, decoded);
      else {
        underWay.deadline.atMs = Math.min(underWay.deadline.atMs, deadline.atMs);
        shared.add(underWay);
      }
    }
    const own = fresh.size === 0 ? undefined : this.#begin([...fresh.values()], deadline);
    if (own !== undefined && shared.size === 0) return own.answers;
    const all = await Promise.all(
      [...(own === undefined ? [] : [own]), ...shared].map((each) => each.answers),
    );
    const [only] = all;
    return all.length === 1 ? only! : new Map(all.flatMap((answers) => [...answers]));
  }

  #begin(batch: readonly DecodedTransaction[], deadline: Deadline): UnderWay {
    const underWay = { deadline, answers: this.#recover(batch, deadline) };
    for (const { hash } of batch) this.#underWay.set(hash, underWay);
    const end = (): void => {
      for (const { hash } of batch) this.#underWay.delete(hash);
    };
    underWay.answers.then(end, end);
    return underWay;
  }

  async #recover(
    batch: readonly DecodedTransaction[],
    deadline: Deadline,
  ): Promise<ReadonlyMap<Hex, Transaction | Refused>> {
    const results = await this.#verifier.verify(batch, deadline);
    const byHash = new Map<Hex, Transaction | Refused>();
    batch.forEach(({ hash }, index) => {
      const result = results === 'busy' ? undefined : results[index]!;
      if (result === undefined) byHash.set(hash, VERIFIER_BUSY);
      else if (isRefusal(result)) {
        this.#senders.remember(hash, 'forged');
        byHash.set(hash, FORGED);
      } else {
        this.#senders.remember(hash, result.sender);
        byHash.set(hash, result);
      }
    });
    return byHash;
  }
}
