import { isIPv4 } from 'node:net';

export interface DispatcherOptions {
  /** Calls in one batch. A batch is one request to every other bound, so this keeps it from being a thousand times one. */
  maxBatchItems: number;
  /** Bytes of one batch's answer. Bounds memory when small calls with large answers are batched. */
  maxBatchResponseBytes: number;
  /** Calls of one batch that run at once. Keeps one batch from filling the node's verification queue alone. */
  maxBatchConcurrency: number;
}

export interface RpcOptions extends DispatcherOptions {
  /** Address to listen on. Whoever reaches it can submit transactions and, with admin, steer the node: loopback. */
  host: string;
  /** TCP port; 0 picks a free one. */
  port: number;
  /** Namespaces answered. Undefined: eth, net, web3, txpool, and admin when `host` is loopback. `rpc` is always there. */
  namespaces: readonly string[] | undefined;
  /**
   * Host names accepted in the Host header, `*` for any; IP addresses always are. A web page whose name is rebound
   * to this machine's address (DNS rebinding) is stopped here.
   */
  vhosts: readonly string[];
  /** Origins whose web pages may read answers, `*` for any. None: a browser lets no page through. */
  corsDomains: readonly string[];
  /** Bytes of one request. Bounds memory together with `maxConcurrentRequests`. */
  maxBodyBytes: number;
  /** HTTP requests being read or answered at once; one more is answered 503. Bounds memory and work under a flood. */
  maxConcurrentRequests: number;
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
  return isLoopback(options.host) ? [...DEFAULT_NAMESPACES, 'admin'] : DEFAULT_NAMESPACES;
}
