import type { Clock } from '../environment.ts';
import { ValidationQueue, type Queueable, type QueueLimits } from './validation-queue.ts';

export interface ValidationLineInit<M> {
  limits: QueueLimits & { maxValidating: number };
  clock: Clock;
  validate: (message: M) => Promise<void>;
  /** The verifier has enough to do: what waits had better wait here, where it may still be dropped. */
  isSated: () => boolean;
  /** It is not validated. */
  drop: (message: M, reason: 'queue-full' | 'stale') => void;
  /** An exception nobody expected: a bug. */
  onError: (error: unknown) => void;
}

/** Messages that wait for validation, and those under it. */
export class ValidationLine<M extends Queueable> {
  readonly #init: ValidationLineInit<M>;
  readonly #queue: ValidationQueue<M>;
  #validating = 0;
  #stopped = false;

  constructor(init: ValidationLineInit<M>) {
    this.#init = init;
    this.#queue = new ValidationQueue(init.limits);
  }

  get length(): number {
    return this.#queue.length + this.#validating;
  }

  offer(message: M): void {
    if (!this.#queue.offer(message)) {
      this.#init.drop(message, 'queue-full');
      return;
    }
    this.#pump();
  }

  /** What waits is not validated any more. */
  stop(): void {
    this.#stopped = true;
    this.#queue.clear();
  }

  /** One is always under way, and its end brings the next. */
  #mayStart(): boolean {
    const { limits, isSated } = this.#init;
    return this.#validating === 0 || (this.#validating < limits.maxValidating && !isSated());
  }

  /**
   * Starts as many as may be under way at once. They are taken in order and the verifier answers in order, so they
   * reach the pool in order; several at once share one turn of the verifier.
   */
  #pump(): void {
    const { clock, validate, drop, onError } = this.#init;
    while (this.#mayStart() && !this.#stopped) {
      const next = this.#queue.take(clock.nowMs());
      if (next === undefined) return;
      if (next.stale) {
        drop(next.message, 'stale');
        continue;
      }
      this.#validating++;
      validate(next.message)
        .catch(onError)
        .finally(() => {
          this.#validating--;
          this.#pump();
        });
    }
  }
}
