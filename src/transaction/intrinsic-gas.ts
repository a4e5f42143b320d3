/** Gas a transaction costs before it does anything. Independent of state, so whoever sends less is at fault. */
import type { DecodedTransaction } from './transaction.ts';

const GAS = {
  transaction: 21_000,
  /** EIP-2. */
  contractCreation: 32_000,
  zeroByte: 4,
  /** EIP-2028. */
  nonZeroByte: 16,
  /** EIP-3860: for each 32 bytes of init code. */
  initCodeWord: 2,
  /** EIP-2930. */
  accessListAddress: 2_400,
  accessListStorageKey: 1_900,
  /** EIP-7702: PER_EMPTY_ACCOUNT_COST, charged up front for each authorization. */
  authorization: 25_000,
  /** EIP-7623: for each token of calldata; a zero byte is one token, another byte four. */
  floorToken: 10,
} as const;

type GasRelevantFields = Pick<DecodedTransaction, 'to' | 'data' | 'accessList' | 'authorizationList'>;

export interface GasFloors {
  /** Below this execution cannot begin. */
  intrinsic: number;
  /** EIP-7623: what is charged at least, whatever execution used. */
  floorData: number;
}

export function gasFloors({ to, data, accessList, authorizationList }: GasRelevantFields): GasFloors {
  let zeroBytes = 0;
  for (let at = 0; at < data.length; at++) if (data[at] === 0) zeroBytes++;
  const nonZeroBytes = data.length - zeroBytes;

  let intrinsic = GAS.transaction + zeroBytes * GAS.zeroByte + nonZeroBytes * GAS.nonZeroByte;
  if (to === undefined) intrinsic += GAS.contractCreation + Math.ceil(data.length / 32) * GAS.initCodeWord;
  for (const entry of accessList) {
    intrinsic += GAS.accessListAddress + entry.storageKeys.length * GAS.accessListStorageKey;
  }
  intrinsic += authorizationList.length * GAS.authorization;

  return { intrinsic, floorData: GAS.transaction + (zeroBytes + nonZeroBytes * 4) * GAS.floorToken };
}
