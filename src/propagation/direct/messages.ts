/**
 * What peers of the baselines say to each other, each message in a frame of its own on a stream that carries one
 * direction:
 *
 *   4 bytes  length of what follows, big-endian
 *   1 byte   kind
 *   content  TRANSACTIONS   RLP list of raw transactions, unasked
 *            HASHES         32 bytes each: the sender has these
 *            REQUEST        4 bytes number, then hashes of what the sender wants
 *            RESPONSE       4 bytes number of the request, then an RLP list of what there is of it
 *
 * Ethereum's `eth` protocol has the same four (Transactions, NewPooledTransactionHashes, GetPooledTransactions,
 * PooledTransactions; EIP-5793 adds type and size to each hash, 5 bytes that are left out here), Bitcoin the last three
 * as INV, GETDATA and TX, and CAT as SeenTx, WantTx and Txs.
 */
import { fromHex, toHex, type Hex } from '../../bytes.ts';
import { PeerFault } from '../../host/peer-streams.ts';
import { encodeByteStrings } from '../../transaction/rlp.ts';

export const TRANSACTIONS = 1;
export const HASHES = 2;
export const REQUEST = 3;
export const RESPONSE = 4;
export type MessageKind = typeof TRANSACTIONS | typeof HASHES | typeof REQUEST | typeof RESPONSE;

export const LENGTH_BYTES = 4;
export const KIND_BYTES = 1;
export const NUMBER_BYTES = 4;
const HASH_BYTES = 32;

/** The peer broke the rules of the protocol: no honest one does, whatever its state. */
export class DirectFault extends PeerFault {}

export interface DirectMessage {
  kind: MessageKind;
  /** Of the request, in REQUEST and RESPONSE. */
  number: number;
  /** Without the number. */
  content: Uint8Array;
}

export const transactionsFrame = (raws: readonly Uint8Array[]): Uint8Array =>
  frame(TRANSACTIONS, undefined, encodeByteStrings(raws));

export const hashesFrame = (hashes: readonly Hex[]): Uint8Array =>
  frame(HASHES, undefined, joinHashes(hashes));

export const requestFrame = (number: number, hashes: readonly Hex[]): Uint8Array =>
  frame(REQUEST, number, joinHashes(hashes));

export const responseFrame = (number: number, raws: readonly Uint8Array[]): Uint8Array =>
  frame(RESPONSE, number, encodeByteStrings(raws));

function frame(kind: MessageKind, number: number | undefined, content: Uint8Array): Uint8Array {
  const headBytes = LENGTH_BYTES + KIND_BYTES + (number === undefined ? 0 : NUMBER_BYTES);
  const bytes = new Uint8Array(headBytes + content.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.byteLength - LENGTH_BYTES);
  view.setUint8(LENGTH_BYTES, kind);
  if (number !== undefined) view.setUint32(LENGTH_BYTES + KIND_BYTES, number);
  bytes.set(content, headBytes);
  return bytes;
}

export const isNumbered = (kind: number): boolean => kind === REQUEST || kind === RESPONSE;
export const isPayload = (kind: number): boolean => kind === TRANSACTIONS || kind === RESPONSE;

/** @param body of a frame: all but its length. @throws {DirectFault} */
export function decodeMessage(body: Uint8Array): DirectMessage {
  const kind = body[0];
  if (kind !== TRANSACTIONS && kind !== HASHES && kind !== REQUEST && kind !== RESPONSE)
    throw new DirectFault(kind === undefined ? 'an empty frame' : `a message of unknown kind ${kind}`);
  if (!isNumbered(kind)) return { kind, number: 0, content: body.subarray(KIND_BYTES) };
  const headBytes = KIND_BYTES + NUMBER_BYTES;
  if (body.byteLength < headBytes) throw new DirectFault('a request or response without its number');
  const number = new DataView(body.buffer, body.byteOffset).getUint32(KIND_BYTES);
  return { kind, number, content: body.subarray(headBytes) };
}

/** @throws {DirectFault} when they are none, no whole number of them, or more than `max`. */
export function decodeHashes(content: Uint8Array, max: number): Hex[] {
  const { byteLength } = content;
  if (byteLength === 0 || byteLength % HASH_BYTES !== 0)
    throw new DirectFault(`${byteLength} bytes are no list of hashes`);
  const count = byteLength / HASH_BYTES;
  if (count > max) throw new DirectFault(`${count} hashes in one message, at most ${max} allowed`);
  return Array.from({ length: count }, (_, index) =>
    toHex(content.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)),
  );
}

function joinHashes(hashes: readonly Hex[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, index) => bytes.set(fromHex(hash), index * HASH_BYTES));
  return bytes;
}
