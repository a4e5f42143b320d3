/** Checks what a caller sent against a method's schema; says which parameter is wrong, what was expected, what came. */
import type { z } from 'zod';
import { RPC_CODE, RpcFailure } from './error.ts';
import { parameterName, requiredCount, type Method } from './method.ts';

/** Characters of a wrong value that an error repeats: enough to recognise it, however long it was. */
const SHOWN_CHARACTERS = 60;
/** How deep into it. */
const SHOWN_DEPTH = 2;

export type ParameterCheck = (params: unknown) => unknown[] | RpcFailure;

const invalid = (message: string): RpcFailure => new RpcFailure(RPC_CODE.invalidParams, message);

export function parameterCheck({ params: schema }: Method): ParameterCheck {
  const names = schema.def.items.map(parameterName);
  const required = requiredCount(schema);
  const most = schema.def.rest === null ? names.length : Infinity;

  return (params) => {
    const given: unknown = params ?? [];
    if (!Array.isArray(given)) return invalid(`"params" must be an array, got ${shown(given)}`);
    const values: unknown[] = given;
    if (values.length > most) return invalid(`too many arguments, want at most ${most}`);
    for (let index = 0; index < required; index++) {
      if (values[index] == null) {
        return invalid(`missing value for required argument ${index} (${names[index]!})`);
      }
    }
    if (most === 0) return values;
    const checked = schema.safeParse(values);
    return checked.success ? checked.data : invalid(explain(checked.error, values, names));
  };
}

function explain(error: z.ZodError, values: readonly unknown[], names: readonly string[]): string {
  const { path, message } = error.issues[0]!;
  const [index, ...inside] = path;
  let value: unknown = values[Number(index)];
  for (const key of inside) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const field = inside.length === 0 ? '' : `${inside.join('.')}: `;
  const argument = `argument ${String(index)} (${names[Number(index)] ?? ''})`;
  return `invalid ${argument}: ${field}${message}, got ${shown(value)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = beginning(value, SHOWN_DEPTH);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** JSON, but no more of it than will be shown: what came may be megabytes, or nested without end. */
function beginning(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_CHARACTERS));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (depth === 0) return `${open!}…${close!}`;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value).slice(0, SHOWN_CHARACTERS)) {
    const text = beginning(item, depth - 1);
    parts.push(Array.isArray(value) ? text : `${JSON.stringify(key)}:${text}`);
  }
  return `${open!}${parts.join(',')}${close!}`;
}
