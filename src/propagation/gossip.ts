/**
 * Propagation by gossipsub: a mesh that messages are pushed over, and announcements beside it.
 *
 *   spread ──> Batcher ──> gossipsub ──> mesh
 *   mesh ──> gossipsub ──> ValidationLine ──> Admission (decode, verify, pool) ──> verdict ──> gossipsub forwards
 *                 │                                     └─> promoted by it ──> Batcher
 *                 └─ full, too old: ignore
 *
 * Owns the topic, batches, the queue before validation and the verdicts. Does not own what a verdict means
 * (mempool/outcome.ts) nor who is connected to whom.
 */
import type { GossipsubMessage, TopicValidatorResult } from '@chainsafe/libp2p-gossipsub';
import type { Hex } from '../bytes.ts';
import type { Cancel, Clock } from '../environment.ts';
import type { PeerIdText } from '../host/host.ts';
import type { GossipVerdict } from '../mempool/outcome.ts';
import { meaningOf, type Outcome } from '../mempool/outcome.ts';
import type { Provenance, TraceSink, TrafficCounters } from '../telemetry/trace.ts';
import { transactionHash } from '../transaction/decode.ts';
import { countByteStrings, decodeByteStrings, encodeByteStrings } from '../transaction/rlp.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { toHex } from '../bytes.ts';
import type { Admission, Admitted } from './admission.ts';
import { MAX_BATCH_TRANSACTIONS } from './batch-bounds.ts';
import { Batcher } from './batcher.ts';
import { CopyCounter, type Carried } from './copy-counter.ts';
import { Echoes } from './echoes.ts';
import { publishFieldBytes } from './frame-meter.ts';
import { GapHold } from './gap-hold.ts';
import { createGossipRouter, observeDuplicates, penalize, type GossipRouter } from './gossip-router.ts';
import { messageId, messageIdFromKey, messageIdKey } from './message-id.ts';
import type { PropagationOptions } from './options.ts';
import { Padding } from './padding.ts';
import type { PeerScoreParts, Propagation, PropagationInit } from './propagation.ts';
import { Traffic } from './traffic.ts';
import { ValidationLine } from './validation-line.ts';
import type { QueuedMessage } from './validation-queue.ts';
import { WantedMessages } from './wanted-messages.ts';

export class Gossip implements Propagation {
  readonly topic: string;
  readonly #clock: Clock;
  readonly #admission: Admission;
  readonly #options: PropagationOptions;
  readonly #trace: TraceSink;
  readonly #onShown: ((hashes: readonly Hex[]) => void) | undefined;
  readonly #onUnheard: ((hashes: readonly Hex[]) => void) | undefined;
  readonly #onError: (error: unknown) => void;
  readonly #router: GossipRouter;
  readonly #traffic: Traffic;
  readonly #wanted = new WantedMessages();
  readonly #copies: CopyCounter;
  readonly #line: ValidationLine<QueuedMessage>;
  readonly #held: GapHold;
  readonly #batcher: Batcher;
  readonly #echoes = new Echoes();
  readonly #padding: Padding;
  readonly #silent: boolean;
  /** By id: messages read and not yet answered, and whether we had the same to publish. */
  readonly #underWay = new Map<string, 'theirs' | 'ours-too'>();
  /** What gossipsub asks for (IWANT) it does not say. */
  readonly fetching = 0;
  #rejected = 0;
  #stopped = false;
  #cancelHoldTimer: Cancel | undefined;

