/**
 * Time that goes from event to event.
 *
 * - Events of one instant run in the order they were scheduled (time, then sequence). Nothing else breaks a tie.
 * - Each event runs alone: after its callback every promise continuation and process.nextTick it caused runs before
 *   the next event does. So at any moment exactly one node's code is on, and `owner` says whose: timers inherit it,
 *   and whoever hands out dice by node may read it.
 * - Time never steps over work that is really asynchronous (a worker thread, a key operation): see `hold`.
 *
 * How the drain works: Node empties the promise and nextTick queues between two setImmediate callbacks. A batch of
 * them is queued in one go and each runs one event. An awaited setImmediate per event costs 1.7 us, this 0.11 us,
 * and the real event loop still gets its turn after every batch.
 */
import type { Cancel, Clock } from '../../../src/environment.ts';
import { EventHeap, VirtualEvent } from './event-heap.ts';
import type { Nature, RealWork } from './event-heap.ts';

/** The owner of what belongs to no node: the experiment itself. */
export const OUTSIDE = -1;

/** Taken before anything is patched: the clock stands on the real event loop. */
const realSetImmediate = setImmediate;

/** Bounds how long the real event loop waits for its turn: at about 50 us an event, some 3 ms. */
const EVENTS_PER_TURN = 64;

export interface ClockStatistics {
  /** Events run since the clock was made. */
  executed: number;
  /** Events that will still run. */
  pending: number;
  /** Real milliseconds spent inside run calls. */
  realMs: number;
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

const realNow = performance.now.bind(performance);

export class VirtualClock implements Clock {
  readonly #heap = new EventHeap();
  #nowMs: number;
  #sequence = 0;
  #owner = OUTSIDE;
  #running = false;
  #executed = 0;
  #realMs = 0;
  /** The run that all perform() calls of this moment share, and how many of them it still has to settle. */
  #performing: Promise<void> | undefined;
  #unsettled = 0;
  /** By owner: since when it is frozen, and its events that came due meanwhile, in that order. */
  readonly #frozen = new Map<number, { sinceMs: number; parked: VirtualEvent[] }>();

