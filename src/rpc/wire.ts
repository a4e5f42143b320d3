/** Parameters as schemas read them, written again as they came: for handing a call on. */
import { toHex } from '../bytes.ts';
import { toQuantity } from './schemas.ts';

/** What was left out at the end stays out: not every node takes null for it. */
export function toWire(params: readonly unknown[]): unknown[] {
  const given = params.findLastIndex((value) => value != null);
  return params.slice(0, given + 1).map(written);
}

function written(value: unknown): unknown {
  if (typeof value === 'bigint') return toQuantity(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]));
}
