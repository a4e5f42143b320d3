/**
 * JSON-RPC over HTTP/1.1, and the door of WebSocket: the guard and the limits; what a call means is the dispatcher's.
 * HTTP refusals are plain text with geth's status codes, except where a client that knows only JSON-RPC will meet them.
 */
import fastifyCompress from '@fastify/compress';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { realClock } from '../environment.ts';
import { listenHttp } from '../http-listen.ts';
import type { RpcBackend } from './backend.ts';
import { createDispatcher, type Dispatcher, type DispatcherExtras } from './dispatcher.ts';
import { RPC_CODE } from './error.ts';
import { JSON_TYPE, sendFailure, sendText } from './http-answer.ts';
import { createHttpGuard, isWebSocketUpgrade, type HttpGuardInit } from './http-guard.ts';
import { enabledNamespaces, resolveRpcOptions, type RpcOptions } from './options.ts';
import { Slots } from './slots.ts';
import { WebSockets } from './websocket.ts';

export interface RpcServer {
  readonly dispatcher: Dispatcher;
  /** Once. @throws {Error} saying what to do, when the address cannot be listened on. */
  start(): Promise<{ url: string }>;
  /** Running calls are answered, within `stopTimeoutMs`; no socket is left. Safe to call twice and at any moment. */
  stop(): Promise<void>;
}

/** geth rpc/http.go: acceptedContentTypes. */
const CONTENT_TYPES = ['application/json', 'application/json-rpc', 'application/jsonrequest'];

/** @throws {Error} for a namespace that does not exist. */
export function createRpcServer(
  backend: RpcBackend,
  options: Partial<RpcOptions> = {},
  extras: DispatcherExtras = {},
): RpcServer {
  const settings = resolveRpcOptions(options);
  const namespaces = enabledNamespaces(settings);
  const dispatcher = createDispatcher(backend, namespaces, settings, extras);
  const clock = extras.clock ?? realClock;
  const slots = new Slots(settings.maxConcurrentRequests);
  const webSockets = settings.websocket
    ? new WebSockets({ dispatcher, slots, clock, options: settings })
    : undefined;
  const app = createApp({ dispatcher, settings, clock, slots, webSockets });
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    const deadline = setTimeout(() => {
      app.server.closeAllConnections();
      webSockets?.terminate();
    }, settings.stopTimeoutMs);
    try {
      await app.close();
    } finally {
      clearTimeout(deadline);
      dispatcher.stop();
    }
  }

  return {
    dispatcher,
    async start() {
      const { host, port } = settings;
      return { url: await listenHttp(app, { host, port, what: 'JSON-RPC', options: 'http' }) };
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

interface AppInit extends HttpGuardInit {
  dispatcher: Dispatcher;
}

function createApp(init: AppInit): FastifyInstance {
  const { dispatcher, settings, webSockets } = init;
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
      // An offer of HTTP/2, which some clients make with every request, is not taken.
      ...(webSockets !== undefined && { shouldUpgradeCallback: isWebSocketUpgrade }),
    },
  });
  app.server.maxConnections = settings.maxConnections;

  const guard = createHttpGuard(init);
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

  void app.register(fastifyCompress, {
    encodings: ['gzip'],
    requestEncodings: ['gzip'],
    threshold: settings.gzipThresholdBytes,
  });
  webSockets?.register(app);
  // In a scope of their own: routes declared before a plugin has loaded would be without it.
  void app.register((routes, _options, done) => {
    routes.route({
      method: 'GET',
      url: '/',
      // Health checks of load balancers.
      handler: (_request, reply) => reply.code(200).send(),
      ...(webSockets !== undefined && { wsHandler: webSockets.accept }),
    });
    routes.post('/', async (request, reply) => {
      const { body } = request;
      if (!(body instanceof Uint8Array) && request.headers['content-type'] === undefined) {
        return sendText(reply, 415, INVALID_CONTENT_TYPE);
      }
      const caller = guard.callerOf(request.raw.socket);
      const answer = await dispatcher.dispatch(body instanceof Uint8Array ? body : '', caller);
      return reply
        .code(200)
        .type(JSON_TYPE)
        .send(answer ?? '');
    });
    done();
  });
  return app;
}

const INVALID_CONTENT_TYPE = `invalid content type, only ${JSON_TYPE} is supported`;

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
