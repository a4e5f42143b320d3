import assert from 'node:assert/strict';
import type { Clock } from '../../src/environment.ts';
import type { RpcBackend } from '../../src/rpc/backend.ts';
import { createDispatcher, type Dispatcher } from '../../src/rpc/dispatcher.ts';
import { NAMESPACES } from '../../src/rpc/namespaces.ts';
import { DEFAULT_RPC_OPTIONS, type RpcOptions } from '../../src/rpc/options.ts';
import { ManualClock } from './manual-clock.ts';

export const ALL_NAMESPACES = Object.keys(NAMESPACES);

export interface RpcErrorText {
  code: number;
  message: string;
  data?: unknown;
}

export interface RpcAnswer {
  jsonrpc: '2.0';
  id: string | number | null;
  result?: unknown;
  error?: RpcErrorText;
}

/** A dispatcher that a handler's bug fails the test of. */
export function dispatcherOf(
  backend: RpcBackend,
  options: Partial<RpcOptions> = {},
  clock: Clock = new ManualClock(),
): Dispatcher {
  const onInternalError = (error: unknown): void => {
    throw error;
  };
  const settings = { ...DEFAULT_RPC_OPTIONS, ...options };
  return createDispatcher(backend, ALL_NAMESPACES, settings, { clock, onInternalError });
}

export async function ask(dispatcher: Dispatcher, payload: unknown): Promise<RpcAnswer> {
  const text = await dispatcher.dispatch(JSON.stringify(payload));
  assert.notEqual(text, undefined);
  return JSON.parse(text!) as RpcAnswer;
}

export async function call(dispatcher: Dispatcher, method: string, params: unknown[]): Promise<RpcAnswer> {
  return ask(dispatcher, { jsonrpc: '2.0', id: 1, method, params });
}

/** The result, held against what the method's schema says of it. */
export async function resultOf(
  dispatcher: Dispatcher,
  method: string,
  ...params: unknown[]
): Promise<unknown> {
  const { result, error } = await call(dispatcher, method, params);
  assert.equal(error, undefined, `${method}: ${error?.message ?? ''}`);
  const schema = NAMESPACES[method.split(/[._]/)[0]!]![method]!.result;
  const checked = schema.safeParse(result);
  assert.ok(checked.success, `${method} answered what its schema forbids: ${checked.error?.message ?? ''}`);
  return result;
}

export async function errorOf(
  dispatcher: Dispatcher,
  method: string,
  ...params: unknown[]
): Promise<RpcErrorText> {
  const { error } = await call(dispatcher, method, params);
  assert.notEqual(error, undefined, `${method} gave a result`);
  return error!;
}
