/**
 * Every option of a node: name, type, unit, default and what it is for. One table, read by the command line, the
 * configuration file, scenarios and the API alike; defaults stand beside the code they steer and are only named
 * here. Names are geth's where geth has the option.
 */
import { z } from 'zod';
import { defaultHostOptions } from './host/options.ts';
import { MEMPOOL_PRESETS } from './mempool/options.ts';
import { GOSSIP_PRESET_NAMES } from './propagation/gossip-presets.ts';
import { isBaseline, PROPAGATION_MODES } from './propagation/modes.ts';
import { defaultPropagationOptions } from './propagation/options.ts';
import { defaultsGiven } from './option-defaults.ts';
import { MAX_PAGE_BYTES } from './propagation/sync/messages.ts';
import { defaultSyncOptions } from './propagation/sync/options.ts';
import { DEFAULT_RPC_OPTIONS } from './rpc/options.ts';
import { defaultUpstreamOptions } from './state/upstream/options.ts';
import { DEFAULT_TX_SYNC_OPTIONS } from './rpc/transaction-sync.ts';
import { DEFAULT_EXPLAINED_TRANSACTIONS } from './telemetry/transaction-history.ts';
import { DEFAULT_VERIFIER_BACKEND } from './transaction/create-verifier.ts';
import { DEFAULT_TRANSACTION_RULES } from './transaction/rules.ts';

export interface OptionSpec<T> {
  schema: z.ZodType<T>;
  default: T;
  /** How the command line shows the value. */
  value: string;
  help: string;
  group: string;
}

const option =
  (group: string) =>
  <T>(schema: z.ZodType<T>, standard: NoInfer<T>, value: string, help: string): OptionSpec<T> => ({
    schema,
    default: standard,
    value,
    help,
    group,
  });

const text = z.string();
const optionalText = z.string().min(1).optional();
const list = z.union([z.array(z.string()), z.string().transform((item) => [item])]);
const integer = (min: number, max = Number.MAX_SAFE_INTEGER): z.ZodNumber => z.int().min(min).max(max);
const positive = z.number().positive();

const identity = option('Node');
const chain = option('Chain');
const network = option('Network');
const http = option('JSON-RPC');
const pool = option('Transaction pool');
const propagation = option('Propagation');
const gossip = option('Gossip');
const validation = option('Validation');
const sync = option('Reconciliation');

const D = defaultPropagationOptions;
const G = D.gossip;
const P = MEMPOOL_PRESETS.default;
const U = defaultUpstreamOptions;
const R = DEFAULT_RPC_OPTIONS;
const T = DEFAULT_TX_SYNC_OPTIONS;
const S = defaultSyncOptions;

