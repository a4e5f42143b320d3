/**
 * The queue of a virtual clock: a binary heap ordered by (time, sequence).
 *
 * Cancelling is O(1): the event only loses its callback and is thrown away when it comes to the top. Gossip code
 * cancels and re-arms timers all the time, so once more than half of the heap is dead it is rebuilt without them
 * (O(n), amortised O(1) a cancel).
 */

/**
 * What becomes of an event when the process of its owner is frozen or dies:
 *
 *   timer      it waits, and runs when the process goes on: time has passed for it all the same; dies with the process
 *   work       the same, but what was left to compute then is still left when it goes on
 *   physical   a packet on a line: nothing to do with the process
 */
export type Nature = 'timer' | 'work' | 'physical';

export class VirtualEvent {
  timeMs: number;
  /** Ties of `timeMs` run in this order: the order in which the events were scheduled. */
  sequence: number;
  /** Index of the node whose code runs in it, or OUTSIDE. */
  readonly owner: number;
  readonly nature: Nature;
  /** Due, and set aside because its owner is frozen; it is in no heap then. */
  parked = false;
  /** Undefined once it has run or was cancelled. */
  callback: (() => void) | undefined;
  /** Real work that must have ended before this event may run; see VirtualClock.hold. */
  work: RealWork | undefined;

  constructor(
    timeMs: number,
    sequence: number,
    owner: number,
    callback: () => void,
    nature: Nature = 'timer',
  ) {
    this.timeMs = timeMs;
    this.sequence = sequence;
    this.owner = owner;
    this.nature = nature;
    this.callback = callback;
  }
}

export interface RealWork {
  settled: boolean;
  /** Set by whoever waits; called once. */
  onSettled: (() => void) | undefined;
}

/** Below this many dead events a rebuild costs more than it saves. */
const MIN_DEAD_TO_COMPACT = 256;

function before(a: VirtualEvent, b: VirtualEvent): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.sequence < b.sequence);
}

export class EventHeap {
  #events: VirtualEvent[] = [];
  #dead = 0;

  /** Events that will still run. */
  get live(): number {
    return this.#events.length - this.#dead;
  }

  /** Slots in use, the cancelled ones included. */
  get slots(): number {
    return this.#events.length;
  }

  push(event: VirtualEvent): void {
    const events = this.#events;
    let hole = events.length;
    events.push(event);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!before(event, events[parent]!)) break;
      events[hole] = events[parent]!;
      hole = parent;
    }
    events[hole] = event;
  }

  /** The next event that will run, left in place. */
  peek(): VirtualEvent | undefined {
    for (;;) {
      const top = this.#events[0];
      if (top === undefined || top.callback !== undefined) return top;
      this.#removeTop();
      this.#dead -= 1;
    }
  }

  pop(): VirtualEvent | undefined {
    const top = this.peek();
    if (top !== undefined) this.#removeTop();
    return top;
  }

  /** `event` must be one that was pushed here. Safe to call for one that has run. */
  cancel(event: VirtualEvent): void {
    if (event.callback === undefined) return;
    event.callback = undefined;
    this.#dead += 1;
    if (this.#dead >= MIN_DEAD_TO_COMPACT && this.#dead * 2 > this.#events.length) this.#compact();
  }

  /** Cancels every event that `matches`. O(n). */
  cancelWhere(matches: (event: VirtualEvent) => boolean): void {
    for (const event of this.#events) {
      if (event.callback !== undefined && matches(event)) {
        event.callback = undefined;
        this.#dead += 1;
      }
    }
    this.#compact();
  }

  /** Every event that `matches` leaves the heap; those that will run are returned in their order. O(n). */
  takeWhere(matches: (event: VirtualEvent) => boolean): VirtualEvent[] {
    const taken = this.#events.filter((event) => event.callback !== undefined && matches(event));
    const gone = new Set(taken);
    this.#events = this.#events.filter((event) => !gone.has(event));
    this.#compact();
    return taken.sort((a, b) => (before(a, b) ? -1 : 1));
  }

  #removeTop(): void {
    const events = this.#events;
    const last = events.pop()!;
    if (events.length > 0) this.#sink(last, 0);
  }

  #sink(event: VirtualEvent, from: number): void {
    const events = this.#events;
    const end = events.length;
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= end) break;
      if (child + 1 < end && before(events[child + 1]!, events[child]!)) child += 1;
      if (!before(events[child]!, event)) break;
      events[hole] = events[child]!;
      hole = child;
    }
    events[hole] = event;
  }

  #compact(): void {
    this.#events = this.#events.filter((event) => event.callback !== undefined);
    this.#dead = 0;
    for (let at = (this.#events.length >> 1) - 1; at >= 0; at--) this.#sink(this.#events[at]!, at);
  }
}
