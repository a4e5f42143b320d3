/**
 * Everything the node decided about a transaction and why, also after it left: what `txgossip_explainTransaction`
 * answers from. A TraceSink around another one; what is no event comes as notes and from the pool itself.
 *
 *   Admission, Propagation ── record, notes ──┐
 *   Mempool ── subscribe ─────────────────────┴──> by hash: steps, messages, copies ──> explain
 *
 * Bounded in transactions and in messages; who was touched least recently is forgotten first. Whoever can send this
 * node many different transactions can so push others out: it explains, it proves nothing.
 */
import type { Hex } from '../bytes.ts';
import type { Clock } from '../environment.ts';
import type { Mempool, PoolChange } from '../mempool/mempool.ts';
import type { Departure, DepartureReason } from '../mempool/outcome.ts';
import type { CopySink, Origin, TraceEvent, TraceSink, TransactionNotes } from './trace.ts';

/** A transaction takes 1.3 kB when eight peers sent it, less in batches: 13 MB. Bounds memory however many pass. */
export const DEFAULT_EXPLAINED_TRANSACTIONS = 10_000;

/** Steps kept of one transaction: the first ones, which tell how it came, and the latest. Bounds one that is offered over and over. */
const MAX_STEPS = 32;
const FIRST_STEPS = 8;

/** Messages kept of one transaction: a peer could send it in any number of them. */
const MAX_MESSAGES = 8;

/** Who offered it again, by name; further ones are counted together. Bounds what many identities can take. */
const MAX_PEERS = 64;
const OTHERS = 'others';

/** Copies of the node's own JSON-RPC, beside those of peers. */
const OWN_RPC = 'rpc';

export type HistoryStep =
  | ({ kind: 'arrived'; atMs: number; status: 'pending' | 'queued' } & Origin & {
        receivedAtMs: number;
        validationAtMs: number;
      })
  | ({ kind: 'refused'; atMs: number; code: string; message: string } & Origin)
  | { kind: 'promoted' | 'demoted'; atMs: number }
  | { kind: 'published'; atMs: number; peers: number }
  | { kind: 'left'; atMs: number; reason: DepartureReason; replacedBy?: Hex };

/** Where it is, or why it is no longer there; `refused` when it never entered. */
export type Fate = 'pending' | 'queued' | 'refused' | DepartureReason;

export interface HistoryMessage {
  /** Peer id of the first sender. */
  from: string;
  /** Undefined while it is being validated, or waits for a nonce gap to fill. */
  verdict: 'accept' | 'ignore' | 'reject' | undefined;
}

export interface TransactionRecord {
  hash: Hex;
  fate: Fate | undefined;
  /** Oldest first. Times are the node's clock's. */
  steps: readonly HistoryStep[];
  /** Steps left out between the first and the latest. */
  omittedSteps: number;
  /** Gossip messages of others that carried it. */
  messages: HistoryMessage[];
  /** How often it came again, by peer id, or `rpc`. */
  copies: ReadonlyMap<string, number>;
}

interface Message {
  /** Null: so far it is our own, or not looked at. */
  from: string | null;
  verdict: HistoryMessage['verdict'];
  copies: Map<string, number> | undefined;
}

interface Entry {
  fate: Fate | undefined;
  steps: HistoryStep[];
  omittedSteps: number;
  messages: Message[];
  copies: Map<string, number> | undefined;
}

export class TransactionHistory implements TraceSink {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #inner: TraceSink;
  readonly #entries = new Map<Hex, Entry>();
  readonly #messages = new Map<string, Message>();
  #pool: Mempool | undefined;

  /** @param limit transactions remembered, and as many messages. @param inner is told all this is told. */
  constructor(limit: number, clock: Clock, inner: TraceSink) {
    this.#limit = limit;
    this.#clock = clock;
    this.#inner = inner;
  }

