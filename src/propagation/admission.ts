/**
 * The way into the pool, the same for RPC, gossip and reconciliation, cheapest step first: size, known, decode, what
 * needs neither signature nor state, signature, pool. Each step's answer is an outcome; every arrival and refusal
 * leaves a trace event here and nowhere else. A large message is worked on in turns, others between.
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
import { Lane } from './lane.ts';
import { Turn } from './turn.ts';
import { Verification } from './verification.ts';

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

/** 60 ms of one core: one message of the largest size, or two full ones of the default. */
const TRANSACTIONS_AHEAD = 1_024;

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

type Checked = { decoded: DecodedTransaction } | { hash: Hex; transaction: Transaction } | CheckedRefusal;

type Judged = Exclude<Checked, { decoded: DecodedTransaction }>;

export class Admission {
  readonly #pool: Mempool;
  readonly #verification: Verification;
  readonly #turn: Turn;
  readonly #checking = new Lane();
  readonly #entering = new Lane();
  readonly #rules: TransactionRules;
  readonly #clock: Clock;
  readonly #trace: TraceSink;
  readonly #refusedForGood = new HashMemory(MAX_REFUSED_REMEMBERED, REFUSED_REMEMBERED_MS);

  /** Taken on and not yet verified, or found not to need it. */
  #unverified = 0;
  #lagMs = 0;
  #verifiedAtMs = 0;

  constructor(init: AdmissionInit) {
    this.#pool = init.pool;
    this.#verification = new Verification(init.verifier);
    this.#turn = new Turn(init.clock);
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

  /** Work enough for many turns is on its way: more would only lengthen what can no longer be dropped. */
  get isSated(): boolean {
    return this.#unverified >= TRANSACTIONS_AHEAD;
  }

  /** The longest that anything verified lately had waited since it was read: no longer ago than it waited. */
  get lagMs(): number {
    return this.#clock.nowMs() - this.#verifiedAtMs <= this.#lagMs ? this.#lagMs : 0;
  }

  /** A page of reconciliation waits on purpose, and says nothing of how busy the node is. */
  #noteLag({ provenance, receivedAtMs }: Source): void {
    const nowMs = this.#clock.nowMs();
    if (provenance === 'sync' || nowMs - receivedAtMs < this.lagMs) return;
    this.#lagMs = nowMs - receivedAtMs;
    this.#verifiedAtMs = nowMs;
  }

