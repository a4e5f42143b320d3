/**
 * Propagation over streams of its own, as one of the baselines has it (baselines.ts).
 *
 *   spread, promoted ──> Batcher ──> each peer that does not have it: whole, or its hash
 *   whole  ──> ValidationLine ──> Admission ──> promoted by it ──> Batcher
 *   hash   ──> Fetcher ──> request ──> response ──> ValidationLine
 *
 * What is forwarded is put together anew at every node, transaction by transaction: there are no messages with an
 * identity, so no verdicts, nothing that waits behind a nonce gap (the pool keeps it; it goes on when it becomes
 * pending), and a lone transaction goes on at once. Nobody keeps a score: who sends what every honest node refuses, or
 * breaks the protocol, is disconnected.
 */
import type { Hex } from '../../bytes.ts';
import { toHex } from '../../bytes.ts';
import type { Clock } from '../../environment.ts';
import type { PeerIdText } from '../../host/host.ts';
import { PeerStreams } from '../../host/peer-streams.ts';
import { ALREADY_KNOWN } from '../../mempool/admission.ts';
import { HashMemory } from '../../mempool/hash-memory.ts';
import { meaningOf, type Outcome } from '../../mempool/outcome.ts';
import type { Provenance, TrafficCounters } from '../../telemetry/trace.ts';
import { transactionHash } from '../../transaction/decode.ts';
import { byteStringBytes, decodeByteStrings, encodeByteStrings } from '../../transaction/rlp.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import type { Admitted } from '../admission.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS } from '../batch-bounds.ts';
import { Batcher } from '../batcher.ts';
import { messageId, messageIdFromKey, messageIdKey } from '../message-id.ts';
import { NO_SCORE, type PeerScoreParts, type Propagation, type PropagationInit } from '../propagation.ts';
import { Traffic } from '../traffic.ts';
import { ValidationLine } from '../validation-line.ts';
import type { Baseline } from './baselines.ts';
import { FrameReader } from './frame-reader.ts';
import { Fetcher } from './fetcher.ts';
import {
  decodeHashes,
  decodeMessage,
  DirectFault,
  HASHES,
  hashesFrame,
  REQUEST,
  requestFrame,
  RESPONSE,
  responseFrame,
  transactionsFrame,
  type DirectMessage,
} from './messages.ts';
import { Spreading } from './spreading.ts';

/** Of transactions in one answer, unless the first is larger; what does not fit is asked for again (maxTxRetrievalSize, tx_fetcher.go). */
const MAX_RESPONSE_BYTES = 128 * 1024;
/** Of a list's items, more than their bytes. */
const RLP_HEADER_BYTES = 9;
/** Hashes: 10 MB. Tells a first copy from a duplicate; beyond it an old duplicate counts as new. */
const MAX_SEEN = 65_536;
/** Hashes of one message: 128 kB. */
const MAX_HASHES = 4_096;

/** Two full batches of the default size for each of some dozen others that a peer hears the same from. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** Transactions a peer sent, between their reading and their end. */
interface Parcel {
  data: Uint8Array;
  raws: readonly Uint8Array[];
  hashes: readonly Hex[];
  from: PeerIdText;
  provenance: Provenance;
  receivedAtMs: number;
}

export class Direct implements Propagation {
  readonly topic: string;
  readonly #init: PropagationInit;
  readonly #baseline: Baseline;
  readonly #clock: Clock;
  readonly #streams: PeerStreams;
  readonly #fetcher: Fetcher | undefined;
  readonly #batcher: Batcher;
  readonly #line: ValidationLine<Parcel>;
  readonly #traffic: Traffic;
  readonly #seen: HashMemory;
  readonly #spreading: Spreading;
  /** Under validation or waiting for it, and how often. */
  readonly #underWay = new Map<Hex, number>();
  #rejected = 0;
  #stopped = false;

