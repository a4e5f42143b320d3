/** The fields of each transaction type in the order they are encoded, read but not yet judged. */
import { toHex, type Hex } from '../bytes.ts';
import { TWO_POW_256, type RlpReader } from './rlp.ts';
import type { AccessListEntry, Authorization, TransactionType } from './transaction.ts';

const TWO_POW_64 = 1n << 64n;
const TWO_POW_8 = 1n << 8n;
const NO_ACCESS_LIST: readonly AccessListEntry[] = [];
const NO_AUTHORIZATIONS: readonly Authorization[] = [];

/** 2^256 stands for anything larger in the fields that have a refusal of their own: nonce, fees, r and s. */
export interface RawFields {
  /** Undefined for legacy, where it hides in `v`. */
  chainId: bigint | undefined;
  nonce: bigint;
  gasLimit: bigint;
  feeCap: bigint;
  tipCap: bigint;
  to: Hex | undefined;
  value: bigint;
  data: Uint8Array;
  accessList: readonly AccessListEntry[];
  authorizationList: readonly Authorization[];
  /** The recovery id: `v` of legacy, `yParity` of the others. */
  v: bigint;
  r: bigint;
  s: bigint;
  /** The signed fields are the bytes from `signedStart` up to `signedEnd`. */
  signedStart: number;
  signedEnd: number;
}

/** Whether the bytes were well formed is in `reader.fault`; if not, the fields mean nothing. */
export function readFields(reader: RlpReader, type: TransactionType): RawFields {
  const outer = reader.enterList('transaction');
  const signedStart = reader.position;
  const chainId = type === 0 ? undefined : reader.integer('chainId', TWO_POW_256);
  const nonce = reader.integer('nonce');
  const hasTip = type >= 2;
  const tipCap = reader.integer(hasTip ? 'maxPriorityFeePerGas' : 'gasPrice');
  const feeCap = hasTip ? reader.integer('maxFeePerGas') : tipCap;
  const gasLimit = reader.integer('gasLimit', TWO_POW_64);
  const to = readTo(reader);
  const value = reader.integer('value', TWO_POW_256);
  const data = reader.byteString('data');
  const accessList = type === 0 ? NO_ACCESS_LIST : readAccessList(reader);
  const authorizationList = type === 4 ? readAuthorizationList(reader) : NO_AUTHORIZATIONS;
  const signedEnd = reader.position;
  const v = reader.integer(type === 0 ? 'v' : 'yParity', TWO_POW_256);
  const r = reader.integer('r');
  const s = reader.integer('s');
  reader.leaveList('transaction', outer);
  reader.finish();
  return {
    chainId,
    nonce,
    gasLimit,
    feeCap,
    tipCap,
    to,
    value,
    data,
    accessList,
    authorizationList,
    v,
    r,
    s,
    signedStart,
    signedEnd,
  };
}

function readTo(reader: RlpReader): Hex | undefined {
  const to = reader.byteString('to');
  if (to.length === 0) return undefined;
  if (to.length !== 20) reader.fail(`rlp: input string of ${to.length} bytes where 20 or none belong`, 'to');
  return toHex(to);
}

function readAccessList(reader: RlpReader): AccessListEntry[] {
  const entries: AccessListEntry[] = [];
  const outer = reader.enterList('accessList');
  while (reader.hasMore()) {
    const list = reader.enterList('accessList entry');
    const address = toHex(reader.fixedBytes('accessList address', 20));
    const entry = reader.enterList('accessList storageKeys');
    const storageKeys: Hex[] = [];
    while (reader.hasMore()) storageKeys.push(toHex(reader.fixedBytes('accessList storageKey', 32)));
    reader.leaveList('accessList storageKeys', entry);
    reader.leaveList('accessList entry', list);
    entries.push({ address, storageKeys });
  }
  reader.leaveList('accessList', outer);
  return entries;
}

/** EIP-7702 checks only the ranges here: a tuple that does not verify is skipped when executed, not an error. */
function readAuthorizationList(reader: RlpReader): Authorization[] {
  const authorizations: Authorization[] = [];
  const outer = reader.enterList('authorizationList');
  while (reader.hasMore()) {
    const list = reader.enterList('authorization');
    authorizations.push({
      chainId: reader.integer('authorization chainId', TWO_POW_256),
      address: toHex(reader.fixedBytes('authorization address', 20)),
      nonce: reader.integer('authorization nonce', TWO_POW_64),
      yParity: Number(reader.integer('authorization yParity', TWO_POW_8)),
      r: reader.integer('authorization r', TWO_POW_256),
      s: reader.integer('authorization s', TWO_POW_256),
    });
    reader.leaveList('authorization', list);
  }
  reader.leaveList('authorizationList', outer);
  return authorizations;
}
