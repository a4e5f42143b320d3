import type { Hex } from '../bytes.ts';
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
 *
 * A batch must not be what some node ignored before: its id would be remembered, and it would go nowhere. What was
 * ignored behind a nonce gap therefore never travels without the transaction that freed it (`addFreed`).
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
    for (const transaction of transactions) this.#gather([transaction]);
    this.#sendSoon();
  }

  /**
   * `freed` became executable by `freeing`: each leaves in one batch with it, whatever the limits say of two. `freeing`
   * goes once for each batch that takes.
   */
  addFreed(freeing: Transaction, freed: readonly Transaction[]): void {
    const { maxBatchTransactions, maxBatchBytes } = this.#limits;
    let company = [freeing];
    let bytes = freeing.raw.byteLength;
    for (const transaction of freed) {
      const full =
        company.length >= maxBatchTransactions || bytes + transaction.raw.byteLength > maxBatchBytes;
      if (full && company.length > 1) {
        this.#gather(company);
        company = [freeing];
        bytes = freeing.raw.byteLength;
      }
      company.push(transaction);
      bytes += transaction.raw.byteLength;
    }
    this.#gather(company);
    this.#sendSoon();
  }

  /** All of them into one batch. */
  #gather(together: readonly Transaction[]): void {
    const { maxBatchTransactions, maxBatchBytes } = this.#limits;
    const bytes = together.reduce((sum, { raw }) => sum + raw.byteLength, 0);
    const fits =
      this.#waiting.length + together.length <= maxBatchTransactions &&
      this.#waitingBytes + bytes <= maxBatchBytes;
    if (!fits) this.flush();
    this.#waiting.push(...together);
    this.#waitingBytes += bytes;
    if (this.#waiting.length >= maxBatchTransactions) this.flush();
  }

  #sendSoon(): void {
    if (this.#waiting.length === 0 || this.#cancelTimer !== undefined) return;
    const sinceLastMs = this.#clock.nowMs() - this.#lastSentAtMs;
    if (sinceLastMs >= this.#limits.maxBatchDelayMs) this.flush();
    else
      this.#cancelTimer = this.#clock.after(this.#limits.maxBatchDelayMs - sinceLastMs, () => this.flush());
  }

  /** It is to leave with the next batch. */
  holds(hash: Hex): boolean {
    return this.#waiting.some((transaction) => transaction.hash === hash);
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
