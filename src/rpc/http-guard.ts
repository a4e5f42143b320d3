/**
 * What is looked at before a body is read or a WebSocket is opened, and what is counted: requests in progress, calls of
 * a connection.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../environment.ts';
import type { Caller } from './dispatcher.ts';
import { RPC_CODE } from './error.ts';
import { corsHeaders, isHostAllowed, isOriginAllowed, PREFLIGHT_HEADERS, tokenCheck } from './guard.ts';
import { sendFailure, sendText } from './http-answer.ts';
import type { RpcOptions } from './options.ts';
import type { Slots } from './slots.ts';
import { TokenBucket } from './token-bucket.ts';
import type { WebSockets } from './websocket.ts';

export function isWebSocketUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** An HTTP connection, as the rate of its calls is counted. */
interface HttpCaller extends Caller {
  readonly rate: TokenBucket;
}

export interface HttpGuardInit {
  settings: RpcOptions;
  clock: Clock;
  slots: Slots;
  /** Undefined: WebSocket is refused. */
  webSockets: WebSockets | undefined;
}

export function createHttpGuard({ settings, clock, slots, webSockets }: HttpGuardInit) {
  const isTokenRight = tokenCheck(settings.bearerToken);
  const callers = new WeakMap<Socket, HttpCaller>();
  let closing = false;

  function callerOf(socket: Socket): HttpCaller {
    const known = callers.get(socket);
    if (known !== undefined) return known;
    const rate = new TokenBucket(settings.maxCallsPerSecond, settings.maxCallBurst, clock.nowMs());
    const caller = {
      rate,
      subscriber: undefined,
      charge: (calls: number) => rate.take(calls, clock.nowMs()),
    };
    callers.set(socket, caller);
    return caller;
  }

  /** Answers and returns true when there is no place, or no more calls for this connection now. */
  function isOverLimit(request: FastifyRequest, reply: FastifyReply): boolean {
    if (!slots.tryTake()) {
      const message = `${slots.taken} requests in progress, at most ${slots.limit}: try again later`;
      sendFailure(reply, 503, RPC_CODE.limitExceeded, message);
      return true;
    }
    // Comes also when the client goes away half-way.
    reply.raw.once('close', () => slots.release());

    const delayMs = callerOf(request.raw.socket).rate.delayMs(clock.nowMs());
    if (delayMs === 0) return false;
    const message = `more than ${settings.maxCallsPerSecond} calls a second on this connection: try again later`;
    reply.header('retry-after', Math.ceil(delayMs / 1000));
    sendFailure(reply, 429, RPC_CODE.limitExceeded, message);
    return true;
  }

  /** Answers and returns true when no WebSocket may be opened. Its messages are counted, not the connection. */
  function isUpgradeRefused(request: FastifyRequest, reply: FastifyReply): boolean {
    if (webSockets === undefined) sendText(reply, 403, 'WebSocket is switched off on this server');
    else if (!isOriginAllowed(request.headers.origin, settings.wsOrigins)) {
      sendText(reply, 403, 'origin not allowed');
    } else if (webSockets.count >= settings.wsMaxConnections) {
      sendText(reply, 503, `${webSockets.count} WebSockets open, no more are taken: try again later`);
    } else return false;
    return true;
  }

  return {
    callerOf,
    onRequest(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
      const isUpgrade = isWebSocketUpgrade(request.raw);
      // Nobody reads on a connection that asked for an upgrade and did not get it, so nobody would see it end.
      if (isUpgrade) reply.raw.once('finish', () => request.raw.socket.destroySoon());
      else if (isOverLimit(request, reply)) return;
      if (!isHostAllowed(request.headers.host, settings.vhosts)) {
        sendText(reply, 403, 'invalid host specified');
        return;
      }
      const cors = corsHeaders(request.headers.origin, settings.corsDomains);
      if (cors !== undefined) reply.headers(cors);
      // A browser asks beforehand, without the token.
      if (request.method === 'OPTIONS') {
        if (cors !== undefined) reply.headers(PREFLIGHT_HEADERS);
        reply.code(204).send();
        return;
      }
      if (!isTokenRight(request.headers.authorization)) {
        reply.header('www-authenticate', 'Bearer');
        sendText(reply, 401, 'missing or wrong token: send Authorization: Bearer <token>');
        return;
      }
      if (isUpgrade && isUpgradeRefused(request, reply)) return;
      next();
    },
    onSend(
      _request: FastifyRequest,
      reply: FastifyReply,
      payload: unknown,
      next: (error: null, payload: unknown) => void,
    ): void {
      // Else a connection busy when the server stops would stay open, idle, for the keep-alive time.
      if (closing) reply.header('connection', 'close');
      next(null, payload);
    },
    close(): void {
      closing = true;
    },
  };
}