export const OPTIONS = {
  datadir: identity(
    optionalText,
    undefined,
    'DIR',
    'keeps the identity key and the journal; without it the node has a new identity each start',
  ),
  verbosity: identity(
    integer(0, 5),
    2,
    '0-5',
    '0 silent, 1 error, 2 warn, 3 info, 4 debug, 5 trace; JSON lines on standard error',
  ),

  chainid: chain(
    z.union([z.bigint(), integer(1).transform(BigInt)]).optional(),
    undefined,
    'ID',
    'chain id; default: that of the genesis, 31337 without one',
  ),
  genesis: chain(
    optionalText,
    undefined,
    'FILE',
    "account state: geth's genesis.json with chain id and alloc",
  ),
  accounts: chain(integer(0, 10_000), 10, 'N', 'without a genesis file: funded development accounts'),
  mnemonic: chain(
    text,
    'test test test test test test test test test test test junk',
    'WORDS',
    'of the development accounts',
  ),
  upstream: chain(
    z.url({ protocol: /^(?:https?|wss?)$/, error: 'not a URL of http, https, ws or wss' }).optional(),
    undefined,
    'URL',
    'account state: an Ethereum node over JSON-RPC; by ws its heads are told, by http asked for',
  ),
  'upstream.forward': chain(z.boolean(), U.forward, 'BOOL', 'hand pending transactions on to it'),
  'upstream.poll': chain(
    integer(10),
    U.pollMs,
    'MS',
    'between two looks at its head (http), and between attempts to reach it again',
  ),
  'upstream.timeout': chain(
    integer(10),
    U.timeoutMs,
    'MS',
    'a call without an answer has failed: what a hanging upstream can hold up',
  ),
  'upstream.patience': chain(
    integer(1),
    U.patienceMs,
    'MS',
    'a transaction of an unknown account waits this long for it; keep below validation.maxage',
  ),
  'upstream.concurrency': chain(
    integer(1),
    U.maxRequests,
    'N',
    'requests for accounts, or with transactions, under way at once: what a burst costs the upstream',
  ),
  'upstream.batch': chain(
    integer(1),
    U.maxBatchCalls,
    'N',
    'calls in one of them: what its batch limit allows',
  ),
  'upstream.accounts': chain(
    integer(1024),
    U.maxAccounts,
    'N',
    "accounts kept until the next head beside those of the pool's senders: what strangers can fill",
  ),
  'upstream.refresh': chain(
    integer(0),
    U.maxRefreshed,
    'N',
    'senders of the pool asked for again on a head that did not touch them: what a full pool costs the upstream',
  ),
  'upstream.depth': chain(
    integer(1, 1024),
    U.maxDepth,
    'BLOCKS',
    'walked back to a known one, and how long the included are remembered for a reorganisation',
  ),
  'upstream.included': chain(
    integer(0),
    U.maxIncludedBytes,
    'BYTES',
    'of included transactions remembered: what full blocks can fill',
  ),
  'upstream.maxanswer': chain(
    integer(1_048_576),
    U.maxAnswerBytes,
    'BYTES',
    'largest answer over http: what a broken upstream can make the node buffer',
  ),

  listen: network(
    list,
    defaultHostOptions.listen,
    'MULTIADDR',
    'listen here for peers (repeatable); tcp/0 picks a free port',
  ),
  peer: network(list, [], 'MULTIADDR', 'keep a connection to this peer (repeatable)'),
  maxpeers: network(
    integer(1),
    defaultHostOptions.maxConnections,
    'N',
    'connections in all: each costs a socket and gossip traffic',
  ),
  'maxpeers.inboundrate': network(
    positive,
    defaultHostOptions.maxInboundPerSecond,
    'N/S',
    'new connections a second from one address: a flood of handshakes costs CPU',
  ),
  'maxpeers.pending': network(
    integer(1),
    defaultHostOptions.maxInboundPending,
    'N',
    'inbound handshakes under way: what peers that dial and go silent can hold',
  ),
  dialtimeout: network(positive, defaultHostOptions.dialTimeoutMs, 'MS', 'how long a dial may take'),

  'http.addr': http(text, R.host, 'ADDR', 'listen here for JSON-RPC; whoever reaches it can submit'),
  'http.port': http(integer(0, 65_535), R.port, 'PORT', '0 picks a free one'),
  'http.api': http(
    list.optional(),
    undefined,
    'NAMES',
    'namespaces (repeatable or comma separated); default eth,net,web3,txpool, and on loopback admin and txgossip',
  ),
  'http.vhosts': http(list, [...R.vhosts], 'HOSTS', 'accepted Host headers, * for any: stops DNS rebinding'),
  'http.corsdomain': http(list, [...R.corsDomains], 'ORIGINS', 'web origins that may read answers'),
  'http.maxbody': http(integer(1024), R.maxBodyBytes, 'BYTES', 'largest request'),
  'http.maxbatch': http(integer(1), R.maxBatchItems, 'N', 'calls in one batch'),
  'http.maxrequests': http(
    integer(1),
    R.maxConcurrentRequests,
    'N',
    'requests under way at once; one more is answered 503',
  ),
  'http.rate': http(
    positive,
    R.maxCallsPerSecond,
    'N/S',
    'calls a second of one connection, of a WebSocket too; more over HTTP are answered 429, a WebSocket is read slower',
  ),
  'http.burst': http(
    integer(1),
    R.maxCallBurst,
    'N',
    'calls of one connection at once before the rate holds',
  ),
  'http.token': http(
    optionalText,
    undefined,
    'TOKEN',
    'clients must send Authorization: Bearer TOKEN, over WebSocket too; @FILE reads it from a file',
  ),
  'http.gzip': http(
    integer(0),
    R.gzipThresholdBytes,
    'BYTES',
    'answers from this size up are packed for clients that ask',
  ),
  'http.maxfilters': http(
    integer(0),
    R.maxFilters,
    'N',
    'filters kept for all clients: what clients that go away leave behind',
  ),
  'http.filterhashes': http(
    integer(1),
    R.maxFilterHashes,
    'N',
    'hashes kept for filters not asked yet (100 bytes each); over it the slowest filter is dropped',
  ),
  ws: http(z.boolean(), R.websocket, 'BOOL', 'WebSocket on the address and port of HTTP'),
  'ws.origins': http(
    list,
    [...R.wsOrigins],
    'ORIGINS',
    'web origins whose pages may open one, * for any; clients that are no browsers always may',
  ),
  'ws.maxconnections': http(integer(1), R.wsMaxConnections, 'N', 'open at once: memory and file descriptors'),
  'ws.maxcalls': http(
    integer(1),
    R.wsMaxConcurrentCalls,
    'N',
    'messages of one connection under way; the next waits unread, so that one client does not take every place',
  ),
  'ws.maxsubscriptions': http(
    integer(0),
    R.wsMaxSubscriptions,
    'N',
    'of one connection: each costs a message an event',
  ),
  'ws.maxbacklog': http(
    integer(1),
    R.wsMaxBacklogBytes,
    'BYTES',
    'notifications a client has not read; over it the connection is closed: what a slow subscriber holds in memory',
  ),
  'ws.ping': http(
    integer(1),
    R.wsPingIntervalMs,
    'MS',
    'between pings: finds clients that are gone, and those that call and do not read',
  ),

  'rpc.txsync.defaulttimeout': http(
    integer(1),
    T.defaultTimeoutMs,
    'MS',
    'eth_sendRawTransactionSync waits this long when the call names no time',
  ),
  'rpc.txsync.maxtimeout': http(
    integer(1),
    T.maxTimeoutMs,
    'MS',
    'and at most this long: how long a call can hold its place in the server; below 30 s, when idle connections close',
  ),
  'explain.transactions': http(
    integer(0),
    DEFAULT_EXPLAINED_TRANSACTIONS,
    'N',
    'transactions whose course txgossip_explainTransaction can tell (1.3 kB each); 0: none, and it costs nothing',
  ),

  'txpool.preset': pool(
    z.enum(['default', 'experiment']),
    'default',
    'NAME',
    "default: geth's limits; experiment: room for 200,000",
  ),
  'txpool.pricelimit': pool(
    z.union([z.bigint(), integer(0).transform(BigInt)]).optional(),
    undefined,
    'WEI',
    `least tip; default ${P.minTipWei.toString()}`,
  ),
  'txpool.pricebump': pool(
    integer(0).optional(),
    undefined,
    'PERCENT',
    `a replacement pays this much more; default ${P.replacementBumpPercent}`,
  ),
  'txpool.accountslots': pool(
    integer(1).optional(),
    undefined,
    'N',
    `pending slots guaranteed a sender; default ${P.guaranteedSlotsPerSender}`,
  ),
  'txpool.globalslots': pool(
    integer(1).optional(),
    undefined,
    'N',
    `pending slots in all; default ${P.maxPendingSlots}`,
  ),
  'txpool.accountqueue': pool(
    integer(1).optional(),
    undefined,
    'N',
    `queued (nonce gap) transactions of a sender; default ${P.maxQueuedTransactionsPerSender}`,
  ),
  'txpool.globalqueue': pool(
    integer(1).optional(),
    undefined,
    'N',
    `queued slots in all; default ${P.maxQueuedSlots}`,
  ),
  'txpool.lifetime': pool(
    integer(1).optional(),
    undefined,
    'MS',
    `a queued transaction leaves after this time; default ${P.queuedLifetimeMs}`,
  ),
  'txpool.exemptlocals': pool(
    z.boolean(),
    P.exemptLocals,
    'BOOL',
    'transactions submitted here are never evicted for their price',
  ),
  'txpool.journal': pool(
    z.boolean(),
    true,
    'BOOL',
    'with a data directory: transactions submitted here survive a crash',
  ),
  'txpool.save': pool(
    z.boolean(),
    false,
    'BOOL',
    'with a data directory: the pool is saved when the node stops and checked in again when it starts',
  ),

  propagation: propagation(
    z.enum(PROPAGATION_MODES),
    D.mode,
    'NAME',
    'hybrid: gossipsub and reconciliation; push: the gossipsub mesh alone; pull: reconciliation alone, each second; baselines: flood, announce (hash first), eth (as geth)',
  ),
  'propagation.eager': propagation(
    integer(0).optional(),
    undefined,
    'N',
    'baselines: peers that get a transaction whole; default: flood all, announce none, eth the root of their number',
  ),
  'propagation.fetchdelay': propagation(
    integer(0).optional(),
    undefined,
    'MS',
    'announce, eth: an announced transaction may still come by itself for so long; default 0 and 500',
  ),
  'propagation.fetchtimeout': propagation(
    integer(1).optional(),
    undefined,
    'MS',
    'announce, eth: then another announcer is asked; default 2000 and 5000',
  ),
  'propagation.known': propagation(
    integer(0),
    D.maxKnownHashes,
    'N',
    'baselines: hashes remembered of each peer as known to it; 0: only who gave a transaction does not get it back',
  ),
  'gossip.preset': gossip(
    z.enum(GOSSIP_PRESET_NAMES),
    'default',
    'NAME',
    "what the other gossip options default to. default: gossipsub's; ethereum: the consensus layer's; fast: more copies; frugal: fewer",
  ),
  'gossip.d': gossip(integer(1), G.D, 'N', 'target mesh degree: more is faster and more redundant'),
  'gossip.dlo': gossip(integer(1), G.Dlo, 'N', 'graft below this'),
  'gossip.dhi': gossip(integer(1), G.Dhi, 'N', 'prune above this'),
  'gossip.dscore': gossip(integer(0), G.Dscore, 'N', 'kept by score when pruning'),
  'gossip.dout': gossip(integer(0), G.Dout, 'N', 'outbound connections kept in the mesh'),
  'gossip.dlazy': gossip(
    integer(0),
    G.Dlazy,
    'N',
    'peers outside the mesh told (IHAVE) each heartbeat, at least',
  ),
  'gossip.factor': gossip(
    z.number().min(0).max(1),
    G.gossipFactor,
    '0-1',
    'share of the peers outside the mesh told',
  ),
  'gossip.heartbeat': gossip(positive, G.heartbeatMs, 'MS', 'between heartbeats'),
  'gossip.history': gossip(integer(1), G.historyLength, 'N', 'heartbeats a message can be asked for'),
  'gossip.historygossip': gossip(integer(1), G.historyGossip, 'N', 'heartbeats a message is announced for'),
  'gossip.seenttl': gossip(positive, G.seenTtlMs, 'MS', 'a message id is remembered'),
  'gossip.floodpublish': gossip(
    z.boolean(),
    G.floodPublish,
    'BOOL',
    'send own messages to all peers, not to the mesh alone',
  ),
  'gossip.idontwant': gossip(
    integer(0),
    G.idontwantMinBytes,
    'BYTES',
    'announce messages of this size with IDONTWANT',
  ),
  'gossip.maxframe': gossip(
    integer(1024),
    D.maxFrameBytes,
    'BYTES',
    'one RPC frame of a peer: what a length prefix can make the node buffer',
  ),

  sync: sync(
    z.boolean(),
    S.enabled,
    'BOOL',
    'compare pools with peers and exchange what is missing; without it nothing brings what gossip did not',
  ),
  'sync.interval': sync(
    integer(100),
    S.intervalMs,
    'MS',
    'between two comparisons with a peer taken by chance, a quarter more or less: how long what was missed may stay so',
  ),
  'sync.grace': sync(
    integer(0),
    S.graceMs,
    'MS',
    'what became pending so lately is not compared: gossip is about to bring it; 0 where nothing is pushed',
  ),
  'sync.maxsymbols': sync(
    integer(16),
    S.maxSymbols,
    'N',
    'coded symbols (13 bytes) of a session, then all ids are listed: bounds what decoding takes',
  ),
  'sync.maxids': sync(
    integer(1),
    S.maxIds,
    'N',
    'ids (8 bytes) of one list; above the size of any pool: what a peer that claims a huge one can make us hold',
  ),
  'sync.pagebytes': sync(
    integer(1024, MAX_PAGE_BYTES),
    S.pageBytes,
    'BYTES',
    'transactions in one page; a larger one travels alone: how long gossip waits for the verifier',
  ),
  'sync.bytespersecond': sync(
    integer(16_384),
    S.bytesPerSecond,
    'BYTES/S',
    'of pages to one peer, and from it: what is left of line and verifier for gossip',
  ),
  'sync.timeout': sync(
    integer(100),
    S.silenceMs,
    'MS',
    'a peer silent for so long loses the session: how long the silent hold a place',
  ),
  'sync.maxtime': sync(
    integer(1000),
    S.maxSessionMs,
    'MS',
    'the longest session; what is left is for the next: how long those that say little hold a place',
  ),
  'sync.sessions': sync(
    integer(0),
    S.maxIncoming,
    'N',
    'sessions of peers under way: up to 2 MB each; 0: answers nobody',
  ),
  'sync.mininterval': sync(
    integer(0),
    S.minIntervalMs,
    'MS',
    'between two sessions of one peer whose pool differs: each costs ids and symbols of the whole pool',
  ),
  'sync.retry': sync(
    integer(0),
    S.retryMs,
    'MS',
    'what the pool refused for a passing reason is not fetched again for so long',
  ),
  'sync.spread': sync(
    integer(0),
    S.maxSpread,
    'N',
    'transactions of one session that gossip carries on, at most; more travel by sessions alone',
  ),

  'batch.transactions': validation(
    integer(1),
    D.maxBatchTransactions,
    'N',
    'transactions in one gossip message',
  ),
  'batch.bytes': validation(
    integer(1),
    D.maxBatchBytes,
    'BYTES',
    'of one gossip message; a larger transaction travels alone',
  ),
  'batch.delay': validation(
    z.number().min(0),
    D.maxBatchDelayMs,
    'MS',
    'gathering while the line is busy; an idle line sends at once',
  ),
  'validation.messages': validation(
    integer(1),
    D.maxQueuedMessages,
    'N',
    'gossip messages waiting; full: the newcomer is ignored',
  ),
  'validation.bytes': validation(integer(1), D.maxQueuedBytes, 'BYTES', 'of them'),
  'validation.maxage': validation(
    positive,
    D.maxQueueAgeMs,
    'MS',
    'a message older than this is ignored; keep below gossip.history x gossip.heartbeat',
  ),
  'validation.concurrency': validation(
    integer(1),
    D.maxValidating,
    'N',
    'messages under validation at once: enough to fill a turn of the verifier',
  ),
  'validation.gaphold': validation(
    z.number().min(0),
    D.gapHoldMs,
    'MS',
    'a message behind a nonce gap waits this long for it to fill',
  ),
  'validation.held': validation(integer(0), D.maxHeldMessages, 'N', 'messages waiting so'),
  'tx.maxbytes': validation(
    integer(1),
    DEFAULT_TRANSACTION_RULES.maxBytes,
    'BYTES',
    'largest transaction; the same on every node of a network',
  ),
  verifier: validation(
    z.enum(['inline', 'workers']),
    DEFAULT_VERIFIER_BACKEND,
    'KIND',
    'where signatures are checked: inline, or workers (threads)',
  ),
  'verifier.threads': validation(integer(1).optional(), undefined, 'N', 'worker threads; default: cores - 1'),
} satisfies Record<string, OptionSpec<never> | OptionSpec<unknown>>;

