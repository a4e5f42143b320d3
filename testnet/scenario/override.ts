/** `--set nodes.count=20`: one field of a scenario, set from the command line after the file was read. */
import { parseDocument } from 'yaml';

import { COMPARISON } from './expect.ts';
import { fieldAt, FIELDS, namesIn } from './fields.ts';
import { nearest } from './nearest.ts';
import { isMapping } from './parse.ts';
import type { Mapping, Path } from './parse.ts';
import type { Problem } from './problem.ts';
import { inUnitOf, withoutUnit } from './units.ts';

export interface Override {
  /** As given, for messages: `--set nodes.count=20`. */
  where: string;
  path: string[];
  value: unknown;
}

/**
 * `text` is `path=value`: the path dotted, the value YAML. Below `expect` and `nodes.options` the rest of
 * the path is one key: their keys are dotted themselves.
 */
export function parseOverride(text: string): { override: Override } | { problem: Problem } {
  const where = `--set ${text}`;
  const refused = (path: string, message: string) => ({ problem: { where, path, message } });

  const equals = text.indexOf('=');
  if (equals < 1) return refused('', 'write path=value, for instance nodes.count=20');
  const dotted = text.slice(0, equals).trim();
  const path = pathOf(dotted);
  if (path === undefined) return refused(dotted, unknownField(dotted));

  const written = text.slice(equals + 1).trim();
  // YAML would take the > of a comparison for a block of text and the ! for a tag.
  if (path[0] === 'expect' && COMPARISON.test(written)) return { override: { where, path, value: written } };
  const document = parseDocument(written, { prettyErrors: false });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) return refused(dotted, `the value is not YAML: ${fault.message}`);
  return { override: { where, path, value: document.toJS() as unknown } };
}

/**
 * The data with the overrides applied, in their order; the data itself stays as it is. A section given as a whole
 * replaces what the file says of it. One expectation set adds to those in force, the default ones included.
 */
export function applyOverrides(data: Mapping, overrides: readonly Override[]): Mapping {
  return overrides.reduce((current, { path, value }) => {
    const addsExpectation = path[0] === 'expect' && path.length > 1 && current.expect === undefined;
    const fallback = FIELDS.find((field) => field.path === 'expect')?.default;
    return set(addsExpectation ? { ...current, expect: fallback } : current, path, value);
  }, data);
}

/** The override that had the last word on the value at `path`. */
export function overrideOf(path: Path, overrides: readonly Override[]): Override | undefined {
  return overrides.findLast((override) => override.path.every((part, index) => path[index] === part));
}

/** What to say of a field that does not exist, where `value` is written. */
export function unknownField(path: string, value?: unknown): string {
  const parts = path.split('.');
  const leaf = parts.pop()!;
  const section = parts.join('.');
  const names = namesIn(section);
  // The name without its unit, which the value may have.
  const sibling =
    names.find((name) => withoutUnit(name).toLowerCase() === leaf.toLowerCase()) ?? nearest(leaf, names);
  if (sibling !== undefined) {
    const converted = typeof value === 'string' ? inUnitOf(sibling, value) : undefined;
    if (converted !== undefined) return `there is no such field; write ${sibling}: ${converted}`;
    return `there is no such field; did you mean "${sibling}"?`;
  }
  // The right name in the wrong place, or a whole path with a slip anywhere in it.
  const elsewhere =
    FIELDS.find((field) => field.path.split('.').at(-1) === leaf)?.path ??
    nearest(
      path,
      FIELDS.map((field) => field.path),
    );
  if (elsewhere !== undefined) return `there is no such field; did you mean "${elsewhere}"?`;
  return names.length > 0
    ? `there is no such field; ${section === '' ? 'a scenario' : section} has ${names.join(', ')}`
    : 'there is no such field';
}

/** The dotted path of a field as its parts; undefined when no field of a scenario has it. */
export function pathOf(dotted: string): string[] | undefined {
  if (dotted === '') return undefined;
  const parts = dotted.split('.');
  if (fieldAt(dotted) !== undefined || isItem(parts)) return parts;
  for (let length = 1; length < parts.length; length++) {
    const above = fieldAt(parts.slice(0, length).join('.'));
    if (above?.kind === 'table' && parts.slice(length).join('.') !== '')
      return [...parts.slice(0, length), parts.slice(length).join('.')];
  }
  return undefined;
}

/** A whole item of a list: `nodes.groups.0`. */
function isItem(parts: readonly string[]): boolean {
  const above = fieldAt(parts.slice(0, -1).join('.'));
  return above?.kind === 'list' && /^\d+$/.test(parts.at(-1)!);
}

/** What stands in the way and is neither mapping nor list stays: checking the whole says what is wrong with it. */
function set(data: Mapping, path: readonly string[], value: unknown): Mapping {
  return setIn(data, path, value) as Mapping;
}

function setIn(data: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(data)) {
    const items = [...(data as unknown[])];
    items[Number(key)] = setIn(items[Number(key)], rest, value);
    return items;
  }
  const mapping = data ?? {};
  return isMapping(mapping) ? { ...mapping, [key]: setIn(mapping[key], rest, value) } : data;
}
