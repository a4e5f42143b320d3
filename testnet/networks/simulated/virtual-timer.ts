/** What setTimeout, setInterval and setImmediate return in virtual time: Node's Timeout, on a virtual clock. */
import type { VirtualEvent } from './event-heap.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Node turns a longer delay, and one that is no number from 1 up, into 1 ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Only timers that were turned into a number, so that clearTimeout(+timer) finds them. */
const byId = new Map<number, VirtualTimer>();
let lastId = 0;

export class VirtualTimer implements Disposable {
  readonly #clock: VirtualClock;
  /** Of the node that set it, whatever runs when it is re-armed. */
  readonly #owner: number;
  readonly #work: (...args: unknown[]) => void;
  readonly #args: unknown[];
  readonly #delayMs: number;
  readonly #repeats: boolean;
  #event: VirtualEvent | undefined;
  #id: number | undefined;
  #keepsAlive = true;

  /** @param delayMs as Node's: whole milliseconds, at least 1; `now` for an immediate. */
  constructor(
    clock: VirtualClock,
    work: (...args: unknown[]) => void,
    args: unknown[],
    delayMs: number | 'now' | undefined,
    repeats: boolean,
  ) {
    if (typeof work !== 'function') {
      throw new TypeError(`The "callback" argument must be of type function. Received ${typeof work}`);
    }
    this.#clock = clock;
    this.#owner = clock.owner;
    this.#work = work;
    this.#args = args;
    this.#delayMs = delayMs === 'now' ? 0 : wholeDelayMs(delayMs);
    this.#repeats = repeats;
    this.#arm();
  }

  static clearById(id: unknown): boolean {
    if (typeof id !== 'number' && typeof id !== 'string') return id === undefined || id === null;
    const timer = byId.get(Number(id));
    timer?.close();
    return timer !== undefined;
  }

  close(): this {
    if (this.#event !== undefined) this.#clock.cancel(this.#event);
    this.#event = undefined;
    if (this.#id !== undefined) byId.delete(this.#id);
    return this;
  }

  refresh(): this {
    if (this.#event !== undefined) this.#clock.cancel(this.#event);
    this.#arm();
    return this;
  }

  ref(): this {
    this.#keepsAlive = true;
    return this;
  }

  /** Remembered and without effect: no process waits for virtual time. */
  unref(): this {
    this.#keepsAlive = false;
    return this;
  }

  hasRef(): boolean {
    return this.#keepsAlive;
  }

  [Symbol.toPrimitive](): number {
    this.#id ??= ++lastId;
    if (this.#event !== undefined) byId.set(this.#id, this);
    return this.#id;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #arm(): void {
    this.#event = this.#clock.schedule(this.#owner, this.#clock.nowMs() + this.#delayMs, () => {
      this.#event = undefined;
      // Before the work, as Node does not: work that throws must not end the interval silently, and may clear it.
      if (this.#repeats) this.#arm();
      else if (this.#id !== undefined) byId.delete(this.#id);
      this.#work(...this.#args);
    });
  }
}

function wholeDelayMs(delayMs: number | undefined): number {
  const delay = Number(delayMs);
  return delay >= 1 && delay <= MAX_DELAY_MS ? Math.trunc(delay) : 1;
}
