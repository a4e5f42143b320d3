/** Of `eth`: blocks and what is in them. Without a chain there is one, genesis, and nothing is in it. */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { blockText, genesisBlock, resolveBlock, type BlockText } from './genesis-block.ts';
import { method, named, type Method, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import {
  block,
  blockNumberOrTag,
  hash,
  quantity,
  quantityText,
  toQuantity,
  upstreamText,
  type BlockNumberOrTag,
  type BlockParameter,
  type UpstreamText,
} from './schemas.ts';

const noParams = z.tuple([]);
const fullTransactions = named(
  'full transactions',
  z.boolean({ error: 'expected true for whole transactions, false for hashes' }),
);

/** Null: there is no such block. */
function findBlock(state: AccountView, at: BlockNumberOrTag | { hash: Hex }): BlockText | null | RpcFailure {
  if (typeof at === 'object') {
    const genesis = genesisBlock(state);
    return genesis.hash === at.hash ? genesis : null;
  }
  const resolved = resolveBlock(state, at);
  // geth's words for a node that builds no blocks.
  if (resolved === 'pending') return new RpcFailure(RPC_CODE.serverError, 'pending block is not available');
  return resolved === 'genesis' ? genesisBlock(state) : null;
}

const head: Namespace = {
  eth_chainId: method({
    description: 'The chain id transactions must be signed for.',
    params: noParams,
    result: quantityText,
    handler: ({ state }) => toQuantity(state.chainId),
  }),
  eth_blockNumber: method({
    description: 'Number of the head; without a chain 0, genesis.',
    params: noParams,
    result: quantityText,
    handler: ({ chain }) => (chain === undefined ? '0x0' : passOn<Hex>(chain, 'eth_blockNumber', [])),
  }),
  eth_syncing: method({
    description: 'Whether the chain is still catching up, and how far it is; without one, false.',
    params: noParams,
    result: z.union([z.literal(false), upstreamText]),
    handler: ({ chain }) =>
      chain === undefined ? (false as const) : passOn<false | UpstreamText>(chain, 'eth_syncing', []),
  }),
  eth_getBlockByNumber: method({
    description: 'A block; null for a number above the head.',
    params: z.tuple([named('block', blockNumberOrTag), fullTransactions]),
    result: z.union([blockText, upstreamText]).nullable(),
    handler: ({ state, chain }, [at, full]) =>
      chain === undefined
        ? findBlock(state, at)
        : passOn<UpstreamText | null>(chain, 'eth_getBlockByNumber', [at, full]),
  }),
  eth_getBlockByHash: method({
    description: 'A block; null for a hash that is none.',
    params: z.tuple([named('hash', hash), fullTransactions]),
    result: z.union([blockText, upstreamText]).nullable(),
    handler: ({ state, chain }, [wanted, full]) =>
      chain === undefined
        ? findBlock(state, { hash: wanted })
        : passOn<UpstreamText | null>(chain, 'eth_getBlockByHash', [wanted, full]),
  }),
};

const blockNumber = named('block', blockNumberOrTag);
const blockHash = named('hash', hash);
const index = named('index', quantity);

/** How many of a thing are in a block, of which genesis has none. */
function countIn(name: string, what: string, at: typeof blockNumber | typeof blockHash): Method {
  return method({
    description: `How many ${what} a block has; null when there is no such block.`,
    params: z.tuple([at]),
    result: quantityText.nullable(),
    handler({ state, chain }, [wanted]) {
      if (chain !== undefined) return passOn<Hex | null>(chain, name, [wanted]);
      const found = findBlock(
        state,
        name.endsWith('Hash') ? { hash: wanted as Hex } : (wanted as BlockNumberOrTag),
      );
      return found instanceof RpcFailure || found === null ? found : '0x0';
    },
  });
}

/** One of the things in a block, of which genesis has none. */
function pickFrom(name: string, what: string, at: typeof blockNumber | typeof blockHash): Method {
  return method({
    description: `The ${what} at a place of a block; null when there is none.`,
    params: z.tuple([at, index]),
    result: upstreamText.nullable(),
    handler: ({ chain }, params) =>
      chain === undefined ? null : passOn<UpstreamText | null>(chain, name, params),
  });
}

const COUNTS = [
  ['eth_getBlockTransactionCountBy', 'transactions'],
  ['eth_getUncleCountByBlock', 'uncles (since proof of stake: none)'],
] as const;
const PICKS = [
  ['eth_getTransactionByBlock', 'transaction'],
  ['eth_getUncleByBlock', 'uncle'],
] as const;

const contents: Namespace = Object.fromEntries([
  ...COUNTS.flatMap(([prefix, what]) => [
    [`${prefix}Number`, countIn(`${prefix}Number`, what, blockNumber)] as const,
    [`${prefix}Hash`, countIn(`${prefix}Hash`, what, blockHash)] as const,
  ]),
  ...PICKS.flatMap(([prefix, what]) => [
    [`${prefix}NumberAndIndex`, pickFrom(`${prefix}NumberAndIndex`, what, blockNumber)] as const,
    [`${prefix}HashAndIndex`, pickFrom(`${prefix}HashAndIndex`, what, blockHash)] as const,
  ]),
]);

const logs: Namespace = {
  eth_getBlockReceipts: method({
    description: 'The receipts of a block; null when there is no such block.',
    params: z.tuple([named('block', block)]),
    result: z.array(upstreamText).nullable(),
    handler({ state, chain }, [at]) {
      if (chain !== undefined) return passOn<UpstreamText[] | null>(chain, 'eth_getBlockReceipts', [at]);
      return isThere(state, at) ? [] : null;
    },
  }),
  eth_getLogs: method({
    description: 'The logs that match a filter; without a chain there are none.',
    params: z.tuple([
      named(
        'filter',
        z.looseObject({ blockHash: hash.nullish() }, { error: 'expected an object: the filter' }),
      ),
    ]),
    result: z.array(upstreamText),
    handler({ state, chain }, [filter]) {
      if (chain !== undefined) return passOn<UpstreamText[]>(chain, 'eth_getLogs', [filter]);
      const at = filter.blockHash;
      if (at == null || isThere(state, { blockHash: at })) return [];
      return new RpcFailure(RPC_CODE.serverError, 'unknown block');
    },
  }),
};

function isThere(state: AccountView, at: BlockParameter): boolean {
  return !(resolveBlock(state, at) instanceof RpcFailure);
}

export const ethBlocks: Namespace = { ...head, ...contents, ...logs };
