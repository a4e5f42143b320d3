/** geth's `eth` namespace, as far as a node on genesis state can answer it. */
import { z } from 'zod';
import { toHex, type Hex } from '../bytes.ts';
import { needsChain, RPC_CODE, RpcFailure } from './error.ts';
import { callRequest, estimateGas } from './estimate-gas.ts';
import {
  blockCount,
  feeHistory,
  feeHistoryText,
  percentiles,
  suggestedGasPrice,
  suggestedTip,
} from './fees.ts';
import { blockText, genesisBlock, resolveBlock } from './genesis-block.ts';
import { method, named, type Method, type Namespace } from './method.ts';
import {
  address,
  addressText,
  block,
  blockNumberOrTag,
  bytes,
  bytesText,
  hash,
  hashText,
  quantityText,
  toQuantity,
} from './schemas.ts';
import { transactionText, transactionView } from './transaction-view.ts';

const noParams = z.tuple([]);
const accountAtBlock = z.tuple([named('address', address), named('block', block)]);
const fullTransactions = named(
  'full transactions',
  z.boolean({ error: 'expected true for whole transactions, false for hashes' }),
);

const transactions: Namespace = {
  eth_sendRawTransaction: method({
    description:
      'Validates a signed transaction, keeps it in the pool and spreads it. Answers with its hash.',
    params: z.tuple([
      named('transaction', bytes, 'EIP-2718 encoding: type || rlp(...), or rlp(...) for legacy'),
    ]),
    result: hashText,
    async handler(backend, [raw]) {
      const submission = await backend.submit(raw);
      if (submission.status !== 'refused') return submission.hash;
      return new RpcFailure(RPC_CODE.serverError, submission.message, { code: submission.code });
    },
  }),
  eth_getTransactionByHash: method({
    description: 'A transaction of the pool; null when it is not there.',
    params: z.tuple([named('hash', hash)]),
    result: transactionText.nullable(),
    handler({ pool }, [wanted]) {
      const pooled = pool.get(wanted);
      return pooled === undefined ? null : transactionView(pooled.transaction);
    },
  }),
  eth_getRawTransactionByHash: method({
    description: 'The bytes of a transaction of the pool; none (0x) when it is not there.',
    params: z.tuple([named('hash', hash)]),
    result: bytesText,
    handler({ pool }, [wanted]) {
      const pooled = pool.get(wanted);
      return pooled === undefined ? '0x' : toHex(pooled.transaction.raw);
    },
  }),
  eth_getTransactionReceipt: method({
    description: 'Always null: no transaction is ever included in a block.',
    params: z.tuple([named('hash', hash)]),
    result: z.null(),
    handler: () => null,
  }),
};

const accounts: Namespace = {
  eth_accounts: method({
    description: 'Always none: the node holds no keys.',
    params: noParams,
    result: z.array(addressText),
    handler: () => [],
  }),
  eth_getBalance: method({
    description: 'Balance in wei. The pool does not spend: pending is as latest.',
    params: accountAtBlock,
    result: quantityText,
    handler({ state }, [account, at]) {
      const resolved = resolveBlock(state, at);
      return resolved instanceof RpcFailure ? resolved : toQuantity(state.balance(account));
    },
  }),
  eth_getTransactionCount: method({
    description:
      'The next nonce of the chain; for pending, the next one the pool has no pending transaction for.',
    params: accountAtBlock,
    result: quantityText,
    handler({ state, pool }, [account, at]) {
      const resolved = resolveBlock(state, at);
      if (resolved instanceof RpcFailure) return resolved;
      return toQuantity(resolved === 'pending' ? pool.nextNonce(account) : state.nonce(account));
    },
  }),
  eth_getCode: method({
    description: 'Always none (0x): genesis accounts have no code.',
    params: accountAtBlock,
    result: bytesText,
    handler({ state }, [, at]): Hex | RpcFailure {
      const resolved = resolveBlock(state, at);
      return resolved instanceof RpcFailure ? resolved : '0x';
    },
  }),
};

