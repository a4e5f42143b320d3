/** `--set nodes.count=20`: one field of a scenario, set from the command line after the file was read. */
import { parseDocument } from 'yaml';

import { COMPARISON } from './expect.ts';
import { FIELDS, namesIn } from './fields.ts';
import { nearest } from './nearest.ts';
import { isMapping } from './parse.ts';
import type { Mapping, Path } from './parse.ts';
import type { Problem } from './problem.ts';

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
  const path = split(dotted);
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

/** What to say of a field that does not exist. */
export function unknownField(path: string): string {
  const parts = path.split('.');
  const leaf = parts.pop()!;
  const section = parts.join('.');
  const sibling = nearest(leaf, namesIn(section));
  if (sibling !== undefined) return `there is no such field; did you mean "${sibling}"?`;
  // The right name in the wrong place, or a whole path with a slip anywhere in it.
  const elsewhere =
    FIELDS.find((field) => field.path.split('.').at(-1) === leaf)?.path ??
    nearest(
      path,
      FIELDS.map((field) => field.path),
    );
  if (elsewhere !== undefined) return `there is no such field; did you mean "${elsewhere}"?`;
  const names = namesIn(section);
  return names.length > 0
    ? `there is no such field; ${section === '' ? 'a scenario' : section} has ${names.join(', ')}`
    : 'there is no such field';
}

/** Undefined when no field of a scenario has this path. */
function split(dotted: string): string[] | undefined {
  const exact = FIELDS.find((field) => field.path === dotted);
  if (exact !== undefined) return dotted.split('.');
  const table = FIELDS.find((field) => field.kind === 'table' && dotted.startsWith(`${field.path}.`));
  if (table === undefined) return undefined;
  const key = dotted.slice(table.path.length + 1);
  return key === '' ? undefined : [...table.path.split('.'), key];
}

/** What stands in the way and is no mapping stays: checking the whole says what is wrong with it. */
function set(data: Mapping, [key, ...rest]: readonly string[], value: unknown): Mapping {
  if (rest.length === 0) return { ...data, [key!]: value };
  const below = data[key!] ?? {};
  return isMapping(below) ? { ...data, [key!]: set(below, rest, value) } : data;
}
