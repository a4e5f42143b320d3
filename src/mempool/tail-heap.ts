import type { SenderTransactions } from './sender-transactions.ts';

/** A sender's last transaction of one status, as the order of eviction sees it. */
export interface Tail {
  readonly sender: SenderTransactions;
  /** Effective tip, wei per gas. */
  tip: bigint;
  sequence: number;
  /** The heap it stands in, and where. */
  heap: TailHeap | undefined;
  position: number;
}

/** Cheapest first; among equals the newest, so that waiting is worth something. */
export function leavesBefore(
  a: { tip: bigint; sequence: number },
  b: { tip: bigint; sequence: number },
): boolean {
  return a.tip === b.tip ? a.sequence > b.sequence : a.tip < b.tip;
}

/** Binary heap whose members know their position: the first to leave in O(1), every change in O(log n). */
export class TailHeap {
  readonly #tails: Tail[] = [];

  get size(): number {
    return this.#tails.length;
  }

  [Symbol.iterator](): Iterator<Tail> {
    return this.#tails.values();
  }

  push(tail: Tail): void {
    tail.heap = this;
    this.#tails.push(tail);
    this.#rise(tail, this.#tails.length - 1);
  }

  remove(tail: Tail): void {
    const last = this.#tails.pop()!;
    if (last !== tail) {
      this.#tails[tail.position] = last;
      last.position = tail.position;
      this.moved(last);
    }
    tail.heap = undefined;
    tail.position = -1;
  }

  /** The price of `tail`, a member, has changed. */
  moved(tail: Tail): void {
    this.#rise(tail, tail.position);
    this.#sink(tail, tail.position);
  }

  /** Prices of all may have changed. O(n). */
  reorder(): void {
    for (let position = (this.#tails.length >>> 1) - 1; position >= 0; position--) {
      this.#sink(this.#tails[position]!, position);
    }
  }

  /** The first to leave of those whose sender is not `excluded`. O(number excluded): they are passed from the root. */
  first(excluded: { has(sender: SenderTransactions): boolean }): Tail | undefined {
    let found: Tail | undefined;
    const open = [0];
    for (let position = open.pop(); position !== undefined; position = open.pop()) {
      const tail = this.#tails[position];
      if (tail === undefined || (found !== undefined && leavesBefore(found, tail))) continue;
      if (excluded.has(tail.sender)) open.push(2 * position + 1, 2 * position + 2);
      else found = tail;
    }
    return found;
  }

  #rise(tail: Tail, from: number): void {
    let position = from;
    while (position > 0) {
      const parentPosition = (position - 1) >>> 1;
      const parent = this.#tails[parentPosition]!;
      if (!leavesBefore(tail, parent)) break;
      this.#place(parent, position);
      position = parentPosition;
    }
    this.#place(tail, position);
  }

  #sink(tail: Tail, from: number): void {
    let position = from;
    for (;;) {
      let childPosition = 2 * position + 1;
      let child = this.#tails[childPosition];
      if (child === undefined) break;
      const right = this.#tails[childPosition + 1];
      if (right !== undefined && leavesBefore(right, child)) {
        child = right;
        childPosition++;
      }
      if (!leavesBefore(child, tail)) break;
      this.#place(child, position);
      position = childPosition;
    }
    this.#place(tail, position);
  }

  #place(tail: Tail, position: number): void {
    this.#tails[position] = tail;
    tail.position = position;
  }
}
