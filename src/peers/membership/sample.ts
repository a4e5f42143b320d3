import type { Random } from '../../environment.ts';

/** The same items in an order of chance (Fisher and Yates); those given are left alone. */
export function shuffled<T>(items: Iterable<T>, random: Random): T[] {
  return sample([...items], Infinity, random);
}

/** At most `count` of the items, by chance, in an order of chance. */
export function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  const size = Math.min(count, left.length);
  for (let at = 0; at < size; at++) {
    const other = at + Math.floor(random.next() * (left.length - at));
    [left[at], left[other]] = [left[other]!, left[at]!];
  }
  return left.slice(0, size);
}
