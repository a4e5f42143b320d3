import type { Hex } from '../../src/bytes.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';

export const GWEI = 1_000_000_000n;
export const ETHER = GWEI * GWEI;

export interface TransactionParts {
  sender?: Hex;
  nonce?: bigint | number;
  /** Wei per gas. */
  tipCap?: bigint;
  /** Wei per gas; 100 gwei above the tip when omitted, so that the tip is what the transaction pays. */
  feeCap?: bigint;
  gasLimit?: bigint;
  value?: bigint;
  /** Length of the encoding. */
  bytes?: number;
}

const NO_DATA = new Uint8Array(0);
const SIGNING_HASH = new Uint8Array(32);
let made = 0;

/** The n-th address of a fixed row of addresses nobody owns. */
export function senderAddress(n: number): Hex {
  return `0x${(n + 1).toString(16).padStart(40, '0')}`;
}

/**
 * A transaction the pool cannot tell from a real one: of type 2, its hash unique in this process, its signature and
 * encoding zeros. For tests of what never looks at them.
 */
export function makeTransaction(parts: TransactionParts = {}): Transaction {
  const tipCap = parts.tipCap ?? GWEI;
  return {
    hash: `0x${(++made).toString(16).padStart(64, '0')}`,
    raw: new Uint8Array(parts.bytes ?? 110),
    type: 2,
    chainId: 31337n,
    nonce: BigInt(parts.nonce ?? 0),
    gasLimit: parts.gasLimit ?? 21_000n,
    feeCap: parts.feeCap ?? tipCap + 100n * GWEI,
    tipCap,
    to: '0x00000000000000000000000000000000000000aa',
    value: parts.value ?? 0n,
    data: NO_DATA,
    accessList: [],
    authorizationList: [],
    yParity: 0,
    r: 1n,
    s: 1n,
    signingHash: SIGNING_HASH,
    sender: parts.sender ?? senderAddress(0),
  };
}
