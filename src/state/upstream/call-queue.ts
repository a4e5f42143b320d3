/**
 * Calls that come by the hundred, of accounts and of transactions: gathered into few requests, of which only so many
 * are under way at once. While all are, calls gather, so that requests grow fuller under load.
 */
import type { Cancel, Clock } from '../../environment.ts';
import { NoAnswerError, resultOf, type Connection, type RpcCall } from './connection.ts';

/** Bytes of parameters in one request: geth takes 5 MB of body, anvil 2 MB. A larger call goes alone. */
const MAX_BATCH_BYTES = 1_000_000;

interface Waiting {
  call: RpcCall;
  bytes: number;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export interface CallQueueOptions {
  maxRequests: number;
  maxBatchCalls: number;
}

export class CallQueue {
  readonly #connection: Pick<Connection, 'send'>;
  readonly #clock: Clock;
  readonly #options: CallQueueOptions;
  #waiting: Waiting[] = [];
  #requests = 0;
  #cancelFlush: Cancel | undefined;
  #stopped = false;

  constructor(connection: Pick<Connection, 'send'>, clock: Clock, options: CallQueueOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#options = options;
  }

  /** @throws {ChainError} what the upstream answered. @throws {NoAnswerError} when it gave none, or the queue stopped. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (this.#stopped) return Promise.reject(stopped());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    let bytes = 0;
    for (const each of params) if (typeof each === 'string') bytes += each.length;
    this.#waiting.push({ call: { method, params }, bytes, resolve, reject });
    // Not at once: what else is asked in this turn goes along.
    this.#cancelFlush ??= this.#clock.after(0, () => {
      this.#cancelFlush = undefined;
      this.#flush();
    });
    return promise;
  }

  /** Calls that wait or are under way end with an error. */
  stop(): void {
    this.#stopped = true;
    this.#cancelFlush?.();
    this.giveUp(stopped());
  }

  /** Calls that wait end with `error`: nobody will answer them soon. */
  giveUp(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#requests < this.#options.maxRequests) {
      const batch = this.#take();
      this.#requests++;
      this.#connection
        .send(batch.map(({ call }) => call))
        .then(
          (answers) => {
            batch.forEach(({ resolve, reject }, index) => {
              try {
                resolve(resultOf(answers[index]!));
              } catch (error) {
                reject(error as Error);
              }
            });
          },
          (error: unknown) => {
            for (const { reject } of batch) reject(error as Error);
          },
        )
        .finally(() => {
          this.#requests--;
          this.#flush();
        });
    }
  }

  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count === this.#options.maxBatchCalls || (count > 0 && bytes > MAX_BATCH_BYTES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}

function stopped(): NoAnswerError {
  return new NoAnswerError('the node is stopping');
}
