/** What the schema refused, in the words of the file's reader. */
import type { z } from 'zod';

import { AN_EXPECTATION } from './expect.ts';
import { nearest } from './nearest.ts';
import type { Path } from './parse.ts';
import { inUnitOf } from './units.ts';

const EXPECTED: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  object: 'a mapping of fields',
  record: 'a mapping',
  array: 'a list',
  tuple: 'a pair, such as [0, 1]',
};

/** `value` is what was written at the issue's path, the last part of which is `field`. */
export function explain(issue: z.core.$ZodIssue, value: unknown, field: string): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${expected(issue.expected)}, got ${show(value)}${hint(issue.expected, value, field)}`;
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}, got ${show(value)}${meant(value, issue.values)}`;
    case 'too_small':
    case 'too_big':
      return outOfBounds(issue, value);
    case 'invalid_union':
      return noneOf(issue, value, field);
    case 'invalid_format':
      return `${issue.message}, got ${show(value)}`;
    case 'invalid_key':
      return issue.issues[0]?.code === 'invalid_format' ? issue.issues[0].message : 'a key must not be empty';
    default:
      return issue.message;
  }
}

/**
 * The issues themselves, in place of an issue of a field that can be written in several ways: those of the one way
 * that the value was meant to be, by what it is. The issue as it is when that cannot be told.
 */
export function issuesWithin(issue: z.core.$ZodIssue, value: unknown): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meantSo = issue.errors.filter(
    (errors) =>
      !errors.some(
        ({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
      ),
  );
  const [only, second] = meantSo;
  if (only === undefined || second !== undefined) return [issue];
  return only.flatMap((error) =>
    issuesWithin({ ...error, path: [...issue.path, ...error.path] }, valueAt(value, error.path)),
  );
}

/** What is written at `path`; undefined where nothing is. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    data,
  );
}

function expected(type: string): string {
  return EXPECTED[type] ?? type;
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`;
}

function meant(value: unknown, values: readonly unknown[]): string {
  const near = typeof value === 'string' ? nearest(value, values.map(String)) : undefined;
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function outOfBounds(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, value: unknown): string {
  const small = issue.code === 'too_small';
  const bound = small ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') return 'must not be empty';
  if (issue.origin === 'array') {
    if (bound === 2) return `expected ${EXPECTED['tuple']!}, got ${show(value)}`;
    return small && bound === 1
      ? 'must not be empty'
      : `expected ${small ? 'at least' : 'at most'} ${bound} items, got ${show(value)}`;
  }
  const relation = issue.inclusive ? (small ? 'at least' : 'at most') : small ? 'above' : 'below';
  return `must be ${relation} ${bound}, got ${show(value)}`;
}

/** The value is of no type that the field can be. */
function noneOf({ errors, path }: z.core.$ZodIssueInvalidUnion, value: unknown, field: string): string {
  if (path[0] === 'expect') return `expected ${AN_EXPECTATION}, got ${show(value)}`;
  const roots = errors.flat().filter((error) => error.path.length === 0);
  const types = roots.flatMap((error) => (error.code === 'invalid_type' ? [error.expected] : []));
  const words = roots.flatMap((error) => (error.code === 'invalid_value' ? error.values.map(String) : []));
  const what = [...new Set(types)].map(expected).join(' or ') || oneOf(words);
  const or = types.length === 0 || words.length === 0 ? '' : `; or write ${words.join(' or ')}`;
  const near = typeof value === 'string' ? meant(value, words) : '';
  return `expected ${what}, got ${show(value)}${types.map((type) => hint(type, value, field)).find((each) => each !== '') ?? ''}${near === '' ? or : near}`;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text "${value}"`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** What to write instead. YAML reads `10_000`, `50ms` and `"20"` as text. */
function hint(type: string, value: unknown, field: string): string {
  if (type === 'array' && typeof value === 'number') return `; write [${value}]`;
  if ((type !== 'int' && type !== 'number') || typeof value !== 'string') return '';
  const plain = value.replaceAll(/[_,'\s]/g, '');
  if (plain !== '' && Number.isFinite(Number(plain))) return `; write ${plain}`;
  const converted = inUnitOf(field, value);
  return converted === undefined ? '' : `; write ${converted}`;
}
