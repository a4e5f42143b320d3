/** Of `eth`: accounts. The pool's own view of a nonce is `pending`; all else is the chain's, or genesis. */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import type { RpcBackend } from './backend.ts';
import { needsChain, RPC_CODE, RpcFailure } from './error.ts';
import { resolveBlock } from './genesis-block.ts';
import { method, named, type Method, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import { address, addressText, block, bytesText, quantityText, storageSlot, toQuantity } from './schemas.ts';

const accountAtBlock = z.tuple([named('address', address), named('block', block)]);

const EMPTY_SLOT: Hex = `0x${'00'.repeat(32)}`;

/** The accounts the pool is about to be asked of are known. A refusal: they cannot be had now. */
async function prepare({ state }: RpcBackend, account: Hex): Promise<RpcFailure | undefined> {
  try {
    await state.prepare?.([account]);
    return undefined;
  } catch (error) {
    return new RpcFailure(RPC_CODE.serverError, (error as Error).message);
  }
}

const reading: Namespace = {
  eth_accounts: method({
    description: 'Always none: the node holds no keys.',
    params: z.tuple([]),
    result: z.array(addressText),
    handler: () => [],
  }),
  eth_getBalance: method({
    description: 'Balance in wei. The pool does not spend: pending is as latest.',
    params: accountAtBlock,
    result: quantityText,
    handler({ state, chain }, [account, at]) {
      if (chain !== undefined) return passOn<Hex>(chain, 'eth_getBalance', [account, at]);
      const resolved = resolveBlock(state, at);
      return resolved instanceof RpcFailure ? resolved : toQuantity(state.balance(account));
    },
  }),
  eth_getTransactionCount: method({
    description:
      'The next nonce of the chain; for pending, the next one the pool has no pending transaction for.',
    params: accountAtBlock,
    result: quantityText,
    async handler(backend, [account, at]) {
      const { state, pool, chain } = backend;
      if (chain === undefined) {
        const resolved = resolveBlock(state, at);
        if (resolved instanceof RpcFailure) return resolved;
        return toQuantity(resolved === 'pending' ? pool.nextNonce(account) : state.nonce(account));
      }
      if (at !== 'pending') return passOn<Hex>(chain, 'eth_getTransactionCount', [account, at]);
      return (await prepare(backend, account)) ?? toQuantity(pool.nextNonce(account));
    },
  }),
  eth_getCode: method({
    description: 'Code of an account, 0x for none.',
    params: accountAtBlock,
    result: bytesText,
    handler({ state, chain }, [account, at]) {
      if (chain !== undefined) return passOn<Hex>(chain, 'eth_getCode', [account, at]);
      const resolved = resolveBlock(state, at);
      return resolved instanceof RpcFailure ? resolved : (state.code?.(account) ?? '0x');
    },
  }),
  eth_getStorageAt: method({
    description: 'A word of storage. On genesis: zero for accounts without code; of others it is not kept.',
    params: z.tuple([named('address', address), named('slot', storageSlot), named('block', block)]),
    result: bytesText,
    handler({ state, chain }, [account, slot, at]) {
      if (chain !== undefined) return passOn<Hex>(chain, 'eth_getStorageAt', [account, slot, at]);
      const resolved = resolveBlock(state, at);
      if (resolved instanceof RpcFailure) return resolved;
      const hasCode = (state.code?.(account) ?? '0x') !== '0x';
      return hasCode ? needsChain('the storage of a contract') : EMPTY_SLOT;
    },
  }),
};

/** What would need a key: known, so that the caller hears what to do instead. */
const KEYED = ['eth_sendTransaction', 'eth_sign', 'eth_signTransaction', 'eth_signTypedData_v4'] as const;

function keyed(name: string): Method {
  return method({
    description: 'Always an error: the node holds no keys.',
    params: z.tuple([z.unknown().optional()], z.unknown()),
    result: z.never(),
    handler: () =>
      // geth's words for an account it has no key of, before the colon.
      new RpcFailure(
        RPC_CODE.serverError,
        `unknown account: this node holds no keys, so ${name} cannot sign; sign in the wallet and send with eth_sendRawTransaction`,
      ),
  });
}

export const ethAccounts: Namespace = {
  ...reading,
  ...Object.fromEntries(KEYED.map((name) => [name, keyed(name)])),
};
