/**
 * How much this node trusts its own sight, 0 (well) to MAX: Lifeguard's local health multiplier. It goes up with what a
 * node that is itself slow, stalled or cut off sees, and down with every probe that is answered; all waiting is
 * stretched by it, so that whoever cannot hear does not call others dead. (Dadgar, Phillips, Currey: Lifeguard, 2018.)
 */
const MAX = 8;
/**
 * Time-outs are at least about so many times as long as our timers are late: an answer passes through the event loop
 * here and there several times, and if ours is slow, so, on a machine both share, is theirs.
 */
const LATENESSES = 10;

export class LocalHealth {
  /** For answers that did not come. */
  #missed = 0;
  /** For timers that came late. */
  #late = 0;

  get points(): number {
    return Math.max(this.#missed, this.#late);
  }

  /** Periods and time-outs are so many times as long. */
  get stretch(): number {
    return 1 + this.points;
  }

  /** And the time of a suspect: not for answers that did not come, for those asked may be as dead as it is. */
  get suspicionStretch(): number {
    return 1 + this.#late;
  }

  better(): void {
    this.#missed = Math.max(0, this.#missed - 1);
    this.#late = Math.max(0, this.#late - 1);
  }

  worse(points: number): void {
    this.#missed = Math.min(MAX, this.#missed + points);
  }

  /** A timer of ours was late: what we wait for is as well. */
  late(lateMs: number, timeoutMs: number): void {
    const points = Math.ceil((LATENESSES * lateMs) / timeoutMs);
    this.#late = Math.max(this.#late, Math.min(MAX, points));
  }
}
