import type { Hex } from '../bytes.ts';
import type { Cancel, Clock } from '../environment.ts';
import type { Transaction } from '../transaction/transaction.ts';

export interface BatchLimits {
  maxBatchTransactions: number;
  maxBatchBytes: number;
  maxBatchDelayMs: number;
  batchIntervalMs: number;
}

export interface BatcherInit {
  limits: BatchLimits;
  clock: Clock;
  /** How far behind the node is with what it is given; 0 when nothing waits. */
  lagMs: () => number;
  send: (batch: Transaction[]) => void;
}

/** Of sums of fractions of a millisecond: a delay as short may not move the clock at all. */
const ROUNDING_MS = 1e-6;

/**
 * Gathers transactions into messages without delaying a lone one: the first leaves at once; what follows within
 * `batchIntervalMs` of that gathers until this time is over. A node that is behind gathers as long as it is behind, up to
 * `maxBatchDelayMs`: a message costs every node the same whatever is in it (0.1 ms a copy), so the busier the network, the
 * fuller they have to be, while batching no more than doubles what load makes everybody wait. Whatever the time, a
 * batch leaves when it is full, by number or bytes. Order is kept, so a sender's nonces stay in order within and across
 * batches.
 *
 * A batch must not be what some node ignored before: its id would be remembered, and it would go nowhere. What was
 * ignored behind a nonce gap therefore never travels without the transaction that freed it (`addFreed`).
 */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #clock: Clock;
  readonly #lagMs: () => number;
  readonly #send: (batch: Transaction[]) => void;
  /** Hashes of what waits. */
  readonly #held = new Set<Hex>();
  #waiting: Transaction[] = [];
  #waitingBytes = 0;
  #lastSentAtMs = -Infinity;
  #cancelTimer: Cancel | undefined;

  constructor({ limits, clock, lagMs, send }: BatcherInit) {
    this.#limits = limits;
    this.#clock = clock;
    this.#lagMs = lagMs;
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
    for (const transaction of together) {
      this.#waiting.push(transaction);
      this.#held.add(transaction.hash);
    }
    this.#waitingBytes += bytes;
    if (this.#waiting.length >= maxBatchTransactions) this.flush();
  }

  /** Looks again each `batchIntervalMs`: nobody tells when the node has caught up. */
  #sendSoon(): void {
    if (this.#waiting.length === 0 || this.#cancelTimer !== undefined) return;
    const { maxBatchDelayMs, batchIntervalMs } = this.#limits;
    const delayMs = Math.min(Math.max(batchIntervalMs, this.#lagMs()), maxBatchDelayMs);
    const restMs = delayMs - (this.#clock.nowMs() - this.#lastSentAtMs);
    if (restMs < ROUNDING_MS) {
      this.flush();
      return;
    }
    this.#cancelTimer = this.#clock.after(Math.min(restMs, Math.max(batchIntervalMs, 1)), () => {
      this.#cancelTimer = undefined;
      this.#sendSoon();
    });
  }

  /** It is to leave with the next batch. */
  holds(hash: Hex): boolean {
    return this.#held.has(hash);
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#held.clear();
    this.#lastSentAtMs = this.#clock.nowMs();
    this.#send(batch);
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting = [];
    this.#held.clear();
  }
}