  constructor(init: PropagationInit, baseline: Baseline) {
    const { host, clock, random, options, onError } = init;
    this.topic = init.topic;
    this.#init = init;
    this.#baseline = baseline;
    this.#clock = clock;
    this.#spreading = new Spreading(baseline, host.peerId.toString(), options.maxKnownHashes, random);
    this.#seen = new HashMemory(MAX_SEEN, options.gossip.seenTtlMs);
    this.#traffic = new Traffic(host, () => clock.nowMs());
    this.#batcher = new Batcher({
      limits: options,
      clock,
      lagMs: () => init.admission.lagMs,
      send: (batch) => this.#send(batch),
    });
    this.#line = new ValidationLine({
      limits: options,
      clock,
      validate: (parcel) => this.#validate(parcel),
      isSated: () => init.admission.isSated,
      drop: (parcel, reason) => this.#drop(parcel, reason),
      onError,
    });
    this.#streams = new PeerStreams({
      host,
      clock,
      protocol: baseline.protocol,
      maxUnsentBytes: MAX_UNSENT_BYTES,
      onPeer: (peer) => this.#joined(peer),
      onGone: (peer) => this.#left(peer),
      reader: (peer) => {
        const reader = new FrameReader(this.#maxFrameBytes());
        return (piece) => reader.push(piece, (body) => this.#onMessage(peer, decodeMessage(body)));
      },
      onFault: () => this.#rejected++,
      onError,
    });
    this.#fetcher =
      baseline.fetch &&
      new Fetcher({
        limits: baseline.fetch,
        clock,
        request: (peer, number, hashes) => this.#streams.send(peer, requestFrame(number, hashes)),
      });
  }

  start(): Promise<void> {
    return this.#streams.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#batcher.stop();
    this.#line.stop();
    this.#fetcher?.stop();
    await this.#streams.stop();
  }

  spread(results: readonly Admitted[]): void {
    this.#pass(results, undefined);
  }

  spreadPromoted(promoted: readonly Transaction[]): void {
    this.#batcher.add(promoted);
  }

  counters(): TrafficCounters {
    return this.#traffic.counters();
  }

  meshPeers(): PeerIdText[] {
    return this.#streams.peers();
  }

  subscribers(): PeerIdText[] {
    return this.#streams.peers();
  }

  peerScore(): number {
    return 0;
  }

  scoreParts(): PeerScoreParts {
    return NO_SCORE;
  }

  penalize(): void {
    // Whoever found the fault disconnects it.
  }

  get rejected(): number {
    return this.#rejected;
  }

  get maxQueuedMessages(): number {
    return this.#init.options.maxQueuedMessages;
  }

  get unsettled(): number {
    return this.#line.length;
  }

  get fetching(): number {
    return this.#fetcher?.size ?? 0;
  }

  /** The largest an honest peer sends: what a length prefix can make us gather, and one frame take of hashing. */
  #maxFrameBytes(): number {
    const listBytes = Math.max(MAX_BATCH_BYTES, this.#init.maxTransactionBytes);
    return listBytes + RLP_HEADER_BYTES * (MAX_BATCH_TRANSACTIONS + 2);
  }

  #joined(peer: PeerIdText): void {
    this.#spreading.joined(peer);
    this.#init.trace.record({ kind: 'graft', atMs: this.#clock.nowMs(), peer });
    if (!this.#baseline.announcesPool) return;
    const hashes: Hex[] = [];
    for (const { hash } of this.#init.pool.pendingTransactions()) if (this.#gives(hash)) hashes.push(hash);
    for (let at = 0; at < hashes.length; at += MAX_HASHES)
      this.#announce(peer, hashes.slice(at, at + MAX_HASHES));
  }

  #left(peer: PeerIdText): void {
    this.#spreading.left(peer);
    this.#fetcher?.gone(peer);
    this.#init.trace.record({ kind: 'prune', atMs: this.#clock.nowMs(), peer });
  }

  /** A silent node hands on nothing but its own. */
  #gives(hash: Hex): boolean {
    return this.#init.silent !== true || this.#init.pool.get(hash)?.origin === 'local';
  }

  #pass(results: readonly Admitted[], from: PeerIdText | undefined): void {
    const promoted = results.flatMap(({ outcome }) => (outcome.status === 'pending' ? outcome.promoted : []));
    if (from === undefined) {
      for (const { hash } of promoted) this.#seen.remember(hash, this.#clock.nowMs());
    } else {
      // What these freed came from somebody else.
      const given = new Set(results.map(({ hash }) => hash));
      for (const { hash } of promoted) if (given.has(hash)) this.#spreading.gave(from, hash);
    }
    this.#batcher.add(promoted);
  }

  #send(batch: readonly Transaction[]): void {
    const peers = this.#streams.peers();
    const { whole, hashes } = this.#spreading.plan(batch, peers);
    let shared: Uint8Array | undefined;
    for (const [peer, list] of whole) {
      const isAll = list.length === batch.length;
      const frame = isAll ? (shared ??= framed(batch)) : framed(list);
      if (this.#streams.send(peer, frame)) {
        this.#spreading.has(
          peer,
          list.map(({ hash }) => hash),
        );
      }
    }
    for (const [peer, list] of hashes) this.#announce(peer, list);
    if (peers.length === 0) this.#init.onUnheard?.(batch.map(({ hash }) => hash));
    this.#init.trace.record({
      kind: 'publish',
      atMs: this.#clock.nowMs(),
      messageId: toHex(messageId(encodeByteStrings(batch.map(({ raw }) => raw)))),
      hashes: batch.map(({ hash }) => hash),
      recipients: new Set([...whole.keys(), ...hashes.keys()]).size,
    });
  }

  #announce(peer: PeerIdText, hashes: readonly Hex[]): void {
    if (this.#streams.send(peer, hashesFrame(hashes))) this.#spreading.has(peer, hashes);
  }

  #onMessage(peer: PeerIdText, { kind, number, content }: DirectMessage): void {
    if (kind === HASHES) this.#onHashes(peer, content);
    else if (kind === REQUEST) this.#onRequest(peer, number, content);
    else this.#onTransactions(peer, content, kind === RESPONSE ? number : undefined);
  }

  #onHashes(peer: PeerIdText, content: Uint8Array): void {
    if (this.#fetcher === undefined) throw new DirectFault('an announcement where nothing is announced');
    const hashes = decodeHashes(content, MAX_HASHES);
    this.#shown(peer, hashes);
    const wanted = hashes.filter((hash) => !this.#underWay.has(hash) && this.#init.admission.wants(hash));
    if (wanted.length > 0) this.#fetcher.announced(peer, wanted);
  }

  #onRequest(peer: PeerIdText, number: number, content: Uint8Array): void {
    if (this.#baseline.fetch === undefined) throw new DirectFault('a request where nothing is announced');
    const raws: Uint8Array[] = [];
    const given: Hex[] = [];
    let bytes = 0;
    for (const hash of decodeHashes(content, MAX_HASHES)) {
      const raw = this.#gives(hash) ? this.#init.pool.get(hash)?.transaction.raw : undefined;
      if (raw === undefined) continue;
      if (raws.length > 0 && bytes + raw.byteLength > MAX_RESPONSE_BYTES) break;
      bytes += raw.byteLength;
      raws.push(raw);
      given.push(hash);
    }
    if (this.#streams.send(peer, responseFrame(number, raws))) this.#shown(peer, given);
  }

  /** @param number of the request this answers; undefined: nobody asked. */
  #onTransactions(peer: PeerIdText, content: Uint8Array, number: number | undefined): void {
    const { admission, trace } = this.#init;
    const raws = decodeByteStrings(content, MAX_BATCH_TRANSACTIONS);
    if (raws === undefined || (raws.length === 0 && number === undefined)) {
      const atMs = this.#clock.nowMs();
      const provenance = number === undefined ? 'push' : 'pull';
      trace.record({ kind: 'refused', atMs, hash: null, code: 'malformed', provenance, from: peer });
      throw new DirectFault('no list of transactions');
    }
    const hashes = raws.map(transactionHash);
    // It was asked over a stream that has ended since, and others have been asked.
    const isOutdated = number !== undefined && this.#fetcher?.takeOutdated(peer, number) === true;
    if (number !== undefined && !isOutdated) this.#checkResponse(peer, number, hashes);
    this.#count(content, raws, hashes);
    if (isOutdated) return;
    this.#shown(peer, hashes);
    for (const hash of hashes) this.#fetcher?.arrived(hash);
    if (number !== undefined) this.#fetcher?.answered(peer, number, new Set(hashes));
    const provenance: Provenance = number === undefined ? 'push' : 'pull';
    if (!hashes.some((hash) => admission.wants(hash))) {
      for (const hash of hashes) trace.notes?.refused(hash, ALREADY_KNOWN, { provenance, from: peer });
      return;
    }
    for (const hash of hashes) this.#underWay.set(hash, (this.#underWay.get(hash) ?? 0) + 1);
    this.#line.offer({
      data: content,
      raws,
      hashes,
      from: peer,
      provenance,
      receivedAtMs: this.#clock.nowMs(),
    });
  }

  #checkResponse(peer: PeerIdText, number: number, hashes: readonly Hex[]): void {
    const requested = this.#fetcher?.requested(peer, number);
    if (requested === undefined) throw new DirectFault('a response to no request');
    if (!hashes.every((hash) => requested.has(hash)) || new Set(hashes).size < hashes.length)
      throw new DirectFault('a transaction that was not asked for');
  }

  /** A first copy is what was neither sent to us before nor entered here. The list's own head goes with the first. */
  #count(content: Uint8Array, raws: readonly Uint8Array[], hashes: readonly Hex[]): void {
    const nowMs = this.#clock.nowMs();
    this.#seen.forget(nowMs);
    this.#traffic.messagesReceived++;
    this.#traffic.copiesReceived += raws.length;
    this.#init.trace.copies?.received(hashes);
    let firstBytes = 0;
    hashes.forEach((hash, index) => {
      const isFirst = this.#seen.remainingMs(hash, nowMs) === 0;
      if (!isFirst) return;
      this.#seen.remember(hash, nowMs);
      firstBytes += byteStringBytes(raws[index]!);
    });
    if (firstBytes === 0) this.#traffic.duplicateMessages++;
    else {
      const all = raws.reduce((sum, raw) => sum + byteStringBytes(raw), 0);
      this.#traffic.firstCopyBytes += firstBytes + content.byteLength - all;
    }
  }

  /** The peer has these. */
  #shown(peer: PeerIdText, hashes: readonly Hex[]): void {
    this.#spreading.has(peer, hashes);
    this.#init.onShown?.(hashes);
  }

  async #validate(parcel: Parcel): Promise<void> {
    const { admission, silent } = this.#init;
    const { raws, provenance, from, receivedAtMs } = parcel;
    const source = { provenance, from, receivedAtMs, validationAtMs: this.#clock.nowMs() };
    let results: Admitted[];
    try {
      results = await admission.admitWhole(raws, source);
    } finally {
      this.#ended(parcel);
    }
    if (this.#stopped) return;
    if (results.some(({ outcome }) => isFault(outcome))) {
      this.#rejected++;
      this.#streams.disconnect(from);
    } else if (silent !== true) this.#pass(results, from);
  }

  #drop(parcel: Parcel, reason: 'queue-full' | 'stale'): void {
    this.#ended(parcel);
    this.#traffic.dropped++;
    const { data, from } = parcel;
    const id = toHex(messageIdFromKey(messageIdKey(messageId(data))));
    this.#init.trace.record({ kind: 'drop', atMs: this.#clock.nowMs(), messageId: id, from, reason });
  }

  #ended({ hashes }: Parcel): void {
    for (const hash of hashes) {
      const times = this.#underWay.get(hash)! - 1;
      if (times === 0) this.#underWay.delete(hash);
      else this.#underWay.set(hash, times);
    }
  }
}

const framed = (batch: readonly Transaction[]): Uint8Array => transactionsFrame(batch.map(({ raw }) => raw));

const isFault = (outcome: Outcome): boolean => meaningOf(outcome).verdict === 'reject';
