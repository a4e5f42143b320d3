/** Valid transactions of every type the pool takes, with exactly the gas they need. */
import { encode } from '@ethereumjs/rlp';

import { fromHex } from '../../src/bytes.ts';
import type { Hex } from '../../src/bytes.ts';
import { keccak256, sign } from '../../src/transaction/crypto.ts';
import { gasFloors } from '../../src/transaction/intrinsic-gas.ts';
import { signTransaction, type UnsignedTransaction } from '../../src/transaction/sign.ts';
import type { Authorization } from '../../src/transaction/transaction.ts';
import { TESTNET_CHAIN_ID } from './accounts.ts';
import type { FundedAccount } from './accounts.ts';

export const TRANSACTION_TYPES = ['legacy', 'eip2930', 'eip1559', 'eip7702'] as const;

export type TransactionType = (typeof TRANSACTION_TYPES)[number];

const GWEI = 10n ** 9n;
/** Pays any base fee a development chain has, and lets one account afford 20 million transfers. */
const FEE_CAP_WEI = 20n * GWEI;
const TIP_WEI = GWEI;
const VALUE_WEI = 1n;

/** EIP-7702: what an authorization is signed over begins with this byte. */
const AUTHORIZATION_MAGIC = 0x05;
const STORAGE_KEYS: readonly Hex[] = [`0x${'00'.repeat(32)}`, `0x${'00'.repeat(31)}01`];

export interface Transfer {
  type: TransactionType;
  from: FundedAccount;
  to: FundedAccount;
  nonce: bigint;
  data: Uint8Array;
  /** Percent on top of the usual fees: a replacement must pay more than what it replaces. */
  bumpPercent: number;
}

/** Everything but the signature: also where invalid ones begin. */
export function unsignedTransfer({ type, to, nonce, data, bumpPercent }: Transfer): UnsignedTransaction {
  const base = {
    chainId: TESTNET_CHAIN_ID,
    nonce,
    gasLimit: 0n,
    feeCap: raised(FEE_CAP_WEI, bumpPercent),
    to: to.address,
    value: VALUE_WEI,
    data,
  };
  const accessList = [{ address: to.address, storageKeys: [...STORAGE_KEYS] }];
  const unsigned = ((): UnsignedTransaction => {
    switch (type) {
      case 'legacy':
        return { ...base, type: 0 };
      case 'eip2930':
        return { ...base, type: 1, accessList };
      case 'eip1559':
        return { ...base, type: 2, tipCap: raised(TIP_WEI, bumpPercent) };
      case 'eip7702':
        return {
          ...base,
          type: 4,
          tipCap: raised(TIP_WEI, bumpPercent),
          authorizationList: [authorization(to, nonce)],
        };
    }
  })();
  return { ...unsigned, gasLimit: gasLimitOf(unsigned) };
}

export function signedTransfer(transfer: Transfer): Uint8Array {
  return signTransaction(unsignedTransfer(transfer), transfer.from.privateKey);
}

/** The most a transfer of this type and size can cost, wei: without zero bytes calldata is dearest. */
export function dearest(type: TransactionType, dataBytes: number, bumpPercent: number): bigint {
  const gas = gasFloors({
    to: `0x${'00'.repeat(20)}`,
    data: new Uint8Array(dataBytes).fill(1),
    accessList: type === 'eip2930' ? [{ address: '0x', storageKeys: [...STORAGE_KEYS] }] : [],
    authorizationList: type === 'eip7702' ? [NO_AUTHORIZATION] : [],
  });
  return BigInt(Math.max(gas.intrinsic, gas.floorData)) * raised(FEE_CAP_WEI, bumpPercent) + VALUE_WEI;
}

const NO_AUTHORIZATION: Authorization = { chainId: 0n, address: '0x', nonce: 0n, yParity: 0, r: 0n, s: 0n };

function gasLimitOf({ to, data, accessList, authorizationList }: UnsignedTransaction): bigint {
  const { intrinsic, floorData } = gasFloors({
    to,
    data: data ?? new Uint8Array(0),
    accessList: accessList ?? [],
    authorizationList: authorizationList ?? [],
  });
  return BigInt(Math.max(intrinsic, floorData));
}

/** Rounded up: a wei short of the bump is refused. */
function raised(wei: bigint, percent: number): bigint {
  if (percent === 0) return wei;
  return (wei * BigInt(Math.round(10_000 + percent * 100)) + 9_999n) / 10_000n;
}

/** `authority` lets its account run the code of itself; of no effect here, where nothing is executed. */
function authorization(authority: FundedAccount, nonce: bigint): Authorization {
  const fields = [TESTNET_CHAIN_ID, fromHex(authority.address), nonce];
  const { r, s, yParity } = sign(
    keccak256(Uint8Array.of(AUTHORIZATION_MAGIC, ...encode(fields))),
    authority.privateKey,
  );
  return { chainId: TESTNET_CHAIN_ID, address: authority.address, nonce, yParity, r, s };
}
