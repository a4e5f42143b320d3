/**
 * JSON-RPC 2.0 without a transport: text in, text out. HTTP, a WebSocket or a test hand it a message each.
 *
 *   text ── message.ts ── method table ── parameters.ts ── handler(backend) ── text
 */
import { realClock, type Clock } from '../environment.ts';
import type { RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { Feeds } from './feeds.ts';
import { Filters } from './filters.ts';
import {
  anonymousError,
  errorMessage,
  parseMessage,
  resultMessage,
  type Call,
  type Parsed,
  type ParsedItem,
} from './message.ts';
import type { CallContext, Method, Subscriber } from './method.ts';
import { methodTable } from './namespaces.ts';
import { openRpcDocument, type OpenRpcDocument } from './openrpc.ts';
import type { DispatcherOptions, FilterOptions } from './options.ts';
import { parameterCheck, type ParameterCheck } from './parameters.ts';

/** Who sends a message: the transport's side of it. */
export interface Caller {
  /** Undefined where the server cannot send by itself. */
  readonly subscriber: Subscriber | undefined;
  /** Told how many calls the message holds, before they are run. */
  charge(calls: number): void;
}

const ANYBODY: Caller = { subscriber: undefined, charge: () => undefined };

export interface Dispatcher {
  /** What subscribers listen to. */
  readonly feeds: Feeds;
  /**
   * Answers one message, a call or a batch. Never rejects.
   * @param payload JSON; bytes are UTF-8.
   * @returns JSON, or undefined when nothing in the message wants an answer.
   */
  dispatch(payload: string | Uint8Array, caller?: Caller): Promise<string | undefined>;
  /** Lets go of the pool and the clock. */
  stop(): void;
}

/** Called with what a handler threw, which is a bug and not shown to the caller. */
export type InternalErrorListener = (error: unknown, method: string) => void;

export interface DispatcherExtras {
  onInternalError?: InternalErrorListener;
  /** Default: the machine's. */
  clock?: Clock;
}

interface Entry {
  method: Method;
  check: ParameterCheck;
}

const TOO_LARGE = new RpcFailure(RPC_CODE.responseTooLarge, 'response too large');

const utf8 = new TextDecoder();

/** @throws {Error} for a namespace that does not exist. */
export function createDispatcher(
  backend: RpcBackend,
  namespaces: readonly string[],
  options: DispatcherOptions & FilterOptions,
  { onInternalError = () => undefined, clock = realClock }: DispatcherExtras = {},
): Dispatcher {
  const { modules, methods } = methodTable(namespaces);
  const { pool, chain } = backend;
  const feeds = new Feeds(pool, chain);
  const filters = new Filters({ pool, chain, clock, options });
  let document: OpenRpcDocument | undefined;
  const describe = (): OpenRpcDocument => (document ??= openRpcDocument(methods));
  const entries = new Map<string, Entry>();
  for (const [name, method] of methods) entries.set(name, { method, check: parameterCheck(method) });

  /** JSON text of the result, or why there is none. At once when the handler has it at once. */
  function run(
    { method: name, params }: Call,
    subscriber: Subscriber | undefined,
  ): string | RpcFailure | Promise<string | RpcFailure> {
    const entry = entries.get(name);
    if (entry === undefined) {
      const message = `the method ${name} does not exist/is not available`;
      return new RpcFailure(RPC_CODE.methodNotFound, message);
    }
    const textOf = (result: unknown): string | RpcFailure => {
      if (result instanceof RpcFailure) return result;
      const text = JSON.stringify(result) as string | undefined;
      if (text === undefined) throw new Error(`${name} has a result that JSON has no text for`);
      return text;
    };
    const failed = (error: unknown): RpcFailure => {
      onInternalError(error, name);
      return new RpcFailure(RPC_CODE.internalError, 'internal error');
    };
    try {
      const checked = entry.check(params);
      if (checked instanceof RpcFailure) return checked;
      const context: CallContext = { modules, filters, subscriber, describe };
      const result = entry.method.handler(backend, checked, context);
      return result instanceof Promise ? result.then(textOf).catch(failed) : textOf(result);
    } catch (error) {
      return failed(error);
    }
  }

  function answer(
    item: ParsedItem,
    { subscriber }: Caller,
  ): string | undefined | Promise<string | undefined> {
    if ('invalid' in item) {
      return errorMessage(
        item.id,
        new RpcFailure(RPC_CODE.invalidRequest, `invalid request: ${item.invalid}`),
      );
    }
    const messageOf = (outcome: string | RpcFailure): string | undefined => {
      if (item.id === undefined) return undefined;
      return typeof outcome === 'string' ? resultMessage(item.id, outcome) : errorMessage(item.id, outcome);
    };
    const outcome = run(item, subscriber);
    return outcome instanceof Promise ? outcome.then(messageOf) : messageOf(outcome);
  }

  /** Some calls at a time, answers in the order of the calls. What is there at once is counted before another begins. */
  async function answerBatch(batch: BatchItems, caller: Caller): Promise<string | undefined> {
    const answers: (string | undefined)[] = new Array<string | undefined>(batch.length);
    let next = 0;
    let bytes = 0;

    async function work(): Promise<void> {
      while (next < batch.length) {
        const index = next++;
        const item = batch.item(index);
        const isFull = bytes > options.maxBatchResponseBytes;
        const answered = isFull ? undefined : answer(item, caller);
        const text = answered instanceof Promise ? await answered : answered;
        const size = text === undefined ? 0 : Buffer.byteLength(text);
        if (bytes + size <= options.maxBatchResponseBytes && !isFull) {
          bytes += size;
          answers[index] = text;
        } else {
          bytes = Infinity;
          answers[index] = item.id === undefined ? undefined : errorMessage(item.id, TOO_LARGE);
        }
      }
    }

    const workers = Math.min(batch.length, options.maxBatchConcurrency);
    await Promise.all(Array.from({ length: workers }, work));
    const wanted = answers.filter((text) => text !== undefined);
    return wanted.length === 0 ? undefined : `[${wanted.join(',')}]`;
  }

  function refuseBatch(batch: BatchItems): string {
    if (batch.length === 0) return anonymousError(new RpcFailure(RPC_CODE.invalidRequest, 'empty batch'));
    const figures = `${batch.length} calls, at most ${options.maxBatchItems}`;
    const failure = new RpcFailure(RPC_CODE.invalidRequest, `batch too large: ${figures}`);
    // One answer for all, under the id of the first, as geth: some clients match a batch by its ids.
    return `[${errorMessage(batch.item(0).id ?? 'null', failure)}]`;
  }

  return {
    feeds,
    async dispatch(payload, caller = ANYBODY) {
      const parsed = parseMessage(typeof payload === 'string' ? payload : utf8.decode(payload));
      if (parsed.kind === 'malformed') {
        caller.charge(1);
        return anonymousError(new RpcFailure(RPC_CODE.parseError, 'parse error: the request is not JSON'));
      }
      if (parsed.kind === 'single') {
        caller.charge(1);
        return answer(parsed.item, caller);
      }
      const fits = parsed.length > 0 && parsed.length <= options.maxBatchItems;
      caller.charge(fits ? parsed.length : 1);
      return fits ? answerBatch(parsed, caller) : refuseBatch(parsed);
    },
    stop() {
      feeds.stop();
      filters.stop();
    },
  };
}

type BatchItems = Extract<Parsed, { kind: 'batch' }>;
