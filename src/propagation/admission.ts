/**
 * The way into the pool, the same for RPC, gossip and reconciliation, cheapest step first: size, known, decode, what
 * needs neither signature nor state, signature, pool. Each step's answer is an outcome; every arrival and refusal
 * leaves a trace event here and nowhere else.
 */
import type { Hex } from '../bytes.ts';
import type { Clock } from '../environment.ts';
import type { Mempool, Origin } from '../mempool/mempool.ts';
import { ALREADY_KNOWN } from '../mempool/admission.ts';
import { HashMemory } from '../mempool/hash-memory.ts';
import { meaningOf, type Outcome, type Refused } from '../mempool/outcome.ts';
import type { Provenance, TraceSink } from '../telemetry/trace.ts';
import { decodeTransaction, transactionHash } from '../transaction/decode.ts';
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

/** Hashes: 5 MB. Bounds what a flood of bad transactions leaves behind. */
const MAX_REFUSED_REMEMBERED = 32_768;
/** 10 min: nothing is refused for good for ever, a reorganisation gives a nonce back. */
const REFUSED_REMEMBERED_MS = 600_000;

/** `bytesHash` names bytes that are no transaction, for who asks what became of them. */
interface CheckedRefusal {
  hash: Hex | null;
  refused: Refused;
  bytesHash?: Hex | undefined;
}

/** A head that moves each time the accounts of the last one have come: more waits than that never end. */
const MAX_STATE_WAITS = 8;

function giveUp(preparing: Promise<void>): Promise<never> {
  preparing.catch(() => undefined);
  return Promise.reject(new Error('the account state moves faster than it can be read, try again'));
}

type Checked = { decoded: DecodedTransaction } | CheckedRefusal;

export class Admission {
  readonly #pool: Mempool;
  readonly #verifier: Verifier;
  readonly #rules: TransactionRules;
  readonly #clock: Clock;
  readonly #trace: TraceSink;
  readonly #refusedForGood = new HashMemory(MAX_REFUSED_REMEMBERED, REFUSED_REMEMBERED_MS);

  constructor(init: AdmissionInit) {
    this.#pool = init.pool;
    this.#verifier = init.verifier;
    this.#rules = init.rules;
    this.#clock = init.clock;
    this.#trace = init.trace;
  }

  /** Whether it is worth fetching: neither held nor, a while ago, refused for a reason that lasts. */
  wants(hash: Hex): boolean {
    return !this.#pool.has(hash) && this.#refusedForGood.remainingMs(hash, this.#clock.nowMs()) === 0;
  }

  /** What `wants` denies for that reason. */
  refusedForGood(): Iterable<Hex> {
    return this.#refusedForGood.hashes(this.#clock.nowMs());
  }

