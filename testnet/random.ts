/**
 * Seeded dice. One stream per purpose, derived by hashing seed and purpose, so that a new purpose, node or link
 * never shifts the draws of the others: two runs that differ in one thing differ only by that thing.
 */
import { createHash } from 'node:crypto';

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

import type { Random } from '../src/environment.ts';

/** The number of values `Random.next` can take. */
const WORDS = 2 ** 32;

/**
 * The stream of `purpose` under `seed`, e.g. `streamOf(1, 'topology')` or `streamOf(1, 'node', 12, 'gossip')`. The
 * same arguments give the same stream on every machine; a number and its decimal text are different purposes.
 */
export function streamOf(seed: number, ...purpose: (string | number)[]): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  const state = [0, 4, 8, 12].map((offset) => digest.readInt32BE(offset));
  const generator = xoroshiro128plusFromState(state);
  return { next: () => (generator.next() >>> 0) / WORDS };
}

/** Uniform over 0 .. n-1, without bias. @throws {RangeError} unless `n` is an integer in 1 .. 2^32. */
export function int(random: Random, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > WORDS) throw new RangeError(`cannot draw one of ${n} values`);
  // Words of the last, incomplete run of n would favour the low values: draw again.
  const limit = WORDS - (WORDS % n);
  let word = random.next() * WORDS;
  while (word >= limit) word = random.next() * WORDS;
  return word % n;
}

/** True with the probability given. */
export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}

/** Uniform in [low, high). */
export function uniform(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** Exponential; the largest value 32 bits of dice can give is about 22 means. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}

/** Normal, by Box and Muller. Takes two draws and keeps nothing back, so that a stream has no hidden state. */
export function normal(random: Random, mean: number, standardDeviation: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return mean + standardDeviation * radius * Math.cos(2 * Math.PI * random.next());
}

/** Log-normal with the mean and standard deviation of the values themselves, not of their logarithms. */
export function logNormal(random: Random, mean: number, standardDeviation: number): number {
  const variance = Math.log(1 + (standardDeviation / mean) ** 2);
  return Math.exp(normal(random, Math.log(mean) - variance / 2, Math.sqrt(variance)));
}

/** In place, by Fisher and Yates; every order equally likely. Returns `items`. */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = int(random, last + 1);
    [items[last], items[other]] = [items[other]!, items[last]!];
  }
  return items;
}

/** `length` bytes, each value equally likely. */
export function bytes(random: Random, length: number): Uint8Array {
  const result = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 4) {
    let word = random.next() * WORDS;
    for (let index = offset; index < Math.min(offset + 4, length); index++) {
      result[index] = word % 256;
      word = Math.floor(word / 256);
    }
  }
  return result;
}
