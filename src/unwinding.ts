/** What was begun and is to be ended: the last first, each once, whatever becomes of the others. */
export class Unwinding {
  readonly #ends: (() => Promise<void> | void)[] = [];
  #unwinding: Promise<void> | undefined;

  /** Something was begun, and this ends it. */
  add(end: () => Promise<void> | void): void {
    this.#ends.push(end);
  }

  /** Ends all. Safe to call twice. @throws what the first of those that failed failed with, once all were tried. */
  unwind(): Promise<void> {
    this.#unwinding ??= this.#unwind();
    return this.#unwinding;
  }

  async #unwind(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#ends.reverse()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
