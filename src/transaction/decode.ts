/**
 * Bytes to a transaction, strictly: one transaction has one encoding, and whatever can be told without state or
 * signature recovery is told here. Cheap checks come first, so that a flood of bad bytes costs little.
 */
import { toHex, type Hex } from '../bytes.ts';
import { keccak256 } from './crypto.ts';
import { readFields, type RawFields } from './fields.ts';
import { gasFloors } from './intrinsic-gas.ts';
import type { TransactionRefusal, TransactionRefusalCode } from './refusal.ts';
import { headerLength, RlpReader, TWO_POW_256, writeListHeader } from './rlp.ts';
import type { TransactionRules } from './rules.ts';
import type { DecodedTransaction, TransactionType } from './transaction.ts';

/** EIP-2681: a nonce is below this. */
const MAX_NONCE = (1n << 64n) - 1n;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HALF_ORDER = SECP256K1_ORDER >> 1n;

function refuse(code: TransactionRefusalCode, message: string): TransactionRefusal {
  return { code, message };
}

/**
 * Never throws, whatever the bytes. The result keeps `raw`, not a copy: it must not be changed afterwards.
 * @param raw an EIP-2718 transaction: `type || rlp(...)`, or `rlp(...)` for legacy.
 * @param hash of `raw`, where the caller has computed it already.
 */
export function decodeTransaction(
  raw: Uint8Array,
  rules: TransactionRules,
  hash?: Hex,
): DecodedTransaction | TransactionRefusal {
  if (raw.length > rules.maxBytes) {
    return refuse('oversized', `oversized data: transaction size ${raw.length}, limit ${rules.maxBytes}`);
  }
  const first = raw[0];
  if (first === undefined) return refuse('malformed', 'typed transaction too short');
  const type = typeOf(first);
  if (type === undefined) return refuse('type-not-supported', 'transaction type not supported');
  if (type !== 0 && raw.length === 1) return refuse('malformed', 'typed transaction too short');

  const reader = new RlpReader(raw, type === 0 ? 0 : 1);
  const fields = readFields(reader, type);
  if (reader.fault !== undefined) return refuse('malformed', reader.fault);

  const signer = signerOf(fields, type);
  if (signer === undefined) return refuse('invalid-signature', INVALID_VALUES);
  const refusal = judge(fields, type, signer.chainId, rules);
  if (refusal !== undefined) return refusal;

  return {
    hash: hash ?? transactionHash(raw),
    raw,
    type,
    chainId: signer.chainId,
    nonce: fields.nonce,
    gasLimit: fields.gasLimit,
    feeCap: fields.feeCap,
    tipCap: fields.tipCap,
    to: fields.to,
    value: fields.value,
    data: fields.data,
    accessList: fields.accessList,
    authorizationList: fields.authorizationList,
    yParity: signer.yParity,
    r: fields.r,
    s: fields.s,
    signingHash: keccak256(signedBytes(raw, fields, type, signer.chainId)),
  };
}

/** keccak-256 of the encoding. */
export function transactionHash(raw: Uint8Array): Hex {
  return toHex(keccak256(raw));
}

const INVALID_VALUES = 'invalid sender: invalid transaction v, r, s values';

/** EIP-2718: a first byte from 0xc0 is the list of a legacy transaction; 0x80 to 0xbf fails as no list later. */
function typeOf(first: number): TransactionType | undefined {
  if (first >= 0x80) return 0;
  return first === 1 || first === 2 || first === 4 ? first : undefined;
}

interface Signer {
  chainId: bigint | undefined;
  yParity: 0 | 1;
}

/** Takes apart legacy `v`: 27 or 28, or, since EIP-155, chainId * 2 + 35 or 36. Undefined: `v` is neither. */
function signerOf({ chainId, v }: RawFields, type: TransactionType): Signer | undefined {
  if (type !== 0) return v > 1n ? undefined : { chainId, yParity: v === 0n ? 0 : 1 };
  if (v === 27n || v === 28n) return { chainId: undefined, yParity: v === 27n ? 0 : 1 };
  if (v < 35n) return undefined;
  const offset = v - 35n;
  return { chainId: offset >> 1n, yParity: (offset & 1n) === 0n ? 0 : 1 };
}

