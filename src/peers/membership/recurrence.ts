import type { Random } from '../../environment.ts';

export interface RecurrenceInit {
  /** From the start to the first time, ms; Infinity: never. */
  firstMs: () => number;
  /** From one time to the next, ms. Asked before the work, so that its dice fall before those of the work. */
  againMs: () => number;
  work: (nowMs: number) => void;
}

/** Something that is due again and again, from start to stop. */
export class Recurrence {
  readonly #init: RecurrenceInit;
  #atMs = Infinity;

  constructor(init: RecurrenceInit) {
    this.#init = init;
  }

  start(nowMs: number): void {
    this.#atMs = nowMs + this.#init.firstMs();
  }

  stop(): void {
    this.#atMs = Infinity;
  }

  nextMs(): number {
    return this.#atMs;
  }

  tick(nowMs: number): void {
    if (this.#atMs > nowMs) return;
    this.#atMs = nowMs + this.#init.againMs();
    this.#init.work(nowMs);
  }
}

/** The first time of what recurs each `ms`: nodes that start together do not keep step. 0: never. */
export function withinFirst(ms: number, random: Random): number {
  return ms === 0 ? Infinity : random.next() * ms;
}
