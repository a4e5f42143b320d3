import type { Cancel, Clock } from '../environment.ts';
import type { Transaction } from '../transaction/transaction.ts';

export interface BatchLimits {
  maxBatchTransactions: number;
  maxBatchBytes: number;
  maxBatchDelayMs: number;
}

/**
 * Gathers transactions into messages without delaying a lone one: on an idle line the first leaves at once; what
 * follows within `maxBatchDelayMs` gathers until that time is over or a limit is reached. Order is kept, so a
 * sender's nonces stay in order within and across batches.
 */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #clock: Clock;
  readonly #send: (batch: Transaction[]) => void;
  #waiting: Transaction[] = [];
  #waitingBytes = 0;
  #lastSentAtMs = -Infinity;
  #cancelTimer: Cancel | undefined;

  constructor(limits: BatchLimits, clock: Clock, send: (batch: Transaction[]) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#send = send;
  }

  add(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) {
      const bytes = transaction.raw.byteLength;
      if (this.#waiting.length > 0 && this.#waitingBytes + bytes > this.#limits.maxBatchBytes) this.flush();
      this.#waiting.push(transaction);
      this.#waitingBytes += bytes;
      if (this.#waiting.length >= this.#limits.maxBatchTransactions) this.flush();
    }
    if (this.#waiting.length === 0 || this.#cancelTimer !== undefined) return;
    const sinceLastMs = this.#clock.nowMs() - this.#lastSentAtMs;
    if (sinceLastMs >= this.#limits.maxBatchDelayMs) this.flush();
    else
      this.#cancelTimer = this.#clock.after(this.#limits.maxBatchDelayMs - sinceLastMs, () => this.flush());
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#lastSentAtMs = this.#clock.nowMs();
    this.#send(batch);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
  }
}
