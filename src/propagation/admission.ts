/**
 * The way into the pool, the same for RPC, gossip and reconciliation: decode, cheap checks, signature, pool. Each
 * step's answer is an outcome; every arrival and refusal leaves a trace event here and nowhere else.
 */
import type { Hex } from '../bytes.ts';
import type { Clock } from '../environment.ts';
import type { Mempool, Origin } from '../mempool/mempool.ts';
import { meaningOf, type Outcome, type Refused } from '../mempool/outcome.ts';
import type { Provenance, TraceSink } from '../telemetry/trace.ts';
import { decodeTransaction } from '../transaction/decode.ts';
import { isRefusal, type TransactionRefusal } from '../transaction/refusal.ts';
import type { TransactionRules } from '../transaction/rules.ts';
import type { DecodedTransaction, Transaction } from '../transaction/transaction.ts';
import type { Verifier } from '../transaction/verifier.ts';

export interface Source {
  provenance: Provenance;
  /** Peer id; null for rpc. */
  from: string | null;
  receivedAtMs: number;
  validationAtMs: number;
}

export interface Admitted {
  /** Null when the bytes are no transaction. */
  hash: Hex | null;
  outcome: Outcome;
}

export interface AdmissionInit {
  pool: Mempool;
  verifier: Verifier;
  rules: TransactionRules;
  clock: Clock;
  trace: TraceSink;
}

const VERIFIER_BUSY: Refused = {
  status: 'refused',
  code: 'verifier-busy',
  message: 'node is busy: too many signatures wait to be checked, try again',
};

type Checked = { decoded: DecodedTransaction } | { hash: Hex | null; refused: Refused };

export class Admission {
  readonly #pool: Mempool;
  readonly #verifier: Verifier;
  readonly #rules: TransactionRules;
  readonly #clock: Clock;
  readonly #trace: TraceSink;

  constructor(init: AdmissionInit) {
    this.#pool = init.pool;
    this.#verifier = init.verifier;
    this.#rules = init.rules;
    this.#clock = init.clock;
    this.#trace = init.trace;
  }

  /** Each transaction for itself, in order. */
  async admit(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, false);
  }

  /** One message of a peer: when any of it is a fault (verdict *reject*), none of it enters. */
  async admitWhole(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, true);
  }

  async #admit(raws: readonly Uint8Array[], source: Source, whole: boolean): Promise<Admitted[]> {
    const origin: Origin = source.provenance === 'rpc' ? 'local' : 'remote';
    const checked = raws.map((raw) => this.#check(raw, origin));
    const faulty = (refused: Refused): boolean => whole && meaningOf(refused).verdict === 'reject';
    if (checked.some((check) => 'refused' in check && faulty(check.refused)))
      return this.#refuseAll(checked, source);

    const unverified = checked.flatMap((check) => ('decoded' in check ? [check.decoded] : []));
    const verified = await this.#verify(unverified);
    const judged = checked.map(
      (check): { hash: Hex | null; transaction: Transaction } | { hash: Hex | null; refused: Refused } => {
        if (!('decoded' in check)) return check;
        const { hash } = check.decoded;
        const verdict = verified.get(hash)!;
        return 'status' in verdict ? { hash, refused: verdict } : { hash, transaction: verdict };
      },
    );
    if (judged.some((entry) => 'refused' in entry && faulty(entry.refused)))
      return this.#refuseAll(judged, source);
    return judged.map((entry) => {
      if ('refused' in entry) return this.#refuse(entry.hash, entry.refused, source);
      return this.#add(entry.transaction, origin, source);
    });
  }

  #check(raw: Uint8Array, origin: Origin): Checked {
    const decoded = decodeTransaction(raw, this.#rules);
    if (isRefusal(decoded)) return { hash: null, refused: toRefused(decoded) };
    const refused = this.#pool.precheck(decoded, origin, this.#clock.nowMs());
    return refused === undefined ? { decoded } : { hash: decoded.hash, refused };
  }

  async #verify(batch: DecodedTransaction[]): Promise<Map<Hex, Transaction | Refused>> {
    const byHash = new Map<Hex, Transaction | Refused>();
    if (batch.length === 0) return byHash;
    const results = await this.#verifier.verify(batch);
    batch.forEach(({ hash }, index) => {
      if (results === 'busy') byHash.set(hash, VERIFIER_BUSY);
      else {
        const result = results[index]!;
        byHash.set(hash, isRefusal(result) ? toRefused(result) : result);
      }
    });
    return byHash;
  }

  #add(transaction: Transaction, origin: Origin, source: Source): Admitted {
    const { hash } = transaction;
    const atMs = this.#clock.nowMs();
    const outcome = this.#pool.add(transaction, origin, atMs);
    if (outcome.status === 'refused') return this.#refuse(hash, outcome, source);
    const { provenance, from, receivedAtMs, validationAtMs } = source;
    this.#trace.record({
      kind: 'arrival',
      atMs,
      hash,
      provenance,
      from,
      status: outcome.status,
      receivedAtMs,
      validationAtMs,
    });
    for (const { transaction: left, reason } of outcome.departed) {
      this.#trace.record({ kind: 'departure', atMs, hash: left.hash, reason });
    }
    return { hash, outcome };
  }

  #refuse(hash: Hex | null, refused: Refused, { provenance, from }: Source): Admitted {
    if (refused.code !== 'known') {
      this.#trace.record({
        kind: 'refused',
        atMs: this.#clock.nowMs(),
        hash,
        code: refused.code,
        provenance,
        from,
      });
    }
    return { hash, outcome: refused };
  }

  /** A message with a fault in it: the faults are named; the rest counts as malformed by the company it keeps. */
  #refuseAll(
    entries: readonly (
      | { hash?: Hex | null; refused: Refused }
      | { decoded: DecodedTransaction }
      | { hash: Hex | null; transaction: Transaction }
    )[],
    source: Source,
  ): Admitted[] {
    return entries.map((entry) => {
      if ('refused' in entry) return this.#refuse(entry.hash ?? null, entry.refused, source);
      const hash = 'decoded' in entry ? entry.decoded.hash : entry.hash;
      return { hash, outcome: BAD_COMPANY };
    });
  }
}

const BAD_COMPANY: Refused = {
  status: 'refused',
  code: 'malformed',
  message: 'another transaction of the same message is invalid',
};

function toRefused({ code, message }: TransactionRefusal): Refused {
  return { status: 'refused', code, message };
}
