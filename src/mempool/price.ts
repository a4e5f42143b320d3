import type { DecodedTransaction } from '../transaction/transaction.ts';

/**
 * Wei per gas the block producer would gain now (EIP-1559): what one transaction is worth to the pool. Negative when
 * the fee cap is below the base fee: worth less the further the base fee must fall.
 */
export function effectiveTip(transaction: DecodedTransaction, baseFee: bigint): bigint {
  const left = transaction.feeCap - baseFee;
  return left < transaction.tipCap ? left : transaction.tipCap;
}

/** Wei the sender must own for the transaction to be executable: gas limit x fee cap + value. */
export function costOf(transaction: DecodedTransaction): bigint {
  return transaction.gasLimit * transaction.feeCap + transaction.value;
}