export type OptionName = keyof typeof OPTIONS;
/** Every option by its name, resolved. */
export type NodeOptions = { [Name in OptionName]: (typeof OPTIONS)[Name]['default'] };

/** A fault of whoever wrote the configuration: the message says which option, what is wrong and what to write. */
export class ConfigError extends Error {}

/** Later sources win; absent options take their default. @throws {ConfigError} */
export function resolveOptions(...sources: Record<string, unknown>[]): NodeOptions {
  const given = Object.assign({}, ...sources) as Record<string, unknown>;
  for (const name of Object.keys(given)) {
    if (!(name in OPTIONS)) throw new ConfigError(`unknown option "${name}"${suggest(name)}`);
  }
  const resolved: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = defaultsGiven(given);
  for (const [name, spec] of Object.entries(OPTIONS) as [string, OptionSpec<unknown>][]) {
    if (given[name] === undefined) {
      resolved[name] = defaults[name] ?? spec.default;
      continue;
    }
    const parsed = spec.schema.safeParse(given[name]);
    if (!parsed.success) {
      const wrong = parsed.error.issues[0]?.message ?? 'not a valid value';
      throw new ConfigError(`option ${name}: ${wrong}; it takes ${spec.value} (${spec.help})`);
    }
    resolved[name] = parsed.data;
  }
  const options = resolved as NodeOptions;
  checkTogether(options);
  return options;
}

