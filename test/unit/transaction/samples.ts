import fc from 'fast-check';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { decodeTransaction } from '../../../src/transaction/decode.ts';
import { isRefusal } from '../../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES, type TransactionRules } from '../../../src/transaction/rules.ts';
import { signTransaction, type UnsignedTransaction } from '../../../src/transaction/sign.ts';
import type {
  AccessListEntry,
  Authorization,
  DecodedTransaction,
} from '../../../src/transaction/transaction.ts';

/** Mainnet's id: what @ethereumjs/tx assumes when told nothing. */
export const RULES: TransactionRules = { ...DEFAULT_TRANSACTION_RULES, chainId: 1n };

export const PRIVATE_KEY = new Uint8Array(32).fill(0x46);
/** Of PRIVATE_KEY. */
export const ADDRESS: Hex = '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f';

export const TO: Hex = '0x3535353535353535353535353535353535353535';

export const AUTHORIZATION: Authorization = { chainId: 1n, address: TO, nonce: 0n, yParity: 0, r: 1n, s: 1n };

export const LEGACY: UnsignedTransaction = {
  type: 0,
  chainId: 1n,
  nonce: 9n,
  gasLimit: 100_000n,
  feeCap: 20_000_000_000n,
  to: TO,
  value: 1_000_000_000_000_000_000n,
};
export const ACCESS_LIST: UnsignedTransaction = {
  ...LEGACY,
  type: 1,
  accessList: [{ address: TO, storageKeys: [`0x${'00'.repeat(31)}07`] }],
};
export const DYNAMIC_FEE: UnsignedTransaction = { ...LEGACY, type: 2, tipCap: 1_000_000_000n };
export const SET_CODE: UnsignedTransaction = { ...DYNAMIC_FEE, type: 4, authorizationList: [AUTHORIZATION] };

export function signed(
  unsigned: UnsignedTransaction,
  changes: Partial<UnsignedTransaction> = {},
): Uint8Array {
  return signTransaction({ ...unsigned, ...changes }, PRIVATE_KEY);
}

export function decoded(raw: Uint8Array, rules: TransactionRules = RULES): DecodedTransaction {
  const result = decodeTransaction(raw, rules);
  if (isRefusal(result)) throw new Error(`refused: ${result.code}: ${result.message}`);
  return result;
}

/** Every bit length alike, so that each length of encoding is met. */
export function uint(bits: number): fc.Arbitrary<bigint> {
  return fc
    .integer({ min: 0, max: bits })
    .chain((length) =>
      length === 0
        ? fc.constant(0n)
        : fc.bigInt({ min: 1n << BigInt(length - 1), max: (1n << BigInt(length)) - 1n }),
    );
}

function hex(bytes: number): fc.Arbitrary<Hex> {
  return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(toHex);
}

const accessList: fc.Arbitrary<AccessListEntry[]> = fc.array(
  fc.record(
    { address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 3 }) },
    { noNullPrototype: true },
  ),
  { maxLength: 3 },
);

const authorizationList: fc.Arbitrary<Authorization[]> = fc.array(
  fc.record(
    {
      chainId: uint(50),
      address: hex(20),
      nonce: uint(50),
      yParity: fc.constantFrom(0, 1),
      r: uint(256).filter((r) => r > 0n),
      s: uint(255).filter((s) => s > 0n),
    },
    { noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 3 },
);

/** Valid under RULES; nonces below 2^53, for libraries that want them as numbers. */
export const validTransaction: fc.Arbitrary<UnsignedTransaction> = fc
  .record({
    type: fc.constantFrom<0 | 1 | 2 | 4>(0, 1, 2, 4),
    replayProtected: fc.boolean(),
    nonce: uint(53),
    gasLimit: fc.bigInt({ min: 1_000_000n, max: 30_000_000n }),
    fees: fc.tuple(uint(200), uint(200)),
    to: fc.option(hex(20), { nil: undefined }),
    value: uint(250),
    data: fc.uint8Array({ maxLength: 300 }),
    accessList,
    authorizationList,
  })
  .map(
    ({
      type,
      replayProtected,
      nonce,
      gasLimit,
      fees: [a, b],
      to,
      value,
      data,
      accessList,
      authorizationList,
    }) => {
      const [tipCap, feeCap] = a < b ? [a, b] : [b, a];
      return {
        type,
        chainId: type === 0 && !replayProtected ? undefined : RULES.chainId,
        nonce,
        gasLimit,
        feeCap,
        ...(type >= 2 && { tipCap }),
        to: type === 4 ? (to ?? TO) : to,
        value,
        data,
        ...(type > 0 && { accessList }),
        ...(type === 4 && { authorizationList }),
      };
    },
  );

/** Prints the seed when a property fails; SEED in the environment plays it again. */
export function propertyOptions(numRuns: number): { numRuns: number; seed?: number } {
  const { SEED } = process.env;
  return SEED === undefined ? { numRuns } : { numRuns, seed: Number(SEED) };
}
