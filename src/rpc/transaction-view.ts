/** A pooled transaction as JSON-RPC shows it: the fields and shapes of geth's `RPCTransaction`. */
import { z } from 'zod';
import { toHex } from '../bytes.ts';
import type { Authorization, Transaction } from '../transaction/transaction.ts';
import { addressText, bytesText, hashText, quantityText, toQuantity } from './schemas.ts';

const accessListText = z.array(z.object({ address: addressText, storageKeys: z.array(hashText) }));

const authorizationText = z.object({
  chainId: quantityText,
  address: addressText,
  nonce: quantityText,
  yParity: quantityText,
  r: quantityText,
  s: quantityText,
});

/** blockHash, blockNumber and transactionIndex are null: what is pooled is in no block. */
export const transactionText = z
  .object({
    blockHash: z.null(),
    blockNumber: z.null(),
    transactionIndex: z.null(),
    from: addressText,
    gas: quantityText,
    gasPrice: quantityText.meta({ description: 'types 2 and 4: maxFeePerGas, while in no block' }),
    maxFeePerGas: quantityText.optional().meta({ description: 'types 2 and 4' }),
    maxPriorityFeePerGas: quantityText.optional().meta({ description: 'types 2 and 4' }),
    hash: hashText,
    input: bytesText,
    nonce: quantityText,
    to: addressText.nullable().meta({ description: 'null: creates a contract' }),
    value: quantityText,
    type: quantityText,
    accessList: accessListText.optional().meta({ description: 'types 1, 2 and 4' }),
    chainId: quantityText.optional().meta({ description: 'absent: signed for any chain, before EIP-155' }),
    authorizationList: z.array(authorizationText).optional().meta({ description: 'type 4' }),
    v: quantityText,
    r: quantityText,
    s: quantityText,
    yParity: quantityText.optional().meta({ description: 'types 1, 2 and 4' }),
  })
  .meta({ title: 'transaction' });

export type TransactionText = z.infer<typeof transactionText>;

function authorizationView(authorization: Authorization): z.infer<typeof authorizationText> {
  return {
    chainId: toQuantity(authorization.chainId),
    address: authorization.address,
    nonce: toQuantity(authorization.nonce),
    yParity: toQuantity(authorization.yParity),
    r: toQuantity(authorization.r),
    s: toQuantity(authorization.s),
  };
}

/** EIP-155 for legacy transactions, the bare parity for typed ones. */
function v({ type, chainId, yParity }: Transaction): bigint {
  if (type !== 0) return BigInt(yParity);
  return chainId === undefined ? 27n + BigInt(yParity) : chainId * 2n + 35n + BigInt(yParity);
}

export function transactionView(transaction: Transaction): TransactionText {
  const { type, chainId, accessList, authorizationList } = transaction;
  const hasFeeMarket = type === 2 || type === 4;
  return {
    blockHash: null,
    blockNumber: null,
    from: transaction.sender,
    gas: toQuantity(transaction.gasLimit),
    gasPrice: toQuantity(transaction.feeCap),
    ...(hasFeeMarket && {
      maxFeePerGas: toQuantity(transaction.feeCap),
      maxPriorityFeePerGas: toQuantity(transaction.tipCap),
    }),
    hash: transaction.hash,
    input: toHex(transaction.data),
    nonce: toQuantity(transaction.nonce),
    to: transaction.to ?? null,
    transactionIndex: null,
    value: toQuantity(transaction.value),
    type: toQuantity(type),
    ...(type !== 0 && {
      accessList: accessList.map((entry) => ({ address: entry.address, storageKeys: entry.storageKeys })),
    }),
    ...(chainId !== undefined && { chainId: toQuantity(chainId) }),
    ...(type === 4 && { authorizationList: authorizationList.map(authorizationView) }),
    v: toQuantity(v(transaction)),
    r: toQuantity(transaction.r),
    s: toQuantity(transaction.s),
    ...(type !== 0 && { yParity: toQuantity(transaction.yParity) }),
  };
}