const fees: Namespace = {
  eth_gasPrice: method({
    description: 'Suggested gas price in wei: the base fee and the suggested tip.',
    params: noParams,
    result: quantityText,
    handler: (backend) => toQuantity(suggestedGasPrice(backend)),
  }),
  eth_maxPriorityFeePerGas: method({
    description: 'Suggested tip in wei.',
    params: noParams,
    result: quantityText,
    handler: (backend) => toQuantity(suggestedTip(backend)),
  }),
  eth_feeHistory: method({
    description: 'Base fees, fullness and tips of past blocks: of genesis.',
    params: z.tuple([
      named('block count', blockCount),
      named('newest block', blockNumberOrTag),
      named('reward percentiles', percentiles.nullish()),
    ]),
    result: feeHistoryText,
    handler: ({ state }, [count, newest, wanted]) => feeHistory(state, count, newest, wanted ?? []),
  }),
  eth_estimateGas: method({
    description: 'Gas of a call that executes no code. What would execute code is refused.',
    params: z.tuple([
      named('transaction', callRequest),
      named('block', block.nullish()),
      named('state overrides', z.record(z.string(), z.unknown()).nullish()),
      named('block overrides', z.record(z.string(), z.unknown()).nullish()),
    ]),
    result: quantityText,
    handler({ state }, [request, at, stateOverrides, blockOverrides]) {
      const resolved = resolveBlock(state, at ?? 'latest');
      if (resolved instanceof RpcFailure) return resolved;
      for (const overrides of [stateOverrides, blockOverrides]) {
        if (overrides != null && Object.keys(overrides).length > 0)
          return needsChain('an estimate with overrides');
      }
      return estimateGas(state, request);
    },
  }),
};

const chain: Namespace = {
  eth_chainId: method({
    description: 'The chain id transactions must be signed for.',
    params: noParams,
    result: quantityText,
    handler: ({ state }) => toQuantity(state.chainId),
  }),
  eth_blockNumber: method({
    description: 'Number of the head: always 0, genesis.',
    params: noParams,
    result: quantityText,
    handler: () => '0x0',
  }),
  eth_syncing: method({
    description: 'Always false: there is nothing to catch up with.',
    params: noParams,
    result: z.literal(false),
    handler: () => false as const,
  }),
  eth_getBlockByNumber: method({
    description: 'Genesis; null for a number above it.',
    params: z.tuple([named('block', blockNumberOrTag), fullTransactions]),
    result: blockText.nullable(),
    handler({ state }, [at]) {
      const resolved = resolveBlock(state, at);
      // geth's words for a node that builds no blocks.
      if (resolved === 'pending')
        return new RpcFailure(RPC_CODE.serverError, 'pending block is not available');
      return resolved === 'genesis' ? genesisBlock(state) : null;
    },
  }),
  eth_getBlockByHash: method({
    description: 'Genesis; null for any other hash.',
    params: z.tuple([named('hash', hash), fullTransactions]),
    result: blockText.nullable(),
    handler({ state }, [wanted]) {
      const genesis = genesisBlock(state);
      return genesis.hash === wanted ? genesis : null;
    },
  }),
};

/** Known to every client, so that it hears why instead of "does not exist". */
const CHAIN_ONLY = [
  'eth_call',
  'eth_createAccessList',
  'eth_getBlockReceipts',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_simulateV1',
] as const;

function unavailable(name: string): Method {
  return method({
    description: 'Needs blocks or a virtual machine, which this node has not: always an error.',
    params: z.tuple([z.unknown().optional()], z.unknown()),
    result: z.never(),
    handler: () => needsChain(name),
  });
}

const chainOnly: Namespace = Object.fromEntries(CHAIN_ONLY.map((name) => [name, unavailable(name)]));

export const eth: Namespace = { ...transactions, ...accounts, ...fees, ...chain, ...chainOnly };
