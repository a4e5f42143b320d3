/** What the schema refused, in the words of the file's reader. */
import type { z } from 'zod';

import { nearest } from './nearest.ts';

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

const AN_EXPECTATION = 'a number, true or false, or a comparison such as "< 800" or "== simulated"';

/** `value` is what was written at the issue's path. */
export function explain(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${EXPECTED[issue.expected] ?? issue.expected}, got ${show(value)}${numberHint(issue.expected, value)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof value === 'string' ? nearest(value, values) : undefined;
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      return `expected one of ${values.join(', ')}, got ${show(value)}${hint}`;
    }
    case 'too_small':
    case 'too_big': {
      const small = issue.code === 'too_small';
      const bound = small ? issue.minimum : issue.maximum;
      if (issue.origin === 'array') return `expected ${EXPECTED.tuple!}, got ${show(value)}`;
      if (issue.origin === 'string') return 'must not be empty';
      const relation = issue.inclusive ? (small ? 'at least' : 'at most') : small ? 'above' : 'below';
      return `must be ${relation} ${bound}, got ${show(value)}`;
    }
    case 'invalid_union': {
      const [first, ...others] = issue.errors.flat();
      const words = others.flatMap((other) => (other.code === 'invalid_value' ? other.values : []));
      if (first === undefined || words.length === 0) return `expected ${AN_EXPECTATION}, got ${show(value)}`;
      return `${explain(first, value)}; or write ${words.map(String).join(' or ')}`;
    }
    case 'invalid_format':
      return `expected ${AN_EXPECTATION}, got ${show(value)}`;
    case 'invalid_key':
      return 'a key must not be empty';
    default:
      return issue.message;
  }
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text "${value}"`;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** YAML reads `10_000` and `"20"` as text. */
function numberHint(expected: string, value: unknown): string {
  if ((expected !== 'int' && expected !== 'number') || typeof value !== 'string') return '';
  const plain = value.replaceAll(/[_,'\s]/g, '');
  return plain !== '' && Number.isFinite(Number(plain)) ? `; write ${plain}` : '';
}
