/**
 * What is to happen at given moments while somebody waits for something else: faults, looks at the nodes. One driver
 * waits on the network's clock, and on its way does what has come due, so that on a virtual clock the order is always
 * the same, and nothing is left waiting when the experiment ends.
 */
import type { Network } from './networks/network.ts';

interface Item {
  atMs: number;
  act: () => void;
}

export class Agenda {
  readonly #network: Pick<Network, 'clock' | 'sleepUntil'>;
  /** By time, the next one last; what is due at one moment in the order it was added. */
  readonly #items: Item[] = [];

  constructor(network: Pick<Network, 'clock' | 'sleepUntil'>) {
    this.#network = network;
  }

  /** `act` starts what is to be done and does not wait for it. What is overdue is done at the next wait. */
  add(atMs: number, act: () => void): void {
    let place = this.#items.length;
    while (place > 0 && this.#items[place - 1]!.atMs <= atMs) place--;
    this.#items.splice(place, 0, { atMs, act });
  }

  /** From the moment given on, again and again; nothing is made up for when it was missed. */
  repeat(firstAtMs: number, everyMs: number, act: () => void): void {
    this.add(firstAtMs, () => {
      act();
      const missed = Math.max(0, Math.floor((this.#network.clock.nowMs() - firstAtMs) / everyMs));
      this.repeat(firstAtMs + (missed + 1) * everyMs, everyMs, act);
    });
  }

  /** Resolves when the network's clock has reached `atMs` and all that was due by then was begun. */
  async sleepUntil(atMs: number): Promise<void> {
    for (let next = this.#items.at(-1); next !== undefined && next.atMs <= atMs; next = this.#items.at(-1)) {
      this.#items.pop();
      if (next.atMs > this.#network.clock.nowMs()) await this.#network.sleepUntil(next.atMs);
      next.act();
    }
    await this.#network.sleepUntil(atMs);
  }
}
