/** The envelope of JSON-RPC 2.0: text to calls, results to text. */
import type { RpcFailure } from './error.ts';

/** One element of a request, as parsed. An `id` of undefined makes a call a notification. */
export interface Call {
  /** JSON text of the id, as it goes into the answer. */
  id: string | undefined;
  method: string;
  /** Not checked yet. */
  params: unknown;
}

export type ParsedItem = Call | { id: string; invalid: string };

export type Parsed =
  | { kind: 'malformed' }
  | { kind: 'single'; item: ParsedItem }
  | { kind: 'batch'; length: number; item(index: number): ParsedItem };

const NULL_ID = 'null';

/** Source text of the numeric ids that a double cannot hold, by the object they stand in. */
type ExactIds = WeakMap<object, string>;

/** The third argument of a reviver is newer than the compiler's library. */
type SourceReviver = (this: object, key: string, value: unknown, context: { source?: string }) => unknown;

function parseKeepingIds(text: string): { value: unknown; exactIds: ExactIds } {
  const exactIds: ExactIds = new WeakMap();
  const reviver: SourceReviver = function (key, value, { source }) {
    if (key === 'id' && typeof value === 'number' && source !== undefined) exactIds.set(this, source);
    return value;
  };
  const value: unknown = JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
  return { value, exactIds };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasInexactId(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'number' && !Number.isSafeInteger(value['id']);
}

export function parseMessage(text: string): Parsed {
  let value: unknown;
  let exactIds: ExactIds | undefined;
  try {
    value = JSON.parse(text);
    if (Array.isArray(value) ? value.some(hasInexactId) : hasInexactId(value)) {
      ({ value, exactIds } = parseKeepingIds(text));
    }
  } catch {
    // Besides bad JSON: nesting too deep for the engine, which is no request either.
    return { kind: 'malformed' };
  }
  if (!Array.isArray(value)) return { kind: 'single', item: parseItem(value, exactIds) };
  const items: unknown[] = value;
  return { kind: 'batch', length: items.length, item: (index) => parseItem(items[index], exactIds) };
}

function parseItem(value: unknown, exactIds: ExactIds | undefined): ParsedItem {
  if (!isObject(value)) return { id: NULL_ID, invalid: 'expected an object' };
  const { id, jsonrpc, method, params } = value;
  const idText = id === undefined ? undefined : encodeId(id, value, exactIds);
  if (id !== undefined && idText === undefined) {
    return { id: NULL_ID, invalid: '"id" must be a string, a number or null' };
  }
  if (jsonrpc !== '2.0') return { id: idText ?? NULL_ID, invalid: '"jsonrpc" must be "2.0"' };
  if (typeof method !== 'string') return { id: idText ?? NULL_ID, invalid: '"method" must be a string' };
  return { id: idText, method, params };
}

function encodeId(id: unknown, holder: object, exactIds: ExactIds | undefined): string | undefined {
  if (id === null) return NULL_ID;
  if (typeof id === 'number') return exactIds?.get(holder) ?? String(id);
  return typeof id === 'string' ? JSON.stringify(id) : undefined;
}

/** @param resultText JSON. */
export function resultMessage(id: string, resultText: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${resultText}}`;
}

export function errorMessage(id: string, { code, message, data }: RpcFailure): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify({ code, message, data })}}`;
}

/** An error that answers no call in particular. */
export function anonymousError(failure: RpcFailure): string {
  return errorMessage(NULL_ID, failure);
}
