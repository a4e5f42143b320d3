/** Which chain, and where its account state comes from: a genesis file, development accounts or an upstream node. */
import { z } from 'zod';
import { defaultUpstreamOptions as U } from '../state/upstream/options.ts';
import { integer, optionalText, optionGroup, type OptionGroup, text } from './option.ts';

const chain = optionGroup('Chain');

export const chainOptions = {
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
} satisfies OptionGroup;
