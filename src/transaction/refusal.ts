/**
 * Why bytes are not a transaction this chain can ever hold. Every code is a fault of whoever made or relayed the
 * bytes: they would be refused by every honest node, whatever its state.
 */
export type TransactionRefusalCode =
  | 'oversized'
  | 'malformed'
  | 'type-not-supported'
  | 'wrong-chain-id'
  | 'invalid-signature'
  | 'nonce-too-large'
  | 'tip-above-fee-cap'
  | 'fee-overflow'
  | 'empty-authorization-list'
  | 'set-code-creates-contract'
  | 'init-code-too-large'
  | 'intrinsic-gas-too-low'
  | 'floor-data-gas-too-low';

/** Expected, so a value: `message` is geth's wording where geth has one. */
export interface TransactionRefusal {
  readonly code: TransactionRefusalCode;
  readonly message: string;
}

/** Tells what `decodeTransaction`, `recoverSender` and a verifier return apart: only a refusal has a code. */
export function isRefusal(value: object): value is TransactionRefusal {
  return 'code' in value;
}
