/** Of `eth`: transactions sent and looked up. What the pool has not is asked of the chain, where there is one. */
import { z } from 'zod';
import { toHex } from '../bytes.ts';
import { needsChain, RPC_CODE, RpcFailure } from './error.ts';
import { method, named, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import {
  bytes,
  bytesText,
  hash,
  hashText,
  quantityOrInteger,
  upstreamText,
  type UpstreamText,
} from './schemas.ts';
import { awaitReceipt } from './transaction-sync.ts';
import { transactionText, transactionView } from './transaction-view.ts';

const rawTransaction = named(
  'transaction',
  bytes,
  'EIP-2718 encoding: type || rlp(...), or rlp(...) for legacy',
);
const byHash = z.tuple([named('hash', hash)]);

export const ethTransactions: Namespace = {
  eth_sendRawTransaction: method({
    description:
      'Validates a signed transaction, keeps it in the pool and spreads it. Answers with its hash.',
    params: z.tuple([rawTransaction]),
    result: hashText,
    async handler(backend, [raw]) {
      const submission = await backend.submit(raw);
      if (submission.status !== 'refused') return submission.hash;
      return new RpcFailure(RPC_CODE.serverError, submission.message, { code: submission.code });
    },
  }),
  eth_sendRawTransactionSync: method({
    description:
      'As eth_sendRawTransaction, and waits until it is in a block (EIP-7966). Answers with the receipt, or with error 4 and the hash when the time is over.',
    params: z.tuple([
      rawTransaction,
      named('timeout', quantityOrInteger.nullish(), 'ms; 0 or none: rpc.txsync.defaulttimeout'),
    ]),
    result: upstreamText,
    async handler(backend, [raw, requested]) {
      const { chain, txSync } = backend;
      if (chain === undefined) return needsChain('eth_sendRawTransactionSync');
      const submission = await backend.submit(raw);
      if (submission.status === 'refused') {
        return new RpcFailure(RPC_CODE.serverError, submission.message, { code: submission.code });
      }
      const wanted = requested == null || requested === 0n ? txSync.defaultTimeoutMs : Number(requested);
      return awaitReceipt(chain, submission.hash, Math.min(wanted, txSync.maxTimeoutMs));
    },
  }),
  eth_getTransactionByHash: method({
    description: 'A transaction of the pool, or else of the chain; null when it is in neither.',
    params: byHash,
    result: z.union([transactionText, upstreamText]).nullable(),
    handler({ pool, chain }, [wanted]) {
      const pooled = pool.get(wanted);
      if (pooled !== undefined) return transactionView(pooled.transaction);
      if (chain === undefined) return null;
      return passOn<UpstreamText | null>(chain, 'eth_getTransactionByHash', [wanted]);
    },
  }),
  eth_getRawTransactionByHash: method({
    description:
      'The bytes of a transaction of the pool, or else of the chain; none (0x) when it is in neither.',
    params: byHash,
    result: bytesText.nullable(),
    handler({ pool, chain }, [wanted]) {
      const pooled = pool.get(wanted);
      if (pooled !== undefined) return toHex(pooled.transaction.raw);
      return chain === undefined ? '0x' : passOn<string>(chain, 'eth_getRawTransactionByHash', [wanted]);
    },
  }),
  eth_getTransactionReceipt: method({
    description: 'From the chain. Null while a transaction is in no block: without a chain, always.',
    params: byHash,
    result: upstreamText.nullable(),
    handler: ({ chain }, [wanted]) =>
      chain === undefined ? null : passOn<UpstreamText | null>(chain, 'eth_getTransactionReceipt', [wanted]),
  }),
  eth_pendingTransactions: method({
    description:
      'Pending transactions that were submitted here. (geth lists those of the accounts it keeps the keys of; this node keeps none.)',
    params: z.tuple([]),
    result: z.array(transactionText),
    handler({ pool }) {
      const own = [...pool.pendingTransactions()].filter((tx) => pool.get(tx.hash)?.origin === 'local');
      return own.map(transactionView);
    },
  }),
};
