/** The fields of a scenario as data: for suggestions, for overrides and for documentation. */
import type { z } from 'zod';

import { scenarioFields } from './schema.ts';

export interface Field {
  /** Dotted path. */
  path: string;
  description: string;
  /** Undefined where the default depends on other fields; the description says how. */
  default: unknown;
  /** A section is a mapping of further fields; a table is a mapping whose keys are not fields of the scenario. */
  kind: 'section' | 'table' | 'value';
}

type Schema = z.core.$ZodType & { description?: string };

/** Every field in the order of the file, sections before what they hold. */
export const FIELDS: readonly Field[] = walk(scenarioFields, []);

/** Names of what the section at `path` holds; empty when there is no such section. The whole file is ''. */
export function namesIn(path: string): string[] {
  const prefix = path === '' ? '' : `${path}.`;
  return FIELDS.map((field) => field.path)
    .filter((candidate) => candidate.startsWith(prefix) && !candidate.slice(prefix.length).includes('.'))
    .map((candidate) => candidate.slice(prefix.length));
}

function walk(object: z.ZodObject, above: string[]): Field[] {
  return Object.entries(object.shape).flatMap(([name, schema]: [string, Schema]) => {
    const path = [...above, name];
    const { inner, fallback } = unwrap(schema);
    const below = isObject(inner) ? walk(inner, path) : [];
    const kind = isObject(inner) ? 'section' : inner._zod.def.type === 'record' ? 'table' : 'value';
    const description = schema.description ?? '';
    return [{ path: path.join('.'), description, default: fallback, kind }, ...below];
  });
}

function isObject(schema: z.core.$ZodType): schema is z.ZodObject {
  return schema._zod.def.type === 'object';
}

/** What is under the default, and the default. */
function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; fallback: unknown } {
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: z.core.$ZodType; defaultValue?: unknown };
  const wraps = def.type === 'default' || def.type === 'prefault';
  return {
    inner: wraps ? def.innerType! : schema,
    fallback: def.type === 'default' ? def.defaultValue : undefined,
  };
}
