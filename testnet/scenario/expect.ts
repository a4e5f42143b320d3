/**
 * Expectations of a run: dotted path into its summary -> what must stand there. A figure that is missing or null
 * never meets an expectation, not even `!=`: what was not measured proves nothing.
 */
import { nearest } from './nearest.ts';

/** `< 800`, `>= 1`, `== 0`, `!= 3`; `==` and `!=` also take a word, as in `== simulated`. */
export const COMPARISON =
  /^\s*(?:(<=|>=|<|>|==|!=)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(==|!=)\s*(\S+))\s*$/;

/** How messages call what may be written. */
export const AN_EXPECTATION = 'a number, true or false, or a comparison such as "< 800" or "== simulated"';

export type Wanted = number | string | boolean;

export interface ExpectationResult {
  path: string;
  wanted: Wanted;
  /** What stands there; null where nothing was measured or nothing has this name. */
  got: unknown;
  held: boolean;
  /** Why it did not hold; null when it did. */
  reason: string | null;
}

/**
 * One result for each expectation, in their order. `figures` is any plain object, such as a summary.
 * @throws {RangeError} when a text is not a comparison; a resolved scenario has none such.
 */
export function checkExpectations(
  expect: Readonly<Record<string, Wanted>>,
  figures: object,
): ExpectationResult[] {
  return Object.entries(expect).map(([path, wanted]) => {
    const test = testOf(wanted);
    const found = lookUp(figures, path);
    if ('missing' in found) return { path, wanted, got: null, held: false, reason: found.missing };
    const { value } = found;
    // Not a number: a mean of nothing.
    if (value === null || Number.isNaN(value))
      return { path, wanted, got: null, held: false, reason: 'was not measured' };
    if (typeof value === 'object') return { path, wanted, got: value, held: false, reason: aGroup(value) };
    const reason = test(value);
    return { path, wanted, got: value, held: reason === null, reason };
  });
}

/** What to say of an expectation that names several figures at once. */
export function aGroup(figures: object): string {
  return `is a group of figures; name one of them: ${Object.keys(figures).join(', ')}`;
}

/** Gives null when the value is as wanted, else what is wrong with it. */
type Test = (value: unknown) => string | null;

function testOf(wanted: Wanted): Test {
  if (typeof wanted !== 'string') {
    return (value) => (value === wanted ? null : `is ${String(value)}, not ${String(wanted)}`);
  }
  const match = COMPARISON.exec(wanted);
  if (match === null) {
    throw new RangeError(`not a comparison: ${JSON.stringify(wanted)}; write for instance "< 800" or "== 0"`);
  }
  const [, operator, number, wordOperator, word] = match;
  if (operator === undefined || number === undefined) {
    return (value) => (holds(wordOperator!, String(value), word!) ? null : `is ${String(value)}`);
  }
  const bound = Number(number);
  return (value) => {
    if (typeof value !== 'number') return `is ${String(value)}, which is no number to compare`;
    return holds(operator, value, bound) ? null : `is ${value}`;
  };
}

function holds<T extends number | string>(operator: string, value: T, bound: T): boolean {
  switch (operator) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    case '==':
      return value === bound;
    default:
      return value !== bound;
  }
}

/**
 * What stands at the dotted path, or why nothing does, with what is near. Own members only, so that no path reaches
 * what every object inherits.
 */
export function lookUp(figures: object, path: string): { value: unknown } | { missing: string } {
  let value: unknown = figures;
  let above = '';
  for (const name of path.split('.')) {
    if (value === null) return { missing: `${above} was not measured` };
    const names = typeof value === 'object' ? Object.keys(value) : [];
    if (!names.includes(name)) {
      const near = nearest(name, names);
      const hint = near === undefined ? known(names) : `did you mean "${join(above, near)}"?`;
      return { missing: `there is no figure "${join(above, name)}"; ${hint}` };
    }
    value = (value as Record<string, unknown>)[name];
    above = join(above, name);
  }
  return { value: value ?? null };
}

function known(names: string[]): string {
  return names.length === 0 ? 'it has no parts' : `there are ${names.join(', ')}`;
}

function join(above: string, name: string): string {
  return above === '' ? name : `${above}.${name}`;
}
