/**
 * Transactions no node may take, one way of being wrong each, everything else right: so that the code of the refusal
 * tells that it was found out for what it is. They carry nonces and keys that no valid one needs.
 */
import { DEFAULT_BLOCK_GAS_LIMIT } from '../../src/state/genesis.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { signTransaction, type UnsignedTransaction } from '../../src/transaction/sign.ts';
import type { InvalidKind } from '../scenario/workload-fields.ts';
import { pauper, TESTNET_CHAIN_ID, veteran } from './accounts.ts';
import type { FundedAccount } from './accounts.ts';
import { unsignedTransfer } from './transfer.ts';

/** EIP-2718 type that nothing uses. */
const UNUSED_TYPE = 0x7e;
/** A signature ends its transaction: a prefix and 32 bytes of s. */
const S_BYTES = 32;
const PREFIX_OF_32_BYTES = 0x80 + S_BYTES;

/** `index` tells those of a workload apart: no two are the same bytes. */
export function invalidTransaction(
  kind: InvalidKind,
  from: FundedAccount,
  to: FundedAccount,
  index: number,
): { raw: Uint8Array; sender: FundedAccount } {
  const valid: UnsignedTransaction = {
    ...unsignedTransfer({ type: 'eip1559', from, to, nonce: 0n, data: new Uint8Array(0), bumpPercent: 0 }),
    value: BigInt(index) + 1n,
  };
  const signed = (change: Partial<UnsignedTransaction> = {}, sender = from) => ({
    raw: signTransaction({ ...valid, ...change }, sender.privateKey),
    sender,
  });
  switch (kind) {
    case 'malformed': {
      const { raw } = signed();
      return { raw: raw.subarray(0, raw.length - 1), sender: from };
    }
    case 'type-not-supported': {
      const { raw } = signed();
      raw[0] = UNUSED_TYPE;
      return { raw, sender: from };
    }
    case 'wrong-chain-id':
      return signed({ chainId: TESTNET_CHAIN_ID + 1n });
    case 'invalid-signature':
      return { raw: withImpossibleS(valid, from), sender: from };
    case 'intrinsic-gas-too-low':
      return signed({ gasLimit: valid.gasLimit - 1n });
    case 'tip-above-fee-cap':
      return signed({ tipCap: valid.feeCap + 1n });
    case 'gas-limit-above-block':
      return signed({ gasLimit: DEFAULT_BLOCK_GAS_LIMIT + 1n });
    case 'nonce-too-low':
      return signed({}, veteran());
    case 'insufficient-funds':
      return signed({}, pauper());
    case 'oversized':
      return signed({ data: new Uint8Array(DEFAULT_TRANSACTION_RULES.maxBytes) });
  }
}

/** s above the order of the curve, where none can be. Another tip where s happens to be shorter than 32 bytes. */
function withImpossibleS(valid: UnsignedTransaction, { privateKey }: FundedAccount): Uint8Array {
  for (let tipCap = valid.tipCap!; ; tipCap++) {
    const raw = signTransaction({ ...valid, tipCap }, privateKey);
    if (raw[raw.length - S_BYTES - 1] !== PREFIX_OF_32_BYTES) continue;
    raw.fill(0xff, raw.length - S_BYTES);
    return raw;
  }
}
