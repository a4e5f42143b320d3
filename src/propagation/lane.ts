/** One at a time, in the order they came; whoever finds it free goes on in the same turn. */
export class Lane {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** Undefined: it is yours now. Else it is when this resolves. Must be left. */
  enter(): Promise<void> | undefined {
    if (this.#isTaken) return new Promise((resolve) => void this.#waiting.push(resolve));
    this.#isTaken = true;
    return undefined;
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
