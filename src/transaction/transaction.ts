import type { Hex } from '../bytes.ts';

/** EIP-2718 types this node carries. 3 (EIP-4844, blobs) is recognised and refused. */
export type TransactionType = 0 | 1 | 2 | 4;

export interface AccessListEntry {
  address: Hex;
  storageKeys: Hex[];
}

/** EIP-7702. `chainId` 0 means any chain. */
export interface Authorization {
  chainId: bigint;
  address: Hex;
  nonce: bigint;
  yParity: number;
  r: bigint;
  s: bigint;
}

/** What the bytes say, checked against every rule that needs no signature recovery and no state. */
export interface DecodedTransaction {
  /** keccak-256 of `raw`. */
  readonly hash: Hex;
  /** The canonical encoding, as it travels: `type || rlp(...)`, or `rlp(...)` for legacy. */
  readonly raw: Uint8Array;
  readonly type: TransactionType;
  /** Undefined only for a legacy transaction without replay protection (before EIP-155). */
  readonly chainId: bigint | undefined;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** maxFeePerGas; the gas price of types 0 and 1. Wei. */
  readonly feeCap: bigint;
  /** maxPriorityFeePerGas; the gas price of types 0 and 1. Wei. */
  readonly tipCap: bigint;
  /** Undefined creates a contract. */
  readonly to: Hex | undefined;
  /** Wei. */
  readonly value: bigint;
  /** A view into `raw`. */
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  readonly authorizationList: readonly Authorization[];
  readonly yParity: 0 | 1;
  readonly r: bigint;
  readonly s: bigint;
  /** keccak-256 of what the sender signed, 32 bytes. */
  readonly signingHash: Uint8Array;
}

/** A decoded transaction whose signature was recovered. */
export interface Transaction extends DecodedTransaction {
  readonly sender: Hex;
}
