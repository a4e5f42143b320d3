import { isIPv4 } from 'node:net';

export interface DispatcherOptions {
  /** Calls in one batch. A batch is one request to every other bound, so this keeps it from being a thousand times one. */
  maxBatchItems: number;
  /** Bytes of one batch's answer. Bounds memory when small calls with large answers are batched. */
  maxBatchResponseBytes: number;
  /** Calls of one batch that run at once. Keeps one batch from filling the node's verification queue alone. */
  maxBatchConcurrency: number;
}

export interface FilterOptions {
  /** Filters of all clients. Bounds what clients that make them and go away leave behind. */
  maxFilters: number;
  /**
   * Hashes kept for filters that have not asked for them, of transactions and of blocks each (about 100 bytes one).
   * Bounds memory when clients ask rarely and transactions come fast: the slowest loses its filter.
   */
  maxFilterHashes: number;
  /** A filter nobody asked for this long is forgotten. */
  filterLifetimeMs: number;
}

export interface WebSocketOptions {
  /** WebSocket beside HTTP, on the same address and port, guarded alike. */
  websocket: boolean;
  /**
   * Origins whose web pages may connect, `*` for any; scheme and port may be left out. A client that names no origin
   * is no browser and is let in: the check is against pages, which can open a WebSocket to anywhere.
   */
  wsOrigins: readonly string[];
  /** WebSockets open at once, of `maxConnections`; one more is answered 503. Leaves room for HTTP. */
  wsMaxConnections: number;
  /** Messages of one connection being answered; the next waits unread. Keeps one client from taking every place. */
  wsMaxConcurrentCalls: number;
  /** Subscriptions of one connection. Each costs a message an event. */
  wsMaxSubscriptions: number;
  /**
   * Bytes of notifications a client has yet to read; over it the connection is closed (1008). Bounds what a slow
   * subscriber holds in memory.
   */
  wsMaxBacklogBytes: number;
  /**
   * Between pings. A client that by the next one has neither answered it nor read anything of what waits for it is cut
   * off. Finds dead connections, and clients that call and do not read.
   */
  wsPingIntervalMs: number;
  /** A client must answer the closing of its connection by then: against those that no longer read. */
  wsCloseTimeoutMs: number;
}

export interface RpcOptions extends DispatcherOptions, FilterOptions, WebSocketOptions {
  /** Address to listen on. Whoever reaches it can submit transactions and, with admin, steer the node: loopback. */
  host: string;
  /** TCP port; 0 picks a free one. */
  port: number;
  /**
   * Namespaces answered. Undefined: eth, net, web3, txpool, and, when `host` is loopback, admin and txgossip: who is
   * connected and what came from whom is nobody else's business. `rpc` is always there.
   */
  namespaces: readonly string[] | undefined;
  /**
   * Host names accepted in the Host header, `*` for any; IP addresses always are. A web page whose name is rebound
   * to this machine's address (DNS rebinding) is stopped here.
   */
  vhosts: readonly string[];
  /** Origins whose web pages may read answers, `*` for any. None: a browser lets no page through. */
  corsDomains: readonly string[];
  /** Clients must send `Authorization: Bearer <token>`, else 401. Undefined: whoever reaches the server may call. */
  bearerToken: string | undefined;
  /** Bytes of one HTTP request, unpacked, or of one WebSocket message. Bounds memory with `maxConcurrentRequests`. */
  maxBodyBytes: number;
  /**
   * Requests being read or answered at once. One more is answered 503 over HTTP, and waits unread on a WebSocket.
   * Bounds memory and work under a flood.
   */
  maxConcurrentRequests: number;
  /**
   * Calls a second of one connection, each of a batch counted. Over it HTTP is answered 429, and a WebSocket is read
   * no faster. Bounds what one client can take of the node.
   */
  maxCallsPerSecond: number;
  /** Calls a connection may make at once before the rate holds. */
  maxCallBurst: number;
  /** Answers of at least this many bytes are packed (gzip) for clients that ask for it: packing less costs more than it saves. */
  gzipThresholdBytes: number;
  /** Open connections; one more is closed at once. Bounds file descriptors held by clients that only connect. */
  maxConnections: number;
  /** A client must have sent its headers by then: against clients that drip them byte by byte (slowloris). */
  headersTimeoutMs: number;
  /** A client must have sent the whole request by then: the same for bodies. */
  requestTimeoutMs: number;
  /** A connection on which nothing moves this long during a call is closed: against clients that never read. */
  stalledTimeoutMs: number;
  /** An idle connection is kept this long for the next request. */
  keepAliveTimeoutMs: number;
  /** stop() lets running calls finish this long, then closes their connections. */
  stopTimeoutMs: number;
}

/** Limits are geth's (`rpc/http.go`, `node/defaults.go`) where it has them. */
export const DEFAULT_RPC_OPTIONS: Readonly<RpcOptions> = {
  host: '127.0.0.1',
  port: 8545,
  namespaces: undefined,
  vhosts: ['localhost'],
  corsDomains: [],
  maxBodyBytes: 5 * 1024 * 1024,
  maxBatchItems: 1000,
  maxBatchResponseBytes: 25_000_000,
  // Enough to keep worker threads and journal writes busy; more only lengthens their queues.
  maxBatchConcurrency: 64,
  // Above the connections a load generator holds open to one node.
  maxConcurrentRequests: 1000,
  maxConnections: 2000,
  bearerToken: undefined,
  // Several times what the node can check of signatures a second: a load generator on one connection never meets it.
  maxCallsPerSecond: 20_000,
  maxCallBurst: 40_000,
  gzipThresholdBytes: 4096,
  // geth keeps any number.
  maxFilters: 1000,
  // 20 s of 5,000 transactions a second; wallets ask every 4 s.
  maxFilterHashes: 100_000,
  // geth eth/filters: deadline.
  filterLifetimeMs: 5 * 60_000,
  websocket: true,
  // geth rpc/websocket.go: without a list, pages of this machine.
  wsOrigins: ['http://localhost'],
  wsMaxConnections: 1000,
  wsMaxConcurrentCalls: 64,
  wsMaxSubscriptions: 128,
  // 48,000 hashes, or 8,000 whole transactions: a head that frees a whole pool of geth's size cuts nobody off.
  wsMaxBacklogBytes: 8 * 1024 * 1024,
  // geth rpc/websocket.go: wsPingInterval.
  wsPingIntervalMs: 30_000,
  wsCloseTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  stalledTimeoutMs: 30_000,
  keepAliveTimeoutMs: 120_000,
  stopTimeoutMs: 5_000,
};

/** The defaults with `options` over them; what is undefined stays the default. */
export function resolveRpcOptions(options: Partial<RpcOptions>): RpcOptions {
  const given = Object.entries<unknown>(options).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_RPC_OPTIONS, ...Object.fromEntries(given) };
}

const DEFAULT_NAMESPACES: readonly string[] = ['eth', 'net', 'web3', 'txpool'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

export function enabledNamespaces(options: Pick<RpcOptions, 'host' | 'namespaces'>): readonly string[] {
  if (options.namespaces !== undefined) return options.namespaces;
  return isLoopback(options.host) ? [...DEFAULT_NAMESPACES, 'admin', 'txgossip'] : DEFAULT_NAMESPACES;
}
