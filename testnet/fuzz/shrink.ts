/**
 * Makes a thing that fails smaller as long as it goes on failing. Greedy: each step takes the first smaller one that
 * still fails, and begins again when nothing smaller was left out; so what comes out fails, and no single step makes
 * it smaller.
 */

export interface ShrinkOptions<T> {
  /** Whether it still fails, in the same way. */
  fails: (candidate: T) => Promise<boolean>;
  /** Ways of being smaller, the boldest first. Each is asked anew after every step. */
  passes: readonly ((current: T) => Iterable<T>)[];
  /** Is asked before each trial; false ends it with what there is. */
  goOn: () => boolean;
}

export interface Shrunk<T> {
  smallest: T;
  trials: number;
  /** False: it was ended before nothing smaller was left to try. */
  complete: boolean;
}

export async function shrink<T>(start: T, { fails, passes, goOn }: ShrinkOptions<T>): Promise<Shrunk<T>> {
  let smallest = start;
  let trials = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (const pass of passes) {
      for (let again = true; again;) {
        again = false;
        for (const candidate of pass(smallest)) {
          if (!goOn()) return { smallest, trials, complete: false };
          trials++;
          if (!(await fails(candidate))) continue;
          smallest = candidate;
          changed = again = true;
          break;
        }
      }
    }
  }
  return { smallest, trials, complete: true };
}

/** Lists without a part of it: without a half first, then without a quarter, at last without `fewest` items. */
export function* withoutSome<T>(items: readonly T[], fewest = 1): Generator<T[]> {
  for (let size = Math.ceil(items.length / 2); size >= fewest; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < items.length; at += size) {
      yield [...items.slice(0, at), ...items.slice(at + size)];
    }
  }
}
