/**
 * Places for what may run at once, shared by all connections. HTTP takes one or is refused; a WebSocket waits for its
 * turn, first come, first served, and reads nothing meanwhile.
 */
export class Slots {
  readonly limit: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  tryTake(): boolean {
    if (this.#taken >= this.limit) return false;
    this.#taken++;
    return true;
  }

  release(): void {
    this.#taken--;
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.limit) return;
      this.#waiting.delete(waiter);
      waiter();
    }
  }

  /** Calls `waiter` once when a place is free, which it should then try to take. @returns what ends the wait. */
  whenFree(waiter: () => void): () => void {
    this.#waiting.add(waiter);
    return () => this.#waiting.delete(waiter);
  }
}