  constructor(init: PropagationInit) {
    this.topic = init.topic;
    this.#clock = init.clock;
    this.#admission = init.admission;
    this.#options = init.options;
    this.#trace = init.trace;
    this.#silent = init.silent === true;
    this.#onShown = init.onShown;
    this.#onUnheard = init.onUnheard;
    this.#onError = init.onError;
    this.#traffic = new Traffic(init.host, () => this.#clock.nowMs(), this.#wanted);
    this.#copies = new CopyCounter(init.options.gossip.seenTtlMs);
    this.#line = new ValidationLine({
      limits: init.options,
      clock: init.clock,
      validate: (message) => this.#validate(message),
      isSated: () => this.#admission.isSated,
      drop: (message, reason) => this.#drop(message, reason),
      onError: init.onError,
    });
    this.#held = new GapHold(init.options.maxHeldMessages);
    this.#batcher = new Batcher({
      limits: init.options,
      clock: init.clock,
      lagMs: () => this.#admission.lagMs,
      send: (batch) => this.#send(batch),
    });
    this.#padding = new Padding(init.clock, init.pool, init.gapsHealWithinMs);
    this.#router = createGossipRouter(init.host, init.topic, init.options, this.#onCopy, (peer) =>
      this.#padding.score(peer),
    );
    const { notes } = init.trace;
    if (notes !== undefined) observeDuplicates(this.#router, (idKey, from) => notes.copy(idKey, from));
  }

  async start(): Promise<void> {
    this.#router.addEventListener('gossipsub:message', ({ detail }) => this.#onMessage(detail));
    for (const kind of ['graft', 'prune'] as const) {
      this.#router.addEventListener(`gossipsub:${kind}`, ({ detail }) => {
        this.#trace.record({ kind, atMs: this.#clock.nowMs(), peer: detail.peerId });
      });
    }
    await this.#router.start();
    this.#router.subscribe(this.topic);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelHoldTimer?.();
    this.#batcher.stop();
    this.#line.stop();
    await this.#router.stop();
  }

  counters(): TrafficCounters {
    return this.#traffic.counters();
  }

  meshPeers(): PeerIdText[] {
    return this.#router.getMeshPeers(this.topic);
  }

  /** Peers that told us they are on the topic. */
  subscribers(): PeerIdText[] {
    return this.#router.getSubscribers(this.topic).map(String);
  }

  peerScore(peer: PeerIdText): number {
    return this.#router.getScore(peer);
  }

  /** Of what a peer's score is made, as far as this topic's parameters count it (peer-score.ts). */
  scoreParts(peer: PeerIdText): PeerScoreParts {
    const stats = this.#router.dumpPeerScoreStats()[peer];
    const topic = stats?.topics[this.topic];
    return {
      meshMs: topic?.meshTime ?? 0,
      firstDeliveries: topic?.firstMessageDeliveries ?? 0,
      invalidDeliveries: topic?.invalidMessageDeliveries ?? 0,
      behaviourPenalty: stats?.behaviourPenalty ?? 0,
    };
  }

  /** It misbehaved elsewhere than in gossip: points of gossipsub's behaviour penalty (P7), which cost from 6 up. */
  penalize(peer: PeerIdText, points: number): void {
    penalize(this.#router, peer, points);
  }

  /** Messages answered with *reject*: their senders were punished. */
  get rejected(): number {
    return this.#rejected;
  }

  /** Messages that may wait for validation; further ones are ignored. */
  get maxQueuedMessages(): number {
    return this.#options.maxQueuedMessages;
  }

  /** Messages read and not yet answered with a verdict. */
  get unsettled(): number {
    return this.#line.length + this.#held.size;
  }

  #send(batch: Transaction[]): void {
    const data = encodeByteStrings(batch.map(({ raw }) => raw));
    const id = messageId(data);
    // gossipsub publishes nothing that it has read, whatever becomes of that copy: see #verdict.
    const idKey = messageIdKey(id);
    if (this.#underWay.has(idKey)) this.#underWay.set(idKey, 'ours-too');
    const hashes = batch.map(({ hash }) => hash);
    if (this.#onShown !== undefined) this.#echoes.sent(idKey, hashes);
    this.#copies.own(idKey, this.#clock.nowMs(), {
      transactions: hashes.length,
      hashes: this.#trace.copies && hashes,
    });
    this.#trace.notes?.message(idKey, null, hashes);
    this.#router.publish(this.topic, data).then(
      ({ recipients }) => {
        this.#trace.record({
          kind: 'publish',
          atMs: this.#clock.nowMs(),
          messageId: toHex(id),
          hashes,
          recipients: recipients.length,
        });
        if (recipients.length === 0) this.#onUnheard?.(hashes);
      },
      (error: unknown) => {
        if (!this.#stopped) this.#onError(error);
      },
    );
  }

  readonly #onCopy = (idKey: string, data: Uint8Array): void => {
    const { carried, duplicate } = this.#copies.copy(idKey, this.#clock.nowMs(), () => this.#carried(data));
    this.#traffic.messagesReceived++;
    this.#traffic.copiesReceived += carried.transactions;
    if (carried.hashes !== undefined) this.#trace.copies?.received(carried.hashes);
    if (duplicate) this.#traffic.duplicateMessages++;
    const echoed = this.#echoes.received(idKey);
    if (echoed !== undefined) this.#onShown?.(echoed);
  };

  #onMessage({ msgId: idKey, propagationSource: from, msg }: GossipsubMessage): void {
    const { data } = msg;
    this.#underWay.set(idKey, 'theirs');
    this.#traffic.firstCopyBytes += publishFieldBytes(data.byteLength, this.topic.length);
    const provenance: Provenance = this.#wanted.take(from.toString(), idKey) ? 'pull' : 'push';
    this.#line.offer({ idKey, data, from, provenance, receivedAtMs: this.#clock.nowMs() });
  }

  #carried(data: Uint8Array): Carried {
    if (this.#trace.copies === undefined)
      return { transactions: countByteStrings(data, MAX_BATCH_TRANSACTIONS) ?? 1 };
    const hashes = decodeByteStrings(data, MAX_BATCH_TRANSACTIONS)?.map(transactionHash) ?? [null];
    return { transactions: hashes.length, hashes };
  }

  #drop({ idKey, from }: QueuedMessage, reason: 'queue-full' | 'stale'): void {
    this.#traffic.dropped++;
    const atMs = this.#clock.nowMs();
    this.#trace.record({
      kind: 'drop',
      atMs,
      messageId: toHex(messageIdFromKey(idKey)),
      from: from.toString(),
      reason,
    });
    this.#verdict(idKey, from.toString(), 'ignore');
  }

  async #validate(message: QueuedMessage): Promise<void> {
    const source = message.from.toString();
    const raws = decodeByteStrings(message.data, MAX_BATCH_TRANSACTIONS);
    if (raws === undefined || raws.length === 0) {
      this.#refused(null, 'malformed', message);
      this.#verdict(message.idKey, source, 'reject');
      return;
    }
    const results = await this.#admit(raws, message);
    const known = results.flatMap(({ hash }) => hash ?? []);
    this.#trace.notes?.message(message.idKey, source, known);
    this.#onShown?.(results.flatMap(({ hash, outcome }) => (isKnown(outcome) ? hash! : [])));
    const verdicts = new Set(results.map(({ outcome }) => meaningOf(outcome).verdict));
    const queued = results.filter(({ outcome }) => outcome.status === 'queued').map(({ hash }) => hash!);
    if (verdicts.has('reject')) {
      this.#verdict(message.idKey, source, 'reject');
      return;
    }
    if (this.#padding.judge(source, results) && verdicts.has('accept')) {
      this.#verdict(message.idKey, source, 'ignore');
      if (this.#silent) return;
      // As soon as the whole would have gone on.
      this.spread(results);
      this.#batcher.flush();
      return;
    }
    if (verdicts.has('accept') || results.some(({ hash }) => hash !== null && this.#batcher.holds(hash))) {
      // What we are about to publish is not new here, but has not gone on from here either; and if our batch turns out
      // to be this very message, gossipsub will not send it.
      this.#verdict(message.idKey, source, 'accept');
    } else if (queued.length === 0 || !this.#hold(message, queued)) {
      this.#verdict(message.idKey, source, 'ignore');
    }
    this.#publishFreed(results);
  }

  /** A failure of ours is nobody's fault: the message is ignored. @throws what Admission does. */
  async #admit(raws: readonly Uint8Array[], message: QueuedMessage): Promise<Admitted[]> {
    const { idKey, provenance, receivedAtMs } = message;
    const from = message.from.toString();
    const validationAtMs = this.#clock.nowMs();
    try {
      return await this.#admission.admitWhole(raws, { provenance, from, receivedAtMs, validationAtMs });
    } catch (error) {
      this.#verdict(idKey, from, 'ignore');
      throw error;
    }
  }

  /**
   * Of what these results promoted: what no message of this round carries. A promoted transaction whose own message
   * is still held is sent on by accepting that message. One whose message was ignored long ago cannot go out alone,
   * because its message id is still remembered everywhere; it goes with the transaction that freed it, which makes
   * a message of its own, and the same one at every node that had the gap.
   */
  #publishFreed(results: readonly Admitted[]): void {
    if (this.#silent) return;
    const inRound = new Set(results.map(({ hash }) => hash));
    for (const { outcome } of results) {
      if (outcome.status !== 'pending') continue;
      const [freeing, ...freed] = outcome.promoted;
      const left = freed.filter(({ hash }) => !inRound.has(hash) && !this.#acceptHeld(hash));
      if (left.length > 0) this.#batcher.addFreed(freeing!, left);
    }
  }

  /** Sends on what an admission outside gossip (RPC, reconciliation) made executable. */
  spread(results: readonly Admitted[]): void {
    for (const { outcome } of results) {
      if (outcome.status !== 'pending') continue;
      const [newcomer, ...freed] = outcome.promoted;
      const left = freed.filter(({ hash }) => !this.#acceptHeld(hash));
      if (left.length > 0) this.#batcher.addFreed(newcomer!, left);
      else this.#batcher.add([newcomer!]);
    }
  }

  /** Sends on what no transaction freed: another head of the chain made it executable. */
  spreadPromoted(promoted: readonly Transaction[]): void {
    this.#batcher.add(promoted.filter(({ hash }) => !this.#acceptHeld(hash)));
  }

  /** False: it is not held, or was for too long to be forwarded still. */
  #acceptHeld(hash: Hex): boolean {
    const held = this.#held.release(hash);
    if (held === undefined) return false;
    const inTime = this.#clock.nowMs() < held.expiresAtMs;
    this.#verdict(held.idKey, held.source, inTime ? 'accept' : 'ignore');
    return inTime;
  }

  /** False: no room, or no time left in which its verdict would forward it. */
  #hold({ idKey, from, receivedAtMs }: QueuedMessage, hashes: Hex[]): boolean {
    const nowMs = this.#clock.nowMs();
    const source = from.toString();
    const expiresAtMs = Math.min(nowMs + this.#options.gapHoldMs, receivedAtMs + this.#forwardableMs());
    if (expiresAtMs <= nowMs) return false;
    const held = this.#held.hold({ idKey, source, hashes, expiresAtMs });
    if (held && this.#cancelHoldTimer === undefined) this.#expireHeldLater(this.#options.gapHoldMs);
    return held;
  }

  /** gossipsub forgets a message with a heartbeat, and the first may come at once. */
  #forwardableMs(): number {
    const { historyLength, heartbeatMs } = this.#options.gossip;
    return (historyLength - 1) * heartbeatMs;
  }

  #expireHeldLater(delayMs: number): void {
    this.#cancelHoldTimer = this.#clock.after(delayMs, () => {
      this.#cancelHoldTimer = undefined;
      for (const { idKey, source } of this.#held.expire(this.#clock.nowMs()))
        this.#verdict(idKey, source, 'ignore');
      if (this.#held.size > 0) this.#expireHeldLater(Math.max(1, this.#options.gapHoldMs / 4));
    });
  }

  /**
   * A message that says nothing new here, because what is in it came by another way meanwhile and was published from
   * here as the very same message, is accepted: this copy is then the only one that goes on.
   */
  #verdict(idKey: string, source: string, verdict: GossipVerdict): void {
    if (this.#stopped) return;
    const oursToo = this.#underWay.get(idKey) === 'ours-too';
    this.#underWay.delete(idKey);
    if (verdict === 'reject') this.#rejected++;
    const given = this.#silent ? 'ignore' : verdict === 'ignore' && oursToo ? 'accept' : verdict;
    this.#trace.notes?.verdict(idKey, given);
    this.#router.reportMessageValidationResult(idKey, source, given satisfies `${TopicValidatorResult}`);
  }

  #refused(hash: Hex | null, code: string, { provenance, from }: QueuedMessage): void {
    this.#trace.record({
      kind: 'refused',
      atMs: this.#clock.nowMs(),
      hash,
      code,
      provenance,
      from: from.toString(),
    });
  }
}

const isKnown = (outcome: Outcome): boolean => outcome.status === 'refused' && outcome.code === 'known';
