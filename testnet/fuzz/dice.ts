/** Draws that a case is made of, over the dice of ../random.ts. */
import type { Random } from '../../src/environment.ts';
import { int } from '../random.ts';

/** One of `items`, each equally likely. */
export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[int(random, items.length)]!;
}

/** A whole number in low .. high, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + int(random, high - low + 1);
}

/** The same, the low ones likelier: half of the draws lie in the lowest quarter. */
export function lowBetween(random: Random, low: number, high: number): number {
  return low + Math.floor((high - low + 1) * random.next() ** 2);
}
