/**
 * How much this node trusts its own sight, 0 (well) to MAX: Lifeguard's local health multiplier. It goes up with what a
 * node that is itself slow, stalled or cut off sees, and down with every probe that is answered; all waiting is
 * stretched by it, so that whoever cannot hear does not call others dead. (Dadgar, Phillips, Currey: Lifeguard, 2018.)
 */
const MAX = 8;

export class LocalHealth {
  #points = 0;

  get points(): number {
    return this.#points;
  }

  /** Periods and time-outs are so many times as long. */
  get stretch(): number {
    return 1 + this.#points;
  }

  better(): void {
    this.#points = Math.max(0, this.#points - 1);
  }

  worse(points: number): void {
    this.#points = Math.min(MAX, this.#points + points);
  }
}
