import type { PrivateKey } from '@libp2p/interface';
import { join } from 'node:path';
import { ConfigError, resolveOptions, type NodeOptions } from './config.ts';
import { realEnvironment } from './environment.ts';
import { parseMultiaddr } from './host/address.ts';
import type { Host } from './host/host.ts';
import { createLibp2pHost, type Libp2pHostInit } from './host/libp2p-host.ts';
import { PeerDiskError } from './host/peer-disk.ts';
import { loadIdentity } from './identity.ts';
import type { AccountView } from './mempool/account-view.ts';
import type { Journal } from './mempool/journal.ts';
import { LevelJournal } from './mempool/level-journal.ts';
import { CLIENT_VERSION, Node } from './node.ts';
import type { RpcOptions } from './rpc/options.ts';
import { DEFAULT_RPC_OPTIONS } from './rpc/options.ts';
import type { MetricsServer } from './metrics-server.ts';
import { createRpcServer } from './rpc/server.ts';
import { loadState } from './load-state.ts';
import { loadToken } from './load-token.ts';
import { createLogger, type Logger } from './telemetry/log.ts';
import { noTrace, type TraceSink } from './telemetry/trace.ts';
import { createVerifier } from './transaction/create-verifier.ts';
import { Unwinding } from './unwinding.ts';

export interface RunningNode {
  node: Node;
  /** Where JSON-RPC is served. */
  rpcUrl: string;
  /** Where metrics are served, at /metrics; undefined when they are off. */
  metricsUrl: string | undefined;
  /** Where peers can dial, each ending in /p2p/<peer id>. */
  multiaddrs: string[];
  /** Ends RPC, gossip and connections, in that order. Safe to call twice. */
  stop(): Promise<void>;
}

export interface LaunchExtras {
  /** In place of the account state the options name. */
  state?: AccountView;
  trace?: TraceSink;
  log?: Logger;
  /** In place of the key in the data directory. */
  privateKey?: PrivateKey;
  /** In place of TCP. */
  transports?: Libp2pHostInit['transports'];
  /** For testnets alone: a node that forwards nothing. */
  silent?: boolean;
}

/**
 * Starts a node on real TCP with JSON-RPC over HTTP. `options` are those of the command line, by the same names.
 * @throws {ConfigError} saying what was wrong and what to do; then nothing is left running.
 */
export async function launchNode(
  options: Partial<NodeOptions> = {},
  extras: LaunchExtras = {},
): Promise<RunningNode> {
  const resolved = resolveOptions(options);
  for (const address of [...resolved.listen, ...resolved.peer, ...resolved.bootstrap]) check(address);
  const log = extras.log ?? createLogger(resolved.verbosity);
  const begun = new Unwinding();
  try {
    return await launch(resolved, extras, log, begun);
  } catch (error) {
    await begun.unwind().catch((err: unknown) => log.error({ err }, 'not all that was started has ended'));
    throw error;
  }
}

/** Whatever it begins is in `begun`, as soon as it is. */
async function launch(
  options: NodeOptions,
  extras: LaunchExtras,
  log: Logger,
  begun: Unwinding,
): Promise<RunningNode> {
  const environment = realEnvironment;
  const privateKey = extras.privateKey ?? (await loadIdentity(options.datadir));
  const bearerToken = await loadToken(options['http.token']);
  const { state, upstream } =
    extras.state === undefined ? await loadState(options, environment.clock) : { state: extras.state };
  begun.add(() => upstream?.close());
  const host = await createHost(options, privateKey, extras.transports);
  begun.add(() => host.stop());
  const verifier = await createVerifier({
    backend: options.verifier,
    threads: options['verifier.threads'],
  });
  begun.add(() => verifier.stop());
  const node = new Node({
    options,
    host,
    environment,
    state,
    upstream,
    verifier,
    trace: extras.trace ?? noTrace,
    log,
    journal: journalOf(options),
    silent: extras.silent,
  });
  // It ends what it was given too, in an order of its own; to end that twice does no harm.
  begun.add(() => node.stop());
  const server = createRpcServer(node, rpcOptions(options, bearerToken), {
    clock: environment.clock,
    onInternalError: (error, method) => log.error({ err: error, method }, 'JSON-RPC handler failed'),
  });
  begun.add(() => server.stop());
  await node.start();
  const { url } = await listening(server.start());
  let metrics: MetricsServer | undefined;
  if (options.metrics) {
    metrics = await listening(serveMetrics(node, options));
    begun.add(() => metrics!.stop());
  }
  for (const address of options.peer) {
    node.addPeer(address).catch((error: unknown) => {
      log.warn({ address, reason: (error as Error).message }, 'cannot dial peer, will try again');
    });
  }
  return {
    node,
    rpcUrl: url,
    metricsUrl: metrics?.url,
    multiaddrs: host.addresses().map(String),
    stop: () => begun.unwind(),
  };
}

async function createHost(
  options: NodeOptions,
  privateKey: PrivateKey,
  transports: Libp2pHostInit['transports'],
): Promise<Host> {
  const { datadir, discovery } = options;
  try {
    return await createLibp2pHost({
      privateKey,
      agentVersion: CLIENT_VERSION,
      options: {
        listen: options.listen,
        maxConnections: options.maxpeers,
        maxInboundPerSecond: options['maxpeers.inboundrate'],
        maxInboundPending: options['maxpeers.pending'],
        dialTimeoutMs: options.dialtimeout,
        keepPeersMs: options['peers.keep'],
        mdns: options.mdns,
      },
      peerDirectory: datadir === undefined || discovery === false ? undefined : join(datadir, 'peers'),
      ...(transports !== undefined && { transports }),
    });
  } catch (error) {
    if (error instanceof PeerDiskError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

/** @throws {ConfigError} when it cannot: another address is to be chosen. */
async function listening<Server>(started: Promise<Server>): Promise<Server> {
  try {
    return await started;
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

/** Loaded only where it is wanted: that alone takes some 50 ms. */
async function serveMetrics(node: Node, options: NodeOptions): Promise<MetricsServer> {
  const { startMetrics } = await import('./metrics-server.ts');
  return startMetrics(node, { host: options['metrics.addr'], port: options['metrics.port'] });
}

function journalOf({ datadir, 'txpool.journal': journal }: NodeOptions): Journal | undefined {
  return datadir === undefined || !journal ? undefined : new LevelJournal(join(datadir, 'journal'));
}

function check(address: string): void {
  try {
    parseMultiaddr(address);
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

function rpcOptions(options: NodeOptions, bearerToken: string | undefined): RpcOptions {
  return {
    ...DEFAULT_RPC_OPTIONS,
    bearerToken,
    host: options['http.addr'],
    port: options['http.port'],
    namespaces: options['http.api'],
    vhosts: options['http.vhosts'],
    corsDomains: options['http.corsdomain'],
    maxBodyBytes: options['http.maxbody'],
    maxBatchItems: options['http.maxbatch'],
    maxConcurrentRequests: options['http.maxrequests'],
    maxCallsPerSecond: options['http.rate'],
    maxCallBurst: options['http.burst'],
    gzipThresholdBytes: options['http.gzip'],
    maxFilters: options['http.maxfilters'],
    maxFilterHashes: options['http.filterhashes'],
    websocket: options.ws,
    wsOrigins: options['ws.origins'],
    wsMaxConnections: options['ws.maxconnections'],
    wsMaxConcurrentCalls: options['ws.maxcalls'],
    wsMaxSubscriptions: options['ws.maxsubscriptions'],
    wsMaxBacklogBytes: options['ws.maxbacklog'],
    wsPingIntervalMs: options['ws.ping'],
  };
}
