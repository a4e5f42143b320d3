/**
 * JSON-RPC 2.0 without a transport: text in, text out. HTTP, a WebSocket or a test hand it a message each.
 *
 *   text ── message.ts ── method table ── parameters.ts ── handler(backend) ── text
 */
import type { RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import {
  anonymousError,
  errorMessage,
  parseMessage,
  resultMessage,
  type Call,
  type Parsed,
} from './message.ts';
import type { CallContext, Method } from './method.ts';
import { methodTable } from './namespaces.ts';
import type { DispatcherOptions } from './options.ts';
import { parameterCheck, type ParameterCheck } from './parameters.ts';

export interface Dispatcher {
  /**
   * Answers one message, a call or a batch. Never rejects.
   * @param payload JSON; bytes are UTF-8.
   * @returns JSON, or undefined when nothing in the message wants an answer.
   */
  dispatch(payload: string | Uint8Array): Promise<string | undefined>;
}

/** Called with what a handler threw, which is a bug and not shown to the caller. */
export type InternalErrorListener = (error: unknown, method: string) => void;

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
  options: DispatcherOptions,
  onInternalError: InternalErrorListener = () => undefined,
): Dispatcher {
  const { modules, methods } = methodTable(namespaces);
  const context: CallContext = { modules };
  const entries = new Map<string, Entry>();
  for (const [name, method] of methods) entries.set(name, { method, check: parameterCheck(method) });

  /** JSON text of the result, or why there is none. */
  async function run({ method: name, params }: Call): Promise<string | RpcFailure> {
    const entry = entries.get(name);
    if (entry === undefined) {
      const message = `the method ${name} does not exist/is not available`;
      return new RpcFailure(RPC_CODE.methodNotFound, message);
    }
    try {
      const checked = entry.check(params);
      if (checked instanceof RpcFailure) return checked;
      const result = await entry.method.handler(backend, checked, context);
      return result instanceof RpcFailure ? result : JSON.stringify(result);
    } catch (error) {
      onInternalError(error, name);
      return new RpcFailure(RPC_CODE.internalError, 'internal error');
    }
  }

  async function answer(item: ReturnType<BatchItems['item']>): Promise<string | undefined> {
    if ('invalid' in item) {
      return errorMessage(
        item.id,
        new RpcFailure(RPC_CODE.invalidRequest, `invalid request: ${item.invalid}`),
      );
    }
    const outcome = await run(item);
    if (item.id === undefined) return undefined;
    return typeof outcome === 'string' ? resultMessage(item.id, outcome) : errorMessage(item.id, outcome);
  }

  /** Some calls at a time, answers in the order of the calls. */
  async function answerBatch(batch: BatchItems): Promise<string | undefined> {
    const answers: (string | undefined)[] = new Array<string | undefined>(batch.length);
    let next = 0;
    let bytes = 0;

    async function work(): Promise<void> {
      while (next < batch.length) {
        const index = next++;
        const item = batch.item(index);
        const isFull = bytes > options.maxBatchResponseBytes;
        const text = isFull ? undefined : await answer(item);
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
    async dispatch(payload) {
      const parsed = parseMessage(typeof payload === 'string' ? payload : utf8.decode(payload));
      if (parsed.kind === 'malformed') {
        return anonymousError(new RpcFailure(RPC_CODE.parseError, 'parse error: the request is not JSON'));
      }
      if (parsed.kind === 'single') return answer(parsed.item);
      const fits = parsed.length > 0 && parsed.length <= options.maxBatchItems;
      return fits ? answerBatch(parsed) : refuseBatch(parsed);
    },
  };
}

type BatchItems = Extract<Parsed, { kind: 'batch' }>;
