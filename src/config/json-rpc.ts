/** JSON-RPC over HTTP and WebSocket: who may call, and what a client can cost. */
import { z } from 'zod';
import { NAMESPACE_NAMES, noSuchNamespace } from '../rpc/namespace-names.ts';
import { DEFAULT_RPC_OPTIONS as R } from '../rpc/options.ts';
import { DEFAULT_TX_SYNC_OPTIONS as T } from '../rpc/transaction-sync.ts';
import { DEFAULT_EXPLAINED_TRANSACTIONS } from '../telemetry/transaction-history.ts';
import { integer, list, optionalText, optionGroup, type OptionGroup, positive, text } from './option.ts';

const http = optionGroup('JSON-RPC');

const namespace = z.enum(NAMESPACE_NAMES, { error: ({ input }) => noSuchNamespace(String(input)) });
const namespaces = list
  .transform((items) => items.flatMap((names) => names.split(',')))
  .pipe(z.array(namespace));

export const jsonRpcOptions = {
  'http.addr': http(text, R.host, 'ADDR', 'listen here for JSON-RPC; whoever reaches it can submit'),
  'http.port': http(integer(0, 65_535), R.port, 'PORT', '0 picks a free one'),
  'http.api': http(
    namespaces.optional(),
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
    // Time for the answer that says so, before the connection on which nothing moves is closed.
    integer(1, R.stalledTimeoutMs - 1_000),
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
} satisfies OptionGroup;