  /** Each transaction for itself, in order. */
  async admit(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, false);
  }

  /** One message of a peer: when any of it is a fault (verdict *reject*), none of it enters. */
  async admitWhole(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, true);
  }

  /**
   * What was in this pool before and went with a block that is no longer in the chain: verified then, of accounts that
   * are known, and so taken in this very turn, in order.
   */
  readmit(transactions: readonly Transaction[], source: Source): Admitted[] {
    return transactions.map((transaction) => this.#add(transaction, originOf(source), source));
  }

  async #admit(raws: readonly Uint8Array[], source: Source, whole: boolean): Promise<Admitted[]> {
    const origin = originOf(source);
    const checked = raws.map((raw) => this.#check(raw, origin));
    const faulty = (refused: Refused): boolean => whole && meaningOf(refused).verdict === 'reject';
    if (checked.some((check) => 'refused' in check && faulty(check.refused)))
      return this.#refuseAll(checked, source);

    const unverified = checked.flatMap((check) => ('decoded' in check ? [check.decoded] : []));
    const verified = await this.#verify(unverified);
    const judged = checked.map((check): { hash: Hex | null; transaction: Transaction } | CheckedRefusal => {
      if (!('decoded' in check)) return check;
      const { hash } = check.decoded;
      const verdict = verified.get(hash)!;
      return 'status' in verdict ? { hash, refused: verdict } : { hash, transaction: verdict };
    });
    if (judged.some((entry) => 'refused' in entry && faulty(entry.refused)))
      return this.#refuseAll(judged, source);
    const senders = judged.flatMap((entry) => ('transaction' in entry ? [entry.transaction.sender] : []));
    const unavailable = new Map<Hex, Refused>();
    // Looked at once more after each wait: the head may move in the very moment it ends.
    for (let waits = 0; ; waits++) {
      const unknown = senders.filter((sender) => !unavailable.has(sender));
      const preparing = unknown.length === 0 ? undefined : this.#pool.prepare(unknown);
      if (preparing === undefined) break;
      await this.#waitFor(waits < MAX_STATE_WAITS ? preparing : giveUp(preparing), senders, unavailable);
    }
    return judged.map((entry) => {
      if ('refused' in entry) return this.#refuse(entry, source);
      const refused = unavailable.get(entry.transaction.sender);
      if (refused !== undefined) return this.#refuse({ hash: entry.hash, refused }, source);
      return this.#add(entry.transaction, origin, source);
    });
  }

  /** Adds those of the senders whose state cannot be had now. One of them is not worth the others of its message. */
  async #waitFor(
    preparing: Promise<void>,
    senders: readonly Hex[],
    unavailable: Map<Hex, Refused>,
  ): Promise<void> {
    try {
      await preparing;
    } catch (error) {
      const { message } = error as Error;
      for (const sender of senders) {
        const missing = this.#pool.prepare([sender]);
        if (missing === undefined) continue;
        missing.catch(() => undefined);
        unavailable.set(sender, { status: 'refused', code: 'state-unavailable', message });
      }
    }
  }

  /** Most of what gossip brings is a copy: it costs one hash and one look-up. Nothing oversized is hashed. */
  #check(raw: Uint8Array, origin: Origin): Checked {
    const hash = raw.length > this.#rules.maxBytes ? undefined : transactionHash(raw);
    if (hash !== undefined && this.#pool.has(hash)) return { hash, refused: ALREADY_KNOWN };
    const decoded = decodeTransaction(raw, this.#rules, hash);
    if (isRefusal(decoded)) {
      const refused = toRefused(decoded);
      if (hash !== undefined) this.#rememberRefusal(hash, refused);
      return { hash: null, refused, bytesHash: hash };
    }
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
    if (outcome.status === 'refused') return this.#refuse({ hash, refused: outcome }, source);
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

  #refuse({ hash, refused, bytesHash = hash ?? undefined }: CheckedRefusal, source: Source): Admitted {
    const { provenance, from } = source;
    if (bytesHash !== undefined) this.#trace.notes?.refused(bytesHash, refused, { provenance, from });
    if (hash !== null) this.#rememberRefusal(hash, refused);
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

  #rememberRefusal(hash: Hex, refused: Refused): void {
    if (refused.code === 'known' || meaningOf(refused).temporary) return;
    this.#refusedForGood.remember(hash, this.#clock.nowMs());
  }

  /** A message with a fault in it: the faults are named; the rest counts as malformed by the company it keeps. */
  #refuseAll(
    entries: readonly (
      CheckedRefusal | { decoded: DecodedTransaction } | { hash: Hex | null; transaction: Transaction }
    )[],
    source: Source,
  ): Admitted[] {
    return entries.map((entry) => {
      if ('refused' in entry) return this.#refuse(entry, source);
      const hash = 'decoded' in entry ? entry.decoded.hash : entry.hash;
      if (hash !== null) this.#trace.notes?.refused(hash, BAD_COMPANY, source);
      return { hash, outcome: BAD_COMPANY };
    });
  }
}

const BAD_COMPANY: Refused = {
  status: 'refused',
  code: 'malformed',
  message: 'another transaction of the same message is invalid',
};

function originOf({ provenance }: Source): Origin {
  return provenance === 'rpc' ? 'local' : 'remote';
}

function toRefused({ code, message }: TransactionRefusal): Refused {
  return { status: 'refused', code, message };
}
