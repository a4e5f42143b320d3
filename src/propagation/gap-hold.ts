import type { Hex } from '../bytes.ts';

export interface HeldMessage {
  idKey: string;
  source: string;
  hashes: Hex[];
  expiresAtMs: number;
}

/**
 * Messages whose transactions are all queued behind a nonce gap, their verdict still open. Two transactions of one
 * sender often arrive out of order by other paths; answering *ignore* at once would stop the later one here for as
 * long as its id is remembered. If the gap fills in time the message is accepted and forwarded as it came.
 *
 * Bounded and clock-free: the owner says what time it is.
 */
export class GapHold {
  readonly #maxMessages: number;
  readonly #byId = new Map<string, HeldMessage>();
  readonly #byHash = new Map<Hex, HeldMessage>();

  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** False: full, the message is not held. */
  hold(message: HeldMessage): boolean {
    if (this.#byId.size >= this.#maxMessages) return false;
    this.#byId.set(message.idKey, message);
    for (const hash of message.hashes) this.#byHash.set(hash, message);
    return true;
  }

  /** The message that holds `hash`, held no longer. */
  release(hash: Hex): HeldMessage | undefined {
    const message = this.#byHash.get(hash);
    if (message !== undefined) this.#forget(message);
    return message;
  }

  /** Those whose time is over, held no longer. O(held). */
  expire(nowMs: number): HeldMessage[] {
    const expired: HeldMessage[] = [];
    // What was validated later may have been read earlier: they are in no order.
    for (const message of this.#byId.values()) if (message.expiresAtMs <= nowMs) expired.push(message);
    for (const message of expired) this.#forget(message);
    return expired;
  }

  #forget(message: HeldMessage): void {
    this.#byId.delete(message.idKey);
    for (const hash of message.hashes) {
      if (this.#byHash.get(hash) === message) this.#byHash.delete(hash);
    }
  }
}