  /** Each transaction for itself, in order. */
  async admit(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, false);
  }

  /** One message of a peer: when any of it is a fault (verdict *reject*), none of it enters. */
  async admitWhole(raws: readonly Uint8Array[], source: Source): Promise<Admitted[]> {
    return this.#admit(raws, source, true);
  }

  /** What became of one that the chain gave back: verified when it first came, it is past this way in. */
  noteReturned(hash: Hex, outcome: Outcome, source: Source): void {
    this.#note(hash, outcome, source);
  }

  async #admit(raws: readonly Uint8Array[], source: Source, whole: boolean): Promise<Admitted[]> {
    const isFaulty = (entry: Checked): boolean =>
      whole && 'refused' in entry && meaningOf(entry.refused).verdict === 'reject';
    let judged: Judged[];
    this.#unverified += raws.length;
    try {
      const checked = await this.#checkAll(raws, originOf(source));
      if (checked.some(isFaulty)) return this.#refuseAll(checked, source);
      judged = await this.#verify(checked, source);
    } finally {
      this.#unverified -= raws.length;
    }
    if (judged.some(isFaulty)) return this.#refuseAll(judged, source);
    this.#noteLag(source);
    return this.#enterAll(judged, source);
  }

  async #verify(checked: readonly Checked[], source: Source): Promise<Judged[]> {
    const unverified = checked.flatMap((check) => ('decoded' in check ? [check.decoded] : []));
    const verified =
      unverified.length === 0 ? undefined : await this.#verification.verify(unverified, source);
    return checked.map((check): Judged => {
      if (!('decoded' in check)) return check;
      const { hash } = check.decoded;
      const verdict = verified!.get(hash)!;
      return 'status' in verdict ? { hash, refused: verdict } : { hash, transaction: verdict };
    });
  }

  /** A message at a time, so that what came first is verified first. */
  async #checkAll(raws: readonly Uint8Array[], origin: Origin): Promise<Checked[]> {
    const waiting = this.#checking.enter();
    if (waiting !== undefined) await waiting;
    try {
      const checked: Checked[] = [];
      this.#turn.begin();
      for (const raw of raws) {
        if (this.#turn.isOver()) await this.#turn.next();
        checked.push(this.#check(raw, origin));
      }
      this.#turn.end();
      return checked;
    } finally {
      this.#checking.leave();
    }
  }

  /** A message at a time, once the state of its senders is known. */
  async #enterAll(judged: readonly Judged[], source: Source): Promise<Admitted[]> {
    const results: Admitted[] = [];
    const unavailable = new Map<Hex, Refused>();
    while (results.length < judged.length) {
      await this.#prepare(judged.slice(results.length), unavailable);
      const waiting = this.#entering.enter();
      if (waiting !== undefined) await waiting;
      try {
        await this.#enterSome(judged, unavailable, source, results);
      } finally {
        this.#entering.leave();
      }
    }
    return results;
  }

  /** Until all are in, or the head of the chain has moved meanwhile. */
  async #enterSome(
    judged: readonly Judged[],
    unavailable: ReadonlyMap<Hex, Refused>,
    source: Source,
    results: Admitted[],
  ): Promise<void> {
    this.#turn.begin();
    while (results.length < judged.length) {
      if (this.#turn.isOver()) await this.#turn.next();
      const entry = judged[results.length]!;
      const refused = 'refused' in entry ? entry.refused : unavailable.get(entry.transaction.sender);
      if (refused !== undefined) {
        results.push(this.#refuse('refused' in entry ? entry : { hash: entry.hash, refused }, source));
      } else if ('transaction' in entry) {
        const preparing = this.#pool.prepare([entry.transaction.sender]);
        if (preparing !== undefined) {
          preparing.catch(() => undefined);
          break;
        }
        results.push(this.#add(entry.transaction, originOf(source), source));
      }
    }
    this.#turn.end();
  }

  /** Until the state of their senders is known. Looked at once more after each wait: the head may move in the very moment it ends. */
  async #prepare(judged: readonly Judged[], unavailable: Map<Hex, Refused>): Promise<void> {
    const senders = judged.flatMap((entry) => ('transaction' in entry ? [entry.transaction.sender] : []));
    for (let waits = 0; ; waits++) {
      const unknown = senders.filter((sender) => !unavailable.has(sender));
      const preparing = unknown.length === 0 ? undefined : this.#pool.prepare(unknown);
      if (preparing === undefined) return;
      await this.#waitFor(waits < MAX_STATE_WAITS ? preparing : giveUp(preparing), senders, unavailable);
    }
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
    if (refused !== undefined) return { hash: decoded.hash, refused };
    const known = this.#verification.recall(decoded);
    if (known === undefined) return { decoded };
    return 'status' in known
      ? { hash: decoded.hash, refused: known }
      : { hash: decoded.hash, transaction: known };
  }

  #add(transaction: Transaction, origin: Origin, source: Source): Admitted {
    return this.#note(transaction.hash, this.#pool.add(transaction, origin, this.#clock.nowMs()), source);
  }

  #note(hash: Hex, outcome: Outcome, source: Source): Admitted {
    if (outcome.status === 'refused') return this.#refuse({ hash, refused: outcome }, source);
    const atMs = this.#clock.nowMs();
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
  #refuseAll(entries: readonly Checked[], source: Source): Admitted[] {
    return entries.map((entry) => {
      if ('refused' in entry) return this.#refuse(entry, source);
      const hash = 'decoded' in entry ? entry.decoded.hash : entry.hash;
      this.#trace.notes?.refused(hash, BAD_COMPANY, source);
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
