/** The fields of a scenario as data: for suggestions, for overrides and for documentation. */
import type { z } from 'zod';

import { scenarioFields } from './schema.ts';

export interface Field {
  /** Dotted path; an item of a list is `*`, as in `nodes.groups.*.name`. */
  path: string;
  description: string;
  /** Undefined where the default depends on other fields; the description says how. */
  default: unknown;
  /** A section is a mapping of further fields; a table is a mapping whose keys are not fields of the scenario. */
  kind: 'section' | 'table' | 'list' | 'value';
  /** Whether every resolved scenario has it: not so what is below a list, or in a section that can be null. */
  always: boolean;
}

type Schema = z.core.$ZodType & { description?: string };

/** What an item of a list is called in a path. */
const ITEM = '*';

/** Every field in the order of the file, sections before what they hold. */
export const FIELDS: readonly Field[] = walk(scenarioFields, [], true);

/** Names of what the section at `path` holds; empty when there is no such section. The whole file is ''. */
export function namesIn(path: string): string[] {
  const prefix = path === '' ? '' : `${general(path)}.`;
  return FIELDS.map((field) => field.path)
    .filter((candidate) => candidate.startsWith(prefix) && !candidate.slice(prefix.length).includes('.'))
    .map((candidate) => candidate.slice(prefix.length));
}

/** The field at a path of a file, where items of lists have their numbers: `nodes.groups.0.name`. */
export function fieldAt(path: string): Field | undefined {
  const wanted = general(path);
  return FIELDS.find((field) => field.path === wanted);
}

function general(path: string): string {
  return path
    .split('.')
    .map((name) => (/^\d+$/.test(name) ? ITEM : name))
    .join('.');
}

function walk(object: z.ZodObject, above: string[], always: boolean): Field[] {
  return Object.entries(object.shape).flatMap(([name, schema]: [string, Schema]) => {
    const path = [...above, name];
    const { inner, fallback, optional } = unwrap(schema);
    const { kind, below } = shapeOf(inner);
    const field: Field = {
      path: path.join('.'),
      description: schema.description ?? '',
      default: fallback,
      kind,
      always: always && !(optional && fallback === undefined),
    };
    if (below === undefined) return [field];
    const within = kind === 'list' ? [...path, ITEM] : path;
    return [field, ...walk(below, within, field.always && kind === 'section' && !isNullable(schema))];
  });
}

function shapeOf(inner: z.core.$ZodType): { kind: Field['kind']; below?: z.ZodObject } {
  if (isObject(inner)) return { kind: 'section', below: inner };
  const def = inner._zod.def as z.core.$ZodTypeDef & {
    element?: z.core.$ZodType;
    options?: z.core.$ZodType[];
  };
  if (def.type === 'record') return { kind: 'table' };
  if (def.type === 'array' && isObject(def.element!)) return { kind: 'list', below: def.element };
  // Of several ways to write it the one with names is the one that can be misspelt.
  const [named] = (def.type === 'union' ? def.options! : [])
    .map(shapeOf)
    .filter(({ below }) => below !== undefined);
  return named?.below === undefined
    ? { kind: 'value' }
    : { kind: named.kind === 'list' ? 'list' : 'value', below: named.below };
}

function isObject(schema: z.core.$ZodType): schema is z.ZodObject {
  return schema._zod.def.type === 'object';
}

function isNullable(schema: z.core.$ZodType): boolean {
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: z.core.$ZodType };
  return def.type === 'nullable' || (def.innerType !== undefined && isNullable(def.innerType));
}

/** What is under the default, and the default. */
function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; fallback: unknown; optional: boolean } {
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; defaultValue?: unknown };
  if (!['default', 'prefault', 'nullable', 'optional'].includes(def.type)) {
    return { inner: schema, fallback: undefined, optional: false };
  }
  const { inner, fallback, optional } = unwrap(def.innerType!);
  return {
    inner,
    fallback: def.type === 'default' ? def.defaultValue : fallback,
    optional: optional || def.type === 'optional',
  };
}
