import type { PeerId } from '@libp2p/interface';
import type { Provenance } from '../telemetry/trace.ts';

/** A gossip message between its reading and its verdict. */
export interface QueuedMessage {
  idKey: string;
  data: Uint8Array;
  from: PeerId;
  provenance: Provenance;
  receivedAtMs: number;
}

/** As much of a message as queueing needs. */
export type Queueable = Pick<QueuedMessage, 'data' | 'receivedAtMs'>;

export interface QueueLimits {
  maxQueuedMessages: number;
  maxQueuedBytes: number;
  maxQueueAgeMs: number;
}

/**
 * First in, first out, bounded. gossipsub reads as fast as bytes arrive and awaits nothing, so this is where a
 * flood meets a limit. When full the newcomer is turned away: those waiting are nearer the deadline after which a
 * verdict forwards nothing, and have been paid for.
 */
export class ValidationQueue<M extends Queueable = QueuedMessage> {
  readonly #limits: QueueLimits;
  #messages: M[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  /** False: full, nothing was queued. */
  offer(message: M): boolean {
    const bytes = message.data.byteLength;
    if (this.length >= this.#limits.maxQueuedMessages || this.#bytes + bytes > this.#limits.maxQueuedBytes)
      return false;
    this.#messages.push(message);
    this.#bytes += bytes;
    return true;
  }

  /** The oldest, and whether it is still worth validating. */
  take(nowMs: number): { message: M; stale: boolean } | undefined {
    const message = this.#messages[this.#head];
    if (message === undefined) return undefined;
    this.#head++;
    this.#bytes -= message.data.byteLength;
    if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    return { message, stale: nowMs - message.receivedAtMs > this.#limits.maxQueueAgeMs };
  }

  clear(): void {
    this.#messages = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
