/**
 * geth's filters of transactions and blocks. Filters of logs are the upstream's, where there is one: it is asked about
 * every id that is not ours.
 */
import { z } from 'zod';
import type { RpcBackend } from './backend.ts';
import { needsChain, RPC_CODE, RpcFailure } from './error.ts';
import { identifier, identifierText } from './identifier.ts';
import { method, named, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import { hashText } from './schemas.ts';
import { transactionText, transactionView, type TransactionText } from './transaction-view.ts';

const filterId = z.tuple([named('filter id', identifier)]);

function notFound(): RpcFailure {
  return new RpcFailure(RPC_CODE.serverError, 'filter not found');
}

/** Those still pooled. */
function views({ pool }: RpcBackend, hashes: readonly `0x${string}`[]): TransactionText[] {
  return hashes.flatMap((hash) => {
    const pooled = pool.get(hash);
    return pooled === undefined ? [] : [transactionView(pooled.transaction)];
  });
}

const fullTransactions = named(
  'full transactions',
  z.boolean({ error: 'expected true for whole transactions, false for hashes' }).nullish(),
);

export const ethFilters: Namespace = {
  eth_newPendingTransactionFilter: method({
    description:
      'Makes a filter of transactions that become pending. With true it gives whole transactions, of those still in the pool when asked.',
    params: z.tuple([fullTransactions]),
    result: identifierText,
    handler: (_backend, [full], { filters }) =>
      filters.add(full === true ? 'pendingTransactions' : 'pendingHashes'),
  }),
  eth_newBlockFilter: method({
    description:
      'Makes a filter of blocks that become the head. Without a chain behind the node there are none.',
    params: z.tuple([]),
    result: identifierText,
    handler: (_backend, _params, { filters }) => filters.add('blocks'),
  }),
  eth_getFilterChanges: method({
    description:
      'What happened since the filter was last asked, or made. A filter not asked for 5 minutes is gone.',
    params: filterId,
    result: z.union([z.array(hashText), z.array(transactionText), z.array(z.unknown())]),
    handler(backend, [id], { filters }) {
      const changes = filters.changes(id);
      if (changes !== undefined) {
        const { kind, hashes } = changes;
        return kind === 'pendingTransactions' ? views(backend, hashes) : hashes;
      }
      return backend.chain === undefined
        ? notFound()
        : passOn<unknown[]>(backend.chain, 'eth_getFilterChanges', [id]);
    },
  }),
  eth_uninstallFilter: method({
    description: 'Ends a filter. False when there was none.',
    params: filterId,
    result: z.boolean(),
    handler({ chain }, [id], { filters }) {
      if (filters.remove(id)) return true;
      return chain === undefined ? false : passOn<boolean>(chain, 'eth_uninstallFilter', [id]);
    },
  }),
  eth_newFilter: method({
    description: 'Makes a filter of logs, at the upstream. Without one: an error.',
    params: z.tuple([named('filter', z.record(z.string(), z.unknown(), { error: 'expected an object' }))]),
    result: identifierText,
    handler: ({ chain }, [filter]) =>
      chain === undefined ? needsChain('a filter of logs') : passOn<string>(chain, 'eth_newFilter', [filter]),
  }),
  eth_getFilterLogs: method({
    description: 'All logs of a filter of logs, from the upstream. Without one: an error.',
    params: filterId,
    result: z.array(z.unknown()),
    handler: ({ chain }, [id]) =>
      chain === undefined
        ? needsChain('a filter of logs')
        : passOn<unknown[]>(chain, 'eth_getFilterLogs', [id]),
  }),
};
