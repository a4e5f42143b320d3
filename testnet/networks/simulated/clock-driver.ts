/**
 * Lets several wait on one virtual clock at once, as they may on a real one: a timeline of submissions beside one of
 * faults. Time goes on while anybody waits, from the earliest of what they wait for to the next, and stands still
 * while all are awake.
 */
import { asError, OUTSIDE } from './virtual-clock.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Taken before anything is patched: whoever was woken has to get its turn on the real event loop. */
const realSetImmediate = setImmediate;

interface Sleep {
  atMs: number;
  wake: () => void;
  fail: (error: Error) => void;
}

export class ClockDriver {
  readonly #clock: VirtualClock;
  readonly #sleeps = new Set<Sleep>();
  readonly #asked = new Set<(error: Error) => void>();
  #answers = 0;
  #driving = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Resolves when all events up to and including `atMs` have run. @throws what an event throws. */
  sleepUntil(atMs: number): Promise<void> {
    return new Promise((wake, fail) => {
      this.#sleeps.add({ atMs, wake, fail });
      this.#drive();
    });
  }

  /**
   * Lets a node do `work` at this instant. Its answer comes by an event of its own, so that what follows does not run
   * in the node's name.
   * @throws what `work` or an event throws, the reason of `signal`, and Error when no answer comes in `timeoutMs`.
   */
  ask<T>(
    owner: number,
    work: () => T | Promise<T>,
    { timeoutMs = Infinity, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<T> {
    const clock = this.#clock;
    return new Promise<T>((resolve, reject) => {
      const settle = (hand: () => void): void => {
        if (!this.#asked.delete(fail)) return;
        this.#answers += 1;
        signal?.removeEventListener('abort', onAbort);
        if (timeout !== undefined) clock.cancel(timeout);
        hand();
      };
      const fail = (error: Error): void => settle(() => reject(error));
      const onAbort = (): void => fail(signal!.reason as Error);
      const outside = (hand: () => void): void => {
        clock.schedule(OUTSIDE, clock.nowMs(), () => settle(hand));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const timeout =
        timeoutMs === Infinity
          ? undefined
          : clock.schedule(OUTSIDE, clock.nowMs() + timeoutMs, () =>
              fail(new Error(`node ${owner} did not answer within ${timeoutMs} ms`)),
            );
      this.#asked.add(fail);
      clock.schedule(owner, clock.nowMs(), () => {
        Promise.try(work).then(
          (value) => outside(() => resolve(value)),
          (error: unknown) => outside(() => reject(asError(error))),
        );
      });
      this.#drive();
    });
  }

  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    this.#run().catch((error: unknown) => {
      this.#driving = false;
      const waiting = [...[...this.#sleeps].map(({ fail }) => fail), ...this.#asked];
      this.#sleeps.clear();
      for (const fail of waiting) fail(asError(error));
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      // Whoever was woken may wait again, and whoever waits now may not be the only one.
      await new Promise((resolve) => realSetImmediate(resolve));
      if (this.#sleeps.size === 0 && this.#asked.size === 0) break;
      let untilMs = Infinity;
      for (const { atMs } of this.#sleeps) untilMs = Math.min(untilMs, atMs);
      const before = this.#answers;
      await this.#clock.runUntil(Math.max(untilMs, this.#clock.nowMs()), () => this.#answers !== before);
      if (this.#answers !== before) continue;
      for (const sleep of this.#sleeps) {
        if (sleep.atMs > this.#clock.nowMs()) continue;
        this.#sleeps.delete(sleep);
        sleep.wake();
      }
      if (untilMs === Infinity && this.#asked.size > 0) {
        throw new Error('what was asked of a node waits for something that no pending event can bring about');
      }
    }
    this.#driving = false;
  }
}
