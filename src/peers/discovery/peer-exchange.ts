/**
 * `/txgossip/peers/1` (messages.ts): asks a connected peer for others, and answers who asks. One question a stream. An
 * answer costs at most 6 kB, and one peer gets one each `answerMs`; who breaks the rules is reported and disconnected.
 */
import type { PeerId, Stream } from '@libp2p/interface';
import { lpStream } from '@libp2p/utils';
import type { Clock } from '../../environment.ts';
import type { Host, PeerIdText } from '../../host/host.ts';
import { PEERS_PROTOCOL } from '../../host/protocols.ts';
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  MAX_ADDRESSES,
  MAX_ANSWER_BYTES,
  MAX_REQUEST_BYTES,
  PeersFault,
  type ToldPeer,
} from './messages.ts';

/** A peer that says nothing for so long gets or gives no answer. */
const SILENCE_MS = 10_000;
/** Answers under way: what askers that do not read can hold, 8 kB each. */
const MAX_ANSWERING = 64;

/** Its kinds of error for messages that no honest peer sends. */
const FRAME_FAULTS = new Set([
  'InvalidDataLengthError',
  'InvalidDataLengthLengthError',
  'InvalidMessageLengthError',
  'StreamBufferError',
]);

export interface PeerExchangeInit {
  host: Host;
  clock: Clock;
  answerMs: number;
  /** Whom to tell the peer of; undefined: it is not answered. */
  known: (peer: PeerIdText, count: number) => readonly ToldPeer[] | undefined;
  onAnswered: (peer: PeerIdText) => void;
  onFault: (peer: PeerId, fault: PeersFault) => void;
  /** It asked sooner than `answerMs` after the last time. */
  onTooOften: (peer: PeerIdText) => void;
}

export class PeerExchange {
  readonly #init: PeerExchangeInit;
  readonly #answering = new Map<PeerIdText, Stream>();
  readonly #answeredAtMs = new Map<PeerIdText, number>();
  readonly #asking = new Set<Stream>();
  #stopped = false;

  constructor(init: PeerExchangeInit) {
    this.#init = init;
  }

  async start(): Promise<void> {
    await this.#init.host.handle(PEERS_PROTOCOL, (stream, peerId) => void this.#answer(stream, peerId));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const stream of [...this.#asking, ...this.#answering.values()])
      stream.abort(new Error('the node stops'));
    await this.#init.host.unhandle(PEERS_PROTOCOL);
  }

  /** @throws {Error} when it does not answer, or not as it should; in the latter case it has been reported. */
  async ask(peerId: PeerId): Promise<ToldPeer[]> {
    const { host, clock } = this.#init;
    const controller = new AbortController();
    const cancelOpening = clock.after(SILENCE_MS, () => controller.abort());
    const stream = await host
      .openStream(peerId, PEERS_PROTOCOL, { signal: controller.signal })
      .finally(cancelOpening);
    if (this.#stopped) {
      const stopped = new Error('the node stops');
      stream.abort(stopped);
      throw stopped;
    }
    this.#asking.add(stream);
    try {
      return await this.#patiently(stream, async () => {
        const frames = lpStream(stream, {
          maxDataLength: MAX_ANSWER_BYTES,
          maxBufferSize: 2 * MAX_ANSWER_BYTES,
        });
        await frames.write(encodeRequest(MAX_ADDRESSES));
        const answer = decodeAnswer((await frames.read()).subarray(), MAX_ADDRESSES);
        await stream.close();
        return answer;
      });
    } catch (error) {
      throw this.#failed(stream, peerId, error as Error);
    } finally {
      this.#asking.delete(stream);
    }
  }

  /** Its last connection is gone. */
  forget(peer: PeerIdText): void {
    this.#answeredAtMs.delete(peer);
  }

  async #answer(stream: Stream, peerId: PeerId): Promise<void> {
    const { clock, answerMs, known, onAnswered, onTooOften } = this.#init;
    const peer = peerId.toString();
    if (this.#stopped || this.#answering.has(peer) || this.#answering.size >= MAX_ANSWERING) {
      stream.abort(new Error('busy'));
      return;
    }
    if (clock.nowMs() - (this.#answeredAtMs.get(peer) ?? -Infinity) < answerMs) {
      onTooOften(peer);
      stream.abort(new Error('too often'));
      return;
    }
    this.#answeredAtMs.set(peer, clock.nowMs());
    this.#answering.set(peer, stream);
    try {
      await this.#patiently(stream, async () => {
        const limit = { maxDataLength: MAX_REQUEST_BYTES, maxBufferSize: 64 };
        const frames = lpStream(stream, limit);
        const count = decodeRequest((await frames.read()).subarray());
        const told = known(peer, count);
        if (told === undefined) {
          stream.abort(new Error('not answered'));
          return;
        }
        await frames.write(encodeAnswer(told, count));
        onAnswered(peer);
        await stream.close();
      });
    } catch (error) {
      this.#failed(stream, peerId, error as Error);
    } finally {
      this.#answering.delete(peer);
    }
  }

  #failed(stream: Stream, peerId: PeerId, error: Error): Error {
    stream.abort(error);
    if (this.#stopped) return error;
    const fault = FRAME_FAULTS.has(error.name) ? new PeersFault(error.message, { cause: error }) : error;
    if (fault instanceof PeersFault) this.#init.onFault(peerId, fault);
    return fault;
  }

  async #patiently<T>(stream: Stream, work: () => Promise<T>): Promise<T> {
    const cancel = this.#init.clock.after(SILENCE_MS, () =>
      stream.abort(new Error(`the peer was silent for ${SILENCE_MS} ms`)),
    );
    try {
      return await work();
    } finally {
      cancel();
    }
  }
}