function judge(
  fields: RawFields,
  type: TransactionType,
  chainId: bigint | undefined,
  rules: TransactionRules,
): TransactionRefusal | undefined {
  const { nonce, gasLimit, feeCap, tipCap, to, value, data, r, s } = fields;
  if (chainId === undefined) {
    if (rules.requireReplayProtection) {
      return refuse('wrong-chain-id', 'only replay-protected (EIP-155) transactions allowed');
    }
  } else if (chainId !== rules.chainId) {
    const figures = `have ${chainId.toString()} want ${rules.chainId.toString()}`;
    return refuse('wrong-chain-id', `invalid sender: invalid chain id for signer: ${figures}`);
  }

  if (to === undefined) {
    if (type === 4) {
      return refuse('set-code-creates-contract', 'EIP-7702 transaction cannot be used to create contract');
    }
    if (data.length > rules.maxInitCodeBytes) {
      const figures = `code size ${data.length} limit ${rules.maxInitCodeBytes}`;
      return refuse('init-code-too-large', `max initcode size exceeded: ${figures}`);
    }
  }

  if (feeCap >= TWO_POW_256) return refuse('fee-overflow', 'max fee per gas higher than 2^256-1');
  if (tipCap >= TWO_POW_256) return refuse('fee-overflow', 'max priority fee per gas higher than 2^256-1');
  if (tipCap > feeCap) {
    const figures = `maxPriorityFeePerGas: ${tipCap.toString()}, maxFeePerGas: ${feeCap.toString()}`;
    return refuse('tip-above-fee-cap', `max priority fee per gas higher than max fee per gas: ${figures}`);
  }
  if (gasLimit * feeCap + value >= TWO_POW_256) {
    const figures = 'required balance exceeds 256 bits';
    return refuse('fee-overflow', `insufficient funds for gas * price + value: ${figures}`);
  }

  if (r === 0n || r >= SECP256K1_ORDER || s === 0n || s > HALF_ORDER) {
    return refuse('invalid-signature', INVALID_VALUES);
  }
  if (nonce >= MAX_NONCE) return refuse('nonce-too-large', 'nonce has max value');

  const { intrinsic, floorData } = gasFloors(fields);
  if (gasLimit < intrinsic) {
    const figures = `gas ${gasLimit.toString()}, minimum needed ${intrinsic}`;
    return refuse('intrinsic-gas-too-low', `intrinsic gas too low: ${figures}`);
  }
  if (gasLimit < floorData) {
    const figures = `gas ${gasLimit.toString()}, minimum needed ${floorData}`;
    return refuse('floor-data-gas-too-low', `insufficient gas for floor data gas cost: ${figures}`);
  }
  if (type === 4 && fields.authorizationList.length === 0) {
    return refuse('empty-authorization-list', 'set code tx must have at least one authorization tuple');
  }
  return undefined;
}

/**
 * What the sender signed: `type || rlp(fields before the signature)`, and for EIP-155 chainId, 0, 0 behind them.
 * The fields are the very bytes of `raw`, for their encoding was found canonical; only the list's header is new.
 */
function signedBytes(
  raw: Uint8Array,
  { signedStart, signedEnd }: RawFields,
  type: TransactionType,
  chainId: bigint | undefined,
): Uint8Array {
  const replayProtection = type === 0 && chainId !== undefined ? replayProtectionOf(chainId) : NOTHING;
  const payloadBytes = signedEnd - signedStart + replayProtection.length;
  const typeBytes = type === 0 ? 0 : 1;
  const out = new Uint8Array(typeBytes + headerLength(payloadBytes) + payloadBytes);
  out[0] = type;
  const at = writeListHeader(out, typeBytes, payloadBytes);
  out.set(raw.subarray(signedStart, signedEnd), at);
  out.set(replayProtection, at + signedEnd - signedStart);
  return out;
}

const NOTHING = new Uint8Array(0);

/** rlp(chainId), rlp(0), rlp(0). */
function replayProtectionOf(chainId: bigint): Uint8Array {
  if (chainId === 0n) return Uint8Array.of(0x80, 0x80, 0x80);
  const bytes: number[] = [];
  for (let rest = chainId; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  const isOwnEncoding = bytes.length === 1 && bytes[0]! < 0x80;
  return Uint8Array.from([...(isOwnEncoding ? [] : [0x80 + bytes.length]), ...bytes, 0x80, 0x80]);
}
