import { getHttpRpcClient } from 'viem/utils';
import {
  hostOf,
  NoAnswerError,
  reasonOf,
  toAnswer,
  type Connection,
  type ConnectionOptions,
  type RpcAnswer,
  type RpcCall,
} from './connection.ts';

export class HttpConnection implements Connection {
  readonly name: string;
  readonly #client: ReturnType<typeof getHttpRpcClient>;
  readonly #closing = new AbortController();

  constructor(url: string, { timeoutMs, maxAnswerBytes }: ConnectionOptions) {
    this.name = hostOf(url);
    this.#client = getHttpRpcClient(url, { timeout: timeoutMs, maxResponseBodySize: maxAnswerBytes });
  }

  async send(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    const fetchOptions = { signal: this.#closing.signal };
    try {
      // A call alone goes without the brackets of a batch, which not every server takes.
      if (calls.length === 1) {
        return [toAnswer(await this.#client.request({ body: bodyOf(calls[0]!), fetchOptions }), this.name)];
      }
      const body = calls.map((call, id) => ({ ...bodyOf(call), id }));
      const answers: readonly unknown[] = await this.#client.request({ body, fetchOptions });
      return inOrder(answers, calls.length).map((answer) => toAnswer(answer, this.name));
    } catch (error) {
      const rejected = rejectionOf(error, this.name);
      if (rejected !== undefined) return calls.map(() => rejected);
      throw new NoAnswerError(`${this.name} does not answer: ${reasonOf(error)}`, { cause: error });
    }
  }

  reset(): void {
    // Every request has a connection of its own, or one that proved alive by its answer.
  }

  close(): void {
    this.#closing.abort();
  }
}

function bodyOf({ method, params }: RpcCall): { method: string; params: readonly unknown[] } {
  return { method, params };
}

/**
 * The answers to the calls 0, 1, ... of a batch, which come in any order (JSON-RPC 2.0 section 6).
 * @throws {Error} when it cannot be told whose they are.
 */
function inOrder(answers: readonly unknown[], calls: number): unknown[] {
  // An error of the whole batch viem hands out once for each call, one and the same object.
  if (answers.every((answer) => answer === answers[0])) return [...answers];
  const byId = new Map<unknown, unknown>();
  for (const answer of answers) byId.set((answer as { id?: unknown } | null)?.id, answer);
  if (byId.size !== answers.length) throw new Error('two answers of a batch have one id');
  return Array.from({ length: calls }, (_, id) => {
    if (!byId.has(id)) throw new Error('a call of a batch has no answer with its id');
    return byId.get(id);
  });
}

/** A JSON-RPC error under an HTTP status that is not 200: viem throws it. */
function rejectionOf(error: unknown, name: string): RpcAnswer | undefined {
  if (!(error instanceof Error) || error.name !== 'RpcRequestError') return undefined;
  const { code, data, shortMessage, details } = error as Error & Record<string, unknown>;
  return toAnswer({ error: { code, message: details ?? shortMessage, data } }, name);
}
