import type { Group } from './compare.ts';

/** Groups that differ in two respects, every value of one with every value of the other. */
export interface Crossed {
  /** What is looked at one after the other, such as the weather. */
  parts: { name: string; groups: Group[] }[];
}

/**
 * Null unless each group's name has two factors, and every combination of them is there once. The groups of a part, named
 * by the value of the other factor, come in one order; the factor with fewer values makes the parts.
 */
export function crossed(groups: readonly Group[]): Crossed | null {
  if (groups.some(({ factors }) => factors.length !== 2)) return null;
  const values = [0, 1].map((factor) => [...new Set(groups.map(({ factors }) => factors[factor]!))]);
  const [first, second] = values as [string[], string[]];
  if (first.length < 2 || second.length < 2) return null;
  if (groups.length !== first.length * second.length) return null;
  const outer = first.length <= second.length ? 0 : 1;
  const inner = 1 - outer;
  const prefix = commonField(values[inner]!);
  const parts = values[outer]!.map((name) => ({
    name,
    groups: values[inner]!.flatMap((of) =>
      groups
        .filter(({ factors }) => factors[outer] === name && factors[inner] === of)
        .map((group) => ({ ...group, name: of.slice(prefix.length) })),
    ),
  }));
  return parts.every((part) => part.groups.length === values[inner]!.length) ? { parts } : null;
}

/** `field=` where all have it, which then goes without saying. */
function commonField(names: readonly string[]): string {
  const prefix = names[0]!.slice(0, names[0]!.indexOf('=') + 1);
  return names.every((name) => name.startsWith(prefix)) ? prefix : '';
}