/** `{ http: { port: 1 } }` and `{ 'http.port': 1 }` name the same option. */
export function flattenOptions(nested: Record<string, unknown>, prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(nested)) {
    const name = prefix + key;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      Object.assign(flat, flattenOptions(value as Record<string, unknown>, `${name}.`));
    } else flat[name] = value;
  }
  return flat;
}

function checkTogether(options: NodeOptions): void {
  if (options.propagation === 'pull' && !options.sync) {
    throw new ConfigError(
      'propagation pull without sync: nothing would travel; leave sync on or choose another',
    );
  }
  checkBaselineOptions(options);
  if (!(options['gossip.dlo'] <= options['gossip.d'] && options['gossip.d'] <= options['gossip.dhi'])) {
    throw new ConfigError('gossip.dlo <= gossip.d <= gossip.dhi must hold');
  }
  if (options['gossip.dout'] > options['gossip.d'] / 2 || options['gossip.dout'] >= options['gossip.dlo']) {
    throw new ConfigError('gossip.dout must be below gossip.dlo and at most half of gossip.d');
  }
  if (options['gossip.historygossip'] > options['gossip.history']) {
    throw new ConfigError('gossip.historygossip must not exceed gossip.history');
  }
  if (options.upstream !== undefined && options.genesis !== undefined) {
    throw new ConfigError('upstream and genesis are two sources of one account state; give one of them');
  }
  if (options.upstream !== undefined && options['upstream.patience'] >= options['validation.maxage']) {
    throw new ConfigError(
      `upstream.patience (${options['upstream.patience']} ms) must be below validation.maxage (${options['validation.maxage']} ms): a message that waits for an account would be too old for its verdict`,
    );
  }
  if ((options['sync.pagebytes'] * 1000) / options['sync.bytespersecond'] > options['sync.timeout'] / 2) {
    throw new ConfigError(
      'sync.pagebytes at sync.bytespersecond must take at most half of sync.timeout: else the peer that waits for a page gives up',
    );
  }
  const forwardableMs = options['gossip.history'] * options['gossip.heartbeat'];
  for (const name of ['validation.maxage', 'validation.gaphold'] as const) {
    if (options[name] >= forwardableMs) {
      throw new ConfigError(
        `${name} (${options[name]} ms) must be below gossip.history x gossip.heartbeat (${forwardableMs} ms): a later verdict forwards nothing`,
      );
    }
  }
}

/** What would have no effect is a mistake. */
function checkBaselineOptions(options: NodeOptions): void {
  const { propagation: mode } = options;
  if (!isBaseline(mode) && options['propagation.eager'] !== undefined) {
    throw new ConfigError(
      `propagation.eager is of the baselines; propagation is ${mode}, whose degree is gossip.d`,
    );
  }
  for (const name of ['propagation.fetchdelay', 'propagation.fetchtimeout'] as const) {
    if (options[name] !== undefined && mode !== 'announce' && mode !== 'eth') {
      throw new ConfigError(
        `${name} is of announce and eth; propagation is ${mode}, which fetches nothing so`,
      );
    }
  }
}

function suggest(name: string): string {
  const near = Object.keys(OPTIONS).filter((known) => known.includes(name) || name.includes(known));
  return near.length > 0 ? `; did you mean ${near.slice(0, 3).join(', ')}?` : '; see txgossip node --help';
}
