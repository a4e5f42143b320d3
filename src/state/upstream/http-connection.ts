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
      const answers = await this.#client.request({ body: calls.map(bodyOf), fetchOptions });
      // JSON-RPC 2.0 section 6: a batch is answered in any order. viem numbers the calls as they stand.
      return [...answers].sort((a, b) => a.id - b.id).map((answer) => toAnswer(answer, this.name));
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

/** A JSON-RPC error under an HTTP status that is not 200: viem throws it. */
function rejectionOf(error: unknown, name: string): RpcAnswer | undefined {
  if (!(error instanceof Error) || error.name !== 'RpcRequestError') return undefined;
  const { code, data, shortMessage, details } = error as Error & Record<string, unknown>;
  return toAnswer({ error: { code, message: details ?? shortMessage, data } }, name);
}