  /** Watches who is promoted, demoted and leaves. Once, before anything enters the pool. */
  follow(pool: Mempool): void {
    this.#pool = pool;
    pool.subscribe((change) => this.#changed(change));
  }

  get copies(): CopySink | undefined {
    return this.#inner.copies;
  }

  record(event: TraceEvent): void {
    this.#inner.record(event);
    if (event.kind === 'arrival') {
      const { hash, kind: _, ...arrival } = event;
      const entry = this.#touch(hash);
      entry.fate = event.status;
      this.#step(entry, { kind: 'arrived', ...arrival });
    } else if (event.kind === 'publish') {
      for (const hash of event.hashes) {
        this.#step(this.#touch(hash), { kind: 'published', atMs: event.atMs, peers: event.recipients });
      }
    }
  }

  readonly notes: TransactionNotes = {
    refused: (hash, refused, from) => {
      this.#inner.notes?.refused(hash, refused, from);
      const entry = this.#touch(hash);
      if (refused.code === 'known') {
        entry.copies ??= new Map();
        count(entry.copies, from.from ?? OWN_RPC);
        return;
      }
      entry.fate ??= 'refused';
      const { code, message } = refused;
      const { provenance, from: peer } = from;
      this.#step(entry, {
        kind: 'refused',
        atMs: this.#clock.nowMs(),
        code,
        message,
        provenance,
        from: peer,
      });
    },
    message: (idKey, from, hashes) => {
      this.#inner.notes?.message(idKey, from, hashes);
      const message = this.#message(idKey);
      message.from ??= from;
      for (const hash of hashes) {
        const { messages } = this.#touch(hash);
        if (messages.length < MAX_MESSAGES && !messages.includes(message)) messages.push(message);
      }
    },
    verdict: (idKey, verdict) => {
      this.#inner.notes?.verdict(idKey, verdict);
      if (this.#messages.has(idKey)) this.#message(idKey).verdict = verdict;
    },
    copy: (idKey, from) => {
      this.#inner.notes?.copy(idKey, from);
      const message = this.#message(idKey);
      message.copies ??= new Map();
      count(message.copies, from);
    },
  };

  /** Undefined when nothing is remembered of it. */
  explain(hash: Hex): TransactionRecord | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    const copies = new Map(entry.copies);
    for (const message of entry.messages) {
      for (const [peer, times] of message.copies ?? []) copies.set(peer, (copies.get(peer) ?? 0) + times);
    }
    const { fate, steps, omittedSteps, messages } = entry;
    return {
      hash,
      fate,
      steps: [...steps],
      omittedSteps,
      messages: messages.flatMap(({ from, verdict }) => (from === null ? [] : [{ from, verdict }])),
      copies,
    };
  }

  /** Transactions remembered. */
  get size(): number {
    return this.#entries.size;
  }

  #changed({ departed, promoted, demoted }: PoolChange): void {
    const atMs = this.#clock.nowMs();
    for (const departure of departed) {
      const { transaction, reason } = departure;
      const entry = this.#touch(transaction.hash);
      entry.fate = reason;
      const replacedBy = reason === 'replaced' ? this.#replacementOf(departure) : undefined;
      this.#step(entry, { kind: 'left', atMs, reason, ...(replacedBy !== undefined && { replacedBy }) });
    }
    for (const { hash } of promoted) {
      // A newcomer is told here first; its arrival says what it is.
      const entry = this.#entries.get(hash);
      if (entry?.fate !== 'queued') continue;
      entry.fate = 'pending';
      this.#step(entry, { kind: 'promoted', atMs });
    }
    for (const { hash } of demoted) {
      const entry = this.#touch(hash);
      entry.fate = 'queued';
      this.#step(entry, { kind: 'demoted', atMs });
    }
  }

  #replacementOf({ transaction: { sender, nonce } }: Departure): Hex | undefined {
    const content = this.#pool?.contentFrom(sender);
    const inItsPlace = (status: 'pending' | 'queued') => content?.[status].find((tx) => tx.nonce === nonce);
    return (inItsPlace('pending') ?? inItsPlace('queued'))?.hash;
  }

  /** The entry of `hash`, the last to be forgotten. */
  #touch(hash: Hex): Entry {
    let entry = this.#entries.get(hash);
    if (entry === undefined) {
      entry = { fate: undefined, steps: [], omittedSteps: 0, messages: [], copies: undefined };
      forgetOne(this.#entries, this.#limit);
    } else {
      this.#entries.delete(hash);
    }
    this.#entries.set(hash, entry);
    return entry;
  }

  /**
   * The message, the last to be forgotten. A copy can be the first that is heard of it: the one it is a copy of still
   * waits to be looked at.
   */
  #message(idKey: string): Message {
    let message = this.#messages.get(idKey);
    if (message === undefined) {
      message = { from: null, verdict: undefined, copies: undefined };
      forgetOne(this.#messages, this.#limit);
    } else {
      this.#messages.delete(idKey);
    }
    this.#messages.set(idKey, message);
    return message;
  }

  #step(entry: Entry, step: HistoryStep): void {
    if (entry.steps.length === MAX_STEPS) {
      entry.steps.splice(FIRST_STEPS, 1);
      entry.omittedSteps++;
    }
    entry.steps.push(step);
  }
}

function count(copies: Map<string, number>, peer: string): void {
  const name = copies.has(peer) || copies.size < MAX_PEERS ? peer : OTHERS;
  copies.set(name, (copies.get(name) ?? 0) + 1);
}

/** Makes room for one more. */
function forgetOne<Key>(map: Map<Key, unknown>, limit: number): void {
  if (map.size < limit) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
