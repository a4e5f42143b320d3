/**
 * A method is data: what it takes, what it gives, what it is for, and the function. The dispatcher checks by it; a
 * description of the whole interface can be generated from it.
 */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { RpcBackend } from './backend.ts';
import type { RpcFailure } from './error.ts';
import type { Feed } from './feeds.ts';
import type { Filters } from './filters.ts';
import type { OpenRpcDocument } from './openrpc.ts';

/** The connection a call came by, where the server can send by itself: notifications go there. */
export interface Subscriber {
  /** Told from when the call is answered. @returns the subscription's id. */
  subscribe(feed: Feed): Hex | RpcFailure;
  /** Whether the connection had such a subscription. */
  unsubscribe(id: Hex): boolean;
}

/** What a handler may know of the server it runs in. */
export interface CallContext {
  /** Namespaces this server answers. */
  readonly modules: readonly string[];
  readonly filters: Filters;
  /** Undefined over HTTP. */
  readonly subscriber: Subscriber | undefined;
  /** What this server answers, for `rpc.discover`. */
  describe(): OpenRpcDocument;
}

export interface Method {
  readonly description: string;
  /** Positional. Each item carries its name as `title`; the ones a caller may leave out are `nullish` and come last. */
  readonly params: z.ZodTuple;
  /** What it answers with; documentation, checked by the compiler and the tests, not at run time. */
  readonly result: z.ZodType;
  handler(backend: RpcBackend, params: unknown[], context: CallContext): unknown;
}

/** Full method name, with its namespace, to method. */
export type Namespace = Readonly<Record<string, Method>>;

interface Definition<Params extends z.ZodTuple, Result extends z.ZodType> {
  description: string;
  params: Params;
  result: Result;
  /** A throw is a bug of the node and answered as an internal error. */
  handler(
    backend: RpcBackend,
    params: z.output<Params>,
    context: CallContext,
  ): z.input<Result> | RpcFailure | Promise<z.input<Result> | RpcFailure>;
}

/** Ties the handler's types to its schemas, then forgets them. */
export function method<Params extends z.ZodTuple, Result extends z.ZodType>(
  definition: Definition<Params, Result>,
): Method {
  return definition;
}

/** A parameter under the name errors and documents call it by. */
export function named<Schema extends z.ZodType>(name: string, schema: Schema, description?: string): Schema {
  return schema.meta({ title: name, ...(description === undefined ? {} : { description }) });
}

export function parameterName(item: z.core.$ZodType): string {
  return z.globalRegistry.get(item)?.title ?? 'parameter';
}

/** How many leading parameters a caller must give. */
export function requiredCount(params: z.ZodTuple): number {
  const { items } = params.def;
  const firstOptional = items.findIndex((item) => item._zod.optin === 'optional');
  return firstOptional === -1 ? items.length : firstOptional;
}
