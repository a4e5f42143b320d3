/**
 * Every option of a node: name, type, unit, default and what it is for. One table, read by the command line, the
 * configuration file, scenarios and the API alike; defaults stand beside the code they steer and are only named
 * here. Names are geth's where geth has the option.
 */
import { z } from 'zod';
import { defaultHostOptions } from './host/options.ts';
import { MEMPOOL_PRESETS } from './mempool/options.ts';
import { defaultPropagationOptions } from './propagation/options.ts';
import { DEFAULT_RPC_OPTIONS } from './rpc/options.ts';
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
const gossip = option('Gossip');
const validation = option('Validation');

const D = defaultPropagationOptions;
const G = D.gossip;
const P = MEMPOOL_PRESETS.default;
const R = DEFAULT_RPC_OPTIONS;

export const OPTIONS = {
  datadir: identity(
    optionalText,
    undefined,
    'DIR',
    'keeps the identity key; without it the node has a new identity each start',
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
    'namespaces (repeatable or comma separated); default eth,net,web3,txpool, and admin on loopback',
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
  for (const [name, spec] of Object.entries(OPTIONS) as [string, OptionSpec<unknown>][]) {
    if (given[name] === undefined) {
      resolved[name] = spec.default;
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
  if (!(options['gossip.dlo'] <= options['gossip.d'] && options['gossip.d'] <= options['gossip.dhi'])) {
    throw new ConfigError('gossip.dlo <= gossip.d <= gossip.dhi must hold');
  }
  if (options['gossip.dout'] > options['gossip.d'] / 2 || options['gossip.dout'] >= options['gossip.dlo']) {
    throw new ConfigError('gossip.dout must be below gossip.dlo and at most half of gossip.d');
  }
  if (options['gossip.historygossip'] > options['gossip.history']) {
    throw new ConfigError('gossip.historygossip must not exceed gossip.history');
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

function suggest(name: string): string {
  const near = Object.keys(OPTIONS).filter((known) => known.includes(name) || name.includes(known));
  return near.length > 0 ? `; did you mean ${near.slice(0, 3).join(', ')}?` : '; see txgossip node --help';
}
