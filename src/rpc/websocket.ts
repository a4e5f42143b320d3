/** JSON-RPC over WebSocket, on the port of HTTP: an upgrade of `GET /`, let through by the same guard. */
import fastifyWebsocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../environment.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { RpcOptions } from './options.ts';
import type { Slots } from './slots.ts';
import { WebSocketConnection } from './websocket-connection.ts';

export interface WebSocketsInit {
  dispatcher: Dispatcher;
  slots: Slots;
  clock: Clock;
  options: RpcOptions;
}

/** The connections of a server. */
export class WebSockets {
  readonly #init: WebSocketsInit;
  readonly #connections = new Set<WebSocketConnection>();
  #pinger: NodeJS.Timeout | undefined;

  constructor(init: WebSocketsInit) {
    this.#init = init;
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Before any route. */
  register(app: FastifyInstance): void {
    void app.register(fastifyWebsocket, {
      options: { maxPayload: this.#init.options.maxBodyBytes },
      // Of the protocol, or of the connection: the client's, and ws has closed the socket or is about to.
      errorHandler: (_error, socket) => socket.terminate(),
      preClose: (done) => {
        clearInterval(this.#pinger);
        for (const connection of this.#connections) connection.stop();
        done();
      },
    });
  }

  readonly accept = (socket: WebSocket, { raw }: FastifyRequest): void => {
    const connection = new WebSocketConnection({ ...this.#init, socket, stream: raw.socket });
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
    this.#pinger ??= setInterval(() => this.#ping(), this.#init.options.wsPingIntervalMs).unref();
  };

  terminate(): void {
    for (const connection of this.#connections) connection.terminate();
  }

  #ping(): void {
    for (const connection of this.#connections) connection.ping();
  }
}
