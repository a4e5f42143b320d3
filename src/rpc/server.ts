/**
 * JSON-RPC over HTTP/1.1: the guard and the limits; what a call means is the dispatcher's. HTTP refusals are plain
 * text with geth's status codes, except where a client that knows only JSON-RPC will meet them.
 */
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { AddressInfo } from 'node:net';
import { createDispatcher, type Dispatcher, type InternalErrorListener } from './dispatcher.ts';
import type { RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { corsHeaders, isHostAllowed, PREFLIGHT_HEADERS } from './guard.ts';
import { anonymousError } from './message.ts';
import { enabledNamespaces, resolveRpcOptions, type RpcOptions } from './options.ts';

export interface RpcServer {
  readonly dispatcher: Dispatcher;
  /** Once. @throws {Error} saying what to do, when the address cannot be listened on. */
  start(): Promise<{ url: string }>;
  /** Running calls are answered, within `stopTimeoutMs`; no socket is left. Safe to call twice and at any moment. */
  stop(): Promise<void>;
}

/** geth rpc/http.go: acceptedContentTypes. */
const CONTENT_TYPES = ['application/json', 'application/json-rpc', 'application/jsonrequest'];
const JSON_TYPE = 'application/json';

/** @throws {Error} for a namespace that does not exist. */
export function createRpcServer(
  backend: RpcBackend,
  options: Partial<RpcOptions> = {},
  onInternalError?: InternalErrorListener,
): RpcServer {
  const settings = resolveRpcOptions(options);
  const namespaces = enabledNamespaces(settings);
  const dispatcher = createDispatcher(backend, namespaces, settings, onInternalError);
  const app = createApp(dispatcher, settings);
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    const deadline = setTimeout(() => app.server.closeAllConnections(), settings.stopTimeoutMs);
    try {
      await app.close();
    } finally {
      clearTimeout(deadline);
    }
  }

  return {
    dispatcher,
    async start() {
      try {
        // Of the two addresses of localhost one is enough: a second server would be outside the limits of the first.
        const host = settings.host === 'localhost' ? '127.0.0.1' : settings.host;
        await app.listen({ host, port: settings.port });
      } catch (error) {
        throw listenError(error as NodeJS.ErrnoException, settings);
      }
      return { url: urlOf(app.server.address() as AddressInfo) };
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

function createApp(dispatcher: Dispatcher, settings: RpcOptions): FastifyInstance {
  const { headersTimeoutMs, requestTimeoutMs } = settings;
  const app = fastify({
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: settings.stalledTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    forceCloseConnections: 'idle',
    http: {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // How late a timeout may be noticed: by default 30 s, longer than the timeouts themselves.
      connectionsCheckingInterval: Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs) / 4),
    },
  });
  app.server.maxConnections = settings.maxConnections;

  const guard = createGuard(settings);
  app.addHook('onRequest', guard.onRequest);
  app.addHook('onSend', guard.onSend);
  app.addHook('preClose', (done) => {
    guard.close();
    done();
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(CONTENT_TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler(answerHttpError(settings));
  app.setNotFoundHandler((request, reply) => {
    const isWrongMethod = request.url === '/';
    sendText(reply, isWrongMethod ? 405 : 404, isWrongMethod ? 'method not allowed' : 'JSON-RPC is at /');
  });

  // Health checks of load balancers.
  app.get('/', (_request, reply) => reply.code(200).send());
  app.post('/', async (request, reply) => {
    const { body } = request;
    if (!(body instanceof Uint8Array) && request.headers['content-type'] === undefined) {
      return sendText(reply, 415, INVALID_CONTENT_TYPE);
    }
    const answer = await dispatcher.dispatch(body instanceof Uint8Array ? body : '');
    return reply
      .code(200)
      .type(JSON_TYPE)
      .send(answer ?? '');
  });
  return app;
}

const INVALID_CONTENT_TYPE = `invalid content type, only ${JSON_TYPE} is supported`;

function sendText(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${message}\n`);
}

function sendFailure(reply: FastifyReply, status: number, code: number, message: string): FastifyReply {
  return reply
    .code(status)
    .type(JSON_TYPE)
    .send(anonymousError(new RpcFailure(code, message)));
}

/** What is looked at before a body is read, and the count of requests in progress. */
function createGuard(settings: RpcOptions) {
  let inProgress = 0;
  let closing = false;
  return {
    onRequest(request: FastifyRequest, reply: FastifyReply, next: () => void): void {
      if (inProgress >= settings.maxConcurrentRequests) {
        const message = `${inProgress} requests in progress, at most ${settings.maxConcurrentRequests}: try again later`;
        sendFailure(reply, 503, RPC_CODE.limitExceeded, message);
        return;
      }
      inProgress++;
      // Comes also when the client goes away half-way.
      reply.raw.once('close', () => inProgress--);

      if (!isHostAllowed(request.headers.host, settings.vhosts)) {
        sendText(reply, 403, 'invalid host specified');
        return;
      }
      const cors = corsHeaders(request.headers.origin, settings.corsDomains);
      if (cors !== undefined) reply.headers(cors);
      if (request.method === 'OPTIONS') {
        if (cors !== undefined) reply.headers(PREFLIGHT_HEADERS);
        reply.code(204).send();
        return;
      }
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

/** Errors of reading a request; handlers have none. */
function answerHttpError(settings: RpcOptions) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    switch (error.code) {
      case 'FST_ERR_CTP_BODY_TOO_LARGE': {
        const message = `request too large: at most ${settings.maxBodyBytes} bytes`;
        sendFailure(reply, 413, RPC_CODE.invalidRequest, message);
        return;
      }
      case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
        sendText(reply, 415, INVALID_CONTENT_TYPE);
        return;
      default: {
        const status = error.statusCode ?? 500;
        const isClients = status < 500;
        const message = isClients ? error.message : 'internal error';
        sendFailure(reply, status, isClients ? RPC_CODE.invalidRequest : RPC_CODE.internalError, message);
      }
    }
  };
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

function listenError(error: NodeJS.ErrnoException, { host, port }: RpcOptions): Error {
  const where = `JSON-RPC cannot listen on ${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE': {
      const advice = 'choose another with --http.port, or 0 to have a free one picked';
      return new Error(`${where}: the address is already in use; ${advice}`, { cause: error });
    }
    case 'EACCES':
      return new Error(`${where}: not permitted; choose a port from 1024 up with --http.port`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${where}: no address of this machine; choose another with --http.addr`, {
        cause: error,
      });
    default:
      return new Error(`${where}: ${error.message}`, { cause: error });
  }
}
