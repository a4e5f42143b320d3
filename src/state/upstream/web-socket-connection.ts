import { getWebSocketRpcClient } from 'viem/utils';
import type { Clock } from '../../environment.ts';
import {
  hostOf,
  NoAnswerError,
  reasonOf,
  resultOf,
  toAnswer,
  type Connection,
  type ConnectionOptions,
  type RpcAnswer,
  type RpcCall,
} from './connection.ts';

/** viem shares a socket among all that give one URL and one set of options; a delay that is never waited tells them apart. */
let opened = 0;

type Client = Awaited<ReturnType<typeof getWebSocketRpcClient>>;

/**
 * Opens its socket when it is first needed, and a new one after a loss. viem's own reconnection gives up after some
 * attempts and writes to the console, so it is off: who follows the head asks again anyway. So is viem's keep-alive,
 * which sends and does not look whether an answer comes.
 */
export class WebSocketConnection implements Connection {
  readonly name: string;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #opening: Promise<Client> | undefined;
  #client: Client | undefined;
  #onLost: ((error: NoAnswerError) => void) | undefined;
  #closed = false;

  constructor(url: string, { clock, timeoutMs }: ConnectionOptions) {
    this.name = hostOf(url);
    this.#url = url;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async send(calls: readonly RpcCall[]): Promise<RpcAnswer[]> {
    const client = await this.#open();
    return Promise.all(calls.map((call) => this.#ask(client, call)));
  }

  /** Each call goes alone, and the others have their answers whatever becomes of it. */
  async #ask(client: Client, { method, params }: RpcCall): Promise<RpcAnswer> {
    try {
      const answer = await client.requestAsync({ body: { method, params }, timeout: this.#timeoutMs });
      return toAnswer(answer, this.name);
    } catch (error) {
      // One call may be slow on a socket that lives.
      const isSlow = (error as Error).name === 'TimeoutError';
      return { error: isSlow ? this.#noAnswer(error) : this.#lose(error, client) };
    }
  }

  async subscribe(onHead: () => void, onLost: (error: NoAnswerError) => void): Promise<void> {
    const client = await this.#open();
    const { promise, resolve, reject } = Promise.withResolvers<RpcAnswer>();
    const cancel = this.#clock.after(this.#timeoutMs, () => reject(new Error('eth_subscribe timed out')));
    client.request({
      body: { method: 'eth_subscribe', params: ['newHeads'] },
      onResponse: (response: unknown) => {
        if ((response as { method?: unknown }).method === 'eth_subscription') onHead();
        else resolve(toAnswer(response, this.name));
      },
      // Before there is a subscription this is the answer, afterwards the end of it.
      onError: (error) => reject(this.#lose(error, client)),
    });
    let answer: RpcAnswer;
    try {
      answer = await promise;
    } catch (error) {
      throw this.#noAnswer(error);
    } finally {
      cancel();
    }
    resultOf(answer);
    if (this.#client !== client) throw this.#noAnswer(new Error('the connection was given up'));
    this.#onLost = onLost;
  }

  reset(): void {
    this.#onLost = undefined;
    this.#opening = undefined;
    const client = this.#client;
    this.#client = undefined;
    client?.close();
  }

  close(): void {
    this.#closed = true;
    this.reset();
  }

  async #open(): Promise<Client> {
    if (this.#closed) throw new NoAnswerError(`${this.name}: the connection was closed`);
    if (this.#client !== undefined) return this.#client;
    const opening = (this.#opening ??= getWebSocketRpcClient(this.#url, {
      keepAlive: false,
      reconnect: { attempts: 0, delay: ++opened },
    }));
    const tooLate = Promise.withResolvers<never>();
    const cancel = this.#clock.after(this.#timeoutMs, () =>
      tooLate.reject(new Error('the WebSocket did not open in time')),
    );
    try {
      const client = await Promise.race([opening, tooLate.promise]);
      if (this.#opening !== opening) throw new Error('the connection was given up');
      this.#client = client;
      return client;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      opening.then((client) => client.close()).catch(() => undefined);
      throw this.#noAnswer(error);
    } finally {
      cancel();
    }
  }

  #lose(error: unknown, client: Client): NoAnswerError {
    const lost = this.#noAnswer(error);
    if (this.#client === client) {
      const onLost = this.#onLost;
      this.reset();
      onLost?.(lost);
    }
    return lost;
  }

  #noAnswer(error: unknown): NoAnswerError {
    if (error instanceof NoAnswerError) return error;
    return new NoAnswerError(`${this.name} does not answer: ${reasonOf(errorIn(error))}`, { cause: error });
  }
}

/** A socket that fails rejects with the event. */
function errorIn(error: unknown): Error {
  if (error instanceof Error) return error;
  const { error: inner, message } = (error ?? {}) as { error?: unknown; message?: unknown };
  if (inner instanceof Error) return inner;
  return new Error(typeof message === 'string' && message !== '' ? message : 'the WebSocket closed');
}
