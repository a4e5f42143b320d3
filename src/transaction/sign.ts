import { encode } from '@ethereumjs/rlp';
import { fromHex } from '../bytes.ts';
import { keccak256, sign } from './crypto.ts';
import type { AccessListEntry, Authorization, DecodedTransaction } from './transaction.ts';

/** What a sender decides, by the names of `DecodedTransaction`. Types 0 and 1 pay `feeCap`, their gas price. */
export interface UnsignedTransaction extends Pick<
  DecodedTransaction,
  'type' | 'nonce' | 'gasLimit' | 'feeCap' | 'value'
> {
  /** Undefined only for legacy without replay protection. */
  chainId: bigint | undefined;
  /** Types 2 and 4 only. */
  tipCap?: bigint;
  /** Left out, a contract is created. */
  to?: DecodedTransaction['to'];
  data?: Uint8Array;
  accessList?: readonly AccessListEntry[];
  /** Type 4 only, each already signed by its authority. */
  authorizationList?: readonly Authorization[];
}

/**
 * Builds and signs; the encoding is canonical, the rules of a chain are not checked.
 * @param privateKey 32 bytes.
 * @throws {RangeError} when a field belongs to another type, or a typed transaction has no chain id.
 */
export function signTransaction(unsigned: UnsignedTransaction, privateKey: Uint8Array): Uint8Array {
  const fields = signedFields(unsigned);
  const { type, chainId } = unsigned;
  const replayProtection = type === 0 && chainId !== undefined ? [chainId, 0n, 0n] : [];
  const { r, s, yParity } = sign(keccak256(envelope(type, [...fields, ...replayProtection])), privateKey);
  return envelope(type, [...fields, recoveryId(unsigned, yParity), r, s]);
}

type RlpValue = bigint | Uint8Array | RlpValue[];

function envelope(type: number, fields: RlpValue[]): Uint8Array {
  const list = encode(fields);
  if (type === 0) return list;
  const out = new Uint8Array(1 + list.length);
  out[0] = type;
  out.set(list, 1);
  return out;
}

function recoveryId({ type, chainId }: UnsignedTransaction, yParity: 0 | 1): bigint {
  if (type !== 0) return BigInt(yParity);
  return BigInt(yParity) + (chainId === undefined ? 27n : chainId * 2n + 35n);
}

function signedFields(unsigned: UnsignedTransaction): RlpValue[] {
  const { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value, data, accessList, authorizationList } =
    unsigned;
  if (type !== 0 && chainId === undefined)
    throw new RangeError(`a type ${type} transaction needs a chain id`);
  if (type === 0 && accessList !== undefined) throw new RangeError('a legacy transaction has no access list');
  if (type !== 4 && authorizationList !== undefined)
    throw new RangeError('only type 4 has an authorization list');
  if (type < 2 && tipCap !== undefined && tipCap !== feeCap) {
    throw new RangeError(`a type ${type} transaction has one gas price: leave tipCap out`);
  }

  const fields: RlpValue[] = type === 0 ? [nonce] : [chainId!, nonce];
  if (type >= 2) fields.push(tipCap ?? feeCap);
  fields.push(feeCap, gasLimit, fromHex(to ?? '0x'), value, data ?? new Uint8Array(0));
  if (type !== 0) fields.push((accessList ?? []).map(accessListFields));
  if (type === 4) fields.push((authorizationList ?? []).map(authorizationFields));
  return fields;
}

function accessListFields({ address, storageKeys }: AccessListEntry): RlpValue {
  return [fromHex(address), storageKeys.map(fromHex)];
}

function authorizationFields({ chainId, address, nonce, yParity, r, s }: Authorization): RlpValue {
  return [chainId, fromHex(address), nonce, BigInt(yParity), r, s];
}