  constructor(options: { startMs?: number } = {}) {
    this.#nowMs = options.startMs ?? 0;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Index of the node whose event runs now, its promise continuations included; OUTSIDE between runs. */
  get owner(): number {
    return this.#owner;
  }

  get statistics(): ClockStatistics {
    let pending = this.#heap.live;
    for (const { parked } of this.#frozen.values()) {
      pending += parked.filter(({ callback }) => callback !== undefined).length;
    }
    return { executed: this.#executed, pending, realMs: this.#realMs };
  }

  after(delayMs: number, callback: () => void): Cancel {
    const event = this.schedule(this.#owner, this.#nowMs + Math.max(0, delayMs), callback);
    return () => this.cancel(event);
  }

  /**
   * Runs `callback` as `owner` at `timeMs`.
   * @throws {RangeError} when `timeMs` is not a number or lies in the past.
   */
  schedule(owner: number, timeMs: number, callback: () => void, nature: Nature = 'timer'): VirtualEvent {
    if (!(timeMs >= this.#nowMs) || timeMs === Infinity) {
      throw new RangeError(
        `cannot schedule at ${timeMs} ms: it is ${this.#nowMs} ms, and time does not go back`,
      );
    }
    const event = new VirtualEvent(timeMs, this.#sequence++, owner, callback, nature);
    this.#heap.push(event);
    return event;
  }

  /** Safe to call for an event that has run. */
  cancel(event: VirtualEvent): void {
    if (event.parked) event.callback = undefined;
    else this.#heap.cancel(event);
  }

  /** Nothing that the process of `owner` has scheduled so far will run: it is dead. O(pending events). */
  abandon(owner: number): void {
    this.#heap.cancelWhere((event) => event.owner === owner && event.nature !== 'physical');
    for (const event of this.#frozen.get(owner)?.parked ?? []) event.callback = undefined;
    this.#frozen.delete(owner);
  }

  /** No event of the process of `owner` runs until thaw(); what comes due meanwhile waits. */
  freeze(owner: number): void {
    if (!this.#frozen.has(owner)) this.#frozen.set(owner, { sinceMs: this.#nowMs, parked: [] });
  }

  /** All that came due meanwhile runs at this instant, in the order it was due. O(pending events). */
  thaw(owner: number): void {
    const frozen = this.#frozen.get(owner);
    if (frozen === undefined) return;
    this.#frozen.delete(owner);
    const forMs = this.#nowMs - frozen.sinceMs;
    for (const event of this.#takeWork(owner)) {
      event.timeMs += forMs;
      this.#heap.push(event);
    }
    for (const event of frozen.parked) {
      if (event.callback === undefined) continue;
      event.parked = false;
      event.timeMs = event.nature === 'work' ? event.timeMs + forMs : this.#nowMs;
      event.sequence = this.#sequence++;
      this.#heap.push(event);
    }
  }

  /** What is left of the work that the process of `owner` has begun takes `ratio` times as long. O(pending events). */
  stretchWork(owner: number, ratio: number): void {
    const frozen = this.#frozen.get(owner);
    const sinceMs = frozen?.sinceMs ?? this.#nowMs;
    const stretch = (event: VirtualEvent): void => {
      event.timeMs = sinceMs + (event.timeMs - sinceMs) * ratio;
    };
    for (const event of frozen?.parked ?? []) if (event.nature === 'work') stretch(event);
    for (const event of this.#takeWork(owner)) {
      stretch(event);
      if (frozen === undefined) this.#heap.push(event);
      else {
        // It may have come due now, and the time of the thaw is told from when it would have been.
        event.parked = true;
        frozen.parked.push(event);
      }
    }
  }

  /**
   * Waits for real asynchronous work (a worker's answer, a key operation) without letting virtual time pass it: the
   * result is handed over `costMs` from now, to the owner that asked, in the order of the calls and not in the order
   * the work ended. The work must not itself wait for virtual time.
   */
  hold<T>(promise: Promise<T>, costMs = 0): Promise<T> {
    const work: RealWork = { settled: false, onSettled: undefined };
    const settle = (): void => {
      work.settled = true;
      work.onSettled?.();
    };
    promise.then(settle, settle);
    return new Promise<T>((resolve) => {
      const event = this.schedule(this.#owner, this.#nowMs + Math.max(0, costMs), () => resolve(promise));
      event.work = work;
    });
  }

  /**
   * Lets `owner` do `work` at this instant, and runs the clock until the promise it returns has settled; calls that
   * overlap are run together, until the last has settled. Inside an event or a runUntil() it only schedules: the
   * clock has its driver.
   * @throws what `work` throws, and Error when no event is left that could settle it.
   */
  async perform<T>(owner: number, work: () => T | Promise<T>): Promise<T> {
    const drives = !this.#running || (this.#performing !== undefined && this.#owner === OUTSIDE);
    const progress = { settled: false };
    const result = new Promise<T>((resolve, reject) => {
      const finish = (hand: () => void): void => {
        // An event of its own, so that what follows the answer does not run in the node's name.
        this.schedule(OUTSIDE, this.#nowMs, () => {
          progress.settled = true;
          if (drives) this.#unsettled -= 1;
          hand();
        });
      };
      this.schedule(owner, this.#nowMs, () => {
        Promise.try(work).then(
          (value) => finish(() => resolve(value)),
          (error: unknown) => finish(() => reject(asError(error))),
        );
      });
    });
    if (!drives) return result;
    // Observed before the run: a rejection inside it must not count as unhandled.
    result.catch(() => undefined);
    this.#unsettled += 1;
    this.#performing ??= this.#run(Infinity, () => this.#unsettled === 0).finally(() => {
      this.#performing = undefined;
      this.#unsettled = 0;
    });
    await this.#performing;
    if (!progress.settled)
      throw new Error('the work waits for something that no pending event can bring about');
    return result;
  }

  /**
   * Runs every event up to and including `timeMs`; then it is `timeMs`. Where `done` is given, it is asked before each
   * event and ends the run where it stands; `timeMs` may be Infinity then.
   * @throws what an event throws; the clock stands where it happened. @throws {Error} when it already runs.
   */
  async runUntil(timeMs: number, done?: () => boolean): Promise<void> {
    if (!(timeMs >= this.#nowMs) || (timeMs === Infinity && done === undefined)) {
      throw new RangeError(`cannot run until ${timeMs} ms: it is ${this.#nowMs} ms`);
    }
    await this.#run(timeMs, done ?? (() => false));
    if (done?.() !== true && timeMs < Infinity) this.#nowMs = timeMs;
  }

  /** Runs until no event is left. Never ends while an interval or a heartbeat is alive. */
  async runUntilIdle(): Promise<void> {
    await this.#run(Infinity, () => false);
  }

  #run(untilMs: number, done: () => boolean): Promise<void> {
    if (this.#running) throw new Error('the clock already runs: one driver at a time');
    this.#running = true;
    const startedAt = realNow();
    return new Promise((resolve, reject) => {
      let ended = false;
      const end = (settle: () => void): void => {
        ended = true;
        this.#running = false;
        this.#owner = OUTSIDE;
        this.#realMs += realNow() - startedAt;
        settle();
      };
      let waiting = false;
      // One chain of batches at a time: work that settles while its batch still runs must not start a second one.
      let chained = true;
      const turn = (): void => {
        if (ended || waiting) return;
        const event = this.#heap.peek();
        if (event === undefined || event.timeMs > untilMs || done()) {
          end(resolve);
          return;
        }
        if (this.#frozen.size > 0 && event.nature !== 'physical') {
          const frozen = this.#frozen.get(event.owner);
          if (frozen !== undefined) {
            this.#heap.pop();
            event.parked = true;
            frozen.parked.push(event);
            return;
          }
        }
        if (event.work !== undefined && !event.work.settled) {
          waiting = true;
          event.work.onSettled = () => {
            waiting = false;
            if (!chained) {
              chained = true;
              realSetImmediate(refill);
            }
          };
          return;
        }
        this.#heap.pop();
        const callback = event.callback!;
        event.callback = undefined;
        this.#nowMs = event.timeMs;
        this.#owner = event.owner;
        this.#executed += 1;
        try {
          callback();
        } catch (error) {
          end(() => reject(asError(error)));
        }
      };
      const refill = (): void => {
        turn();
        chained = !ended && !waiting;
        if (!chained) return;
        for (let queued = 2; queued < EVENTS_PER_TURN; queued++) realSetImmediate(turn);
        realSetImmediate(lastOfBatch);
      };
      const lastOfBatch = (): void => {
        turn();
        chained = !ended && !waiting;
        if (chained) realSetImmediate(refill);
      };
      // A first drain before the first event: promises made outside settle in nobody's name.
      realSetImmediate(refill);
    });
  }

  #takeWork(owner: number): VirtualEvent[] {
    return this.#heap.takeWhere((event) => event.owner === owner && event.nature === 'work');
  }
}
