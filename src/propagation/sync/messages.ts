/**
 * What two nodes say in `/txgossip/sync/1`, byte by byte. A frame is its length (unsigned varint), its kind (1 byte) and
 * a body; numbers in bodies are unsigned varints, ids 8 bytes. Nothing is allocated for a count that the bytes at hand
 * do not bear out.
 *
 *   initiator                                   responder
 *   HELLO      salt, count, digest   ──>
 *                                    <──        SAME | BUSY | DIFFERENT salt, count
 *                                    <──        SYMBOLS the first | IDS the first
 *   MORE_SYMBOLS count | MORE_IDS    ──>        SYMBOLS | IDS                        until the difference is known
 *   WANT ids | WANT_LISTED bitmap    ──>        PAGE, PAGE, ...                      each answered ACK
 *   OFFER ids                        ──>        PICK bitmap
 *   PAGE, PAGE, ...                  ──>        ACK each                             as often as there is more to offer
 */
import { lengthen, noSymbols, type CodedSymbols, type Ids } from './coded-symbols.ts';
import type { IdKey } from './difference-decoder.ts';

/** The peer broke the rules of the protocol: no honest one does, whatever its state. */
export class SyncFault extends Error {}

export const KIND = {
  hello: 1,
  same: 2,
  busy: 3,
  different: 4,
  symbols: 5,
  ids: 6,
  moreSymbols: 7,
  moreIds: 8,
  want: 9,
  wantListed: 10,
  page: 11,
  ack: 12,
  offer: 13,
  pick: 14,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** As two of them are the 128-bit key of the ids, neither side chooses it. */
export const SALT_BYTES = 8;
export const DIGEST_BYTES = 16;
const ID_BYTES = 8;
/** A varint of 32 bits. */
const MAX_VARINT_BYTES = 5;
const MAX_UINT32 = 2 ** 32 - 1;

/** In one frame, so that none is larger than 128 KiB. */
export const MAX_SYMBOLS_A_FRAME = 7_168;
export const MAX_IDS_A_FRAME = 16_384;
/** Offered at once: few enough that little is lost on a peer that takes nothing now. */
export const MAX_OFFERED = 2_048;
/** Of one page, whatever their size: bounds the objects a page can make us allocate, and the signatures. */
export const MAX_PAGE_TRANSACTIONS = 512;
/** Of one page, unless a single transaction is larger. */
export const MAX_PAGE_BYTES = 256 * 1024;
/** Pages under way that are not yet answered: what a taker must be able to hold. */
export const PAGE_WINDOW = 4;

export interface Hello {
  salt: Uint8Array;
  count: number;
  digest: Uint8Array;
}

export function encodeHello({ salt, count, digest }: Hello): Uint8Array {
  return joined(salt, varint(count), digest);
}

export function decodeHello(body: Uint8Array): Hello {
  const reader = new Reader(body);
  const hello = {
    salt: reader.bytes(SALT_BYTES),
    count: reader.varint(),
    digest: reader.bytes(DIGEST_BYTES),
  };
  reader.end();
  return hello;
}

export function encodeDifferent({ salt, count }: Omit<Hello, 'digest'>): Uint8Array {
  return joined(salt, varint(count));
}

export function decodeDifferent(body: Uint8Array): Omit<Hello, 'digest'> {
  const reader = new Reader(body);
  const different = { salt: reader.bytes(SALT_BYTES), count: reader.varint() };
  reader.end();
  return different;
}

export function encodeCount(count: number): Uint8Array {
  return varint(count);
}

export function decodeCount(body: Uint8Array): number {
  const reader = new Reader(body);
  const count = reader.varint();
  reader.end();
  return count;
}

/** Of how many ids a set of `setSize` is expected to have in symbol `index` (coded-symbols.ts). */
const expected = (setSize: number, index: number): number => Math.round(setSize / (1 + index / 2));

/**
 * Symbols `from` to `to` of a set of `setSize`: how many, then the sums, the checksums, and the counts as how far they
 * are from what is expected, which is mostly one byte. None says that there are no more.
 */
export function encodeSymbols(symbols: CodedSymbols, from: number, to: number, setSize: number): Uint8Array {
  const length = to - from;
  const out = new Uint8Array(MAX_VARINT_BYTES + length * (12 + MAX_VARINT_BYTES));
  const view = new DataView(out.buffer);
  let at = writeVarint(out, 0, length);
  for (let i = from; i < to; i++, at += 8) {
    view.setInt32(at, symbols.low[i]!);
    view.setInt32(at + 4, symbols.high[i]!);
  }
  for (let i = from; i < to; i++, at += 4) view.setInt32(at, symbols.check[i]!);
  for (let i = from; i < to; i++) at = writeVarint(out, at, zigzag(symbols.count[i]! - expected(setSize, i)));
  return out.subarray(0, at);
}

/** @param asked how many there may be at most. */
export function decodeSymbols(body: Uint8Array, from: number, setSize: number, asked: number): CodedSymbols {
  const reader = new Reader(body);
  const length = reader.varint();
  if (length > asked) throw new SyncFault(`${length} symbols where ${asked} were asked for`);
  if (length * 13 > reader.left) throw new SyncFault(`${reader.left} bytes are no ${length} symbols`);
  const symbols = noSymbols();
  lengthen(symbols, length);
  for (let i = 0; i < length; i++) {
    symbols.low[i] = reader.int32();
    symbols.high[i] = reader.int32();
  }
  for (let i = 0; i < length; i++) symbols.check[i] = reader.int32();
  for (let i = 0; i < length; i++) {
    const count = unzigzag(reader.varint()) + expected(setSize, from + i);
    if (count < 0 || count > setSize) throw new SyncFault(`a symbol of ${count} ids of ${setSize}`);
    symbols.count[i] = count;
  }
  reader.end();
  return symbols;
}

/** Those from `from` to `to`. */
export function encodeIds({ low, high }: Pick<Ids, 'low' | 'high'>, from: number, to: number): Uint8Array {
  const out = new Uint8Array((to - from) * ID_BYTES);
  const view = new DataView(out.buffer);
  for (let i = from, at = 0; i < to; i++, at += ID_BYTES) {
    view.setInt32(at, high[i]!);
    view.setInt32(at + 4, low[i]!);
  }
  return out;
}

export function encodeKeys(keys: readonly IdKey[]): Uint8Array {
  const out = new Uint8Array(keys.length * ID_BYTES);
  const view = new DataView(out.buffer);
  keys.forEach((key, index) => view.setBigUint64(index * ID_BYTES, key));
  return out;
}

/** At least one and at most `most`. */
export function decodeKeys(body: Uint8Array, most: number): IdKey[] {
  const count = body.byteLength / ID_BYTES;
  if (!Number.isInteger(count) || count === 0 || count > most)
    throw new SyncFault(`${body.byteLength} bytes are no list of 1 to ${most} ids`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  return Array.from({ length: count }, (_, index) => view.getBigUint64(index * ID_BYTES));
}

/** Bit 0 of byte 0 is the first. */
export function encodeBitmap(bits: readonly boolean[]): Uint8Array {
  const out = new Uint8Array(bitmapBytes(bits.length));
  bits.forEach((bit, index) => {
    if (bit) out[index >> 3]! |= 1 << (index & 7);
  });
  return out;
}

export function decodeBitmap(bytes: Uint8Array, count: number): boolean[] {
  if (bytes.byteLength !== bitmapBytes(count))
    throw new SyncFault(`a bitmap of ${bytes.byteLength} bytes for ${count}`);
  if (count % 8 !== 0 && bytes.at(-1)! >> (count % 8) !== 0)
    throw new SyncFault('a bitmap with bits beyond its end');
  return Array.from({ length: count }, (_, index) => ((bytes[index >> 3]! >> (index & 7)) & 1) === 1);
}

export const bitmapBytes = (count: number): number => Math.ceil(count / 8);

/** A flag, then what it is about: `isLast` of a page, `goesOn` of its answer, `takes` of an answer to an offer. */
export function encodeFlagged(flag: boolean, rest: Uint8Array): Uint8Array {
  return joined(Uint8Array.of(flag ? 1 : 0), rest);
}

export function decodeFlagged(body: Uint8Array): { flag: boolean; rest: Uint8Array } {
  const [flag] = body;
  if (flag !== 0 && flag !== 1) throw new SyncFault(`${flag ?? 'nothing'} is no flag`);
  return { flag: flag === 1, rest: body.subarray(1) };
}

/** The first fault is thrown: a peer that made one is not read on. */
class Reader {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  get left(): number {
    return this.#body.byteLength - this.#at;
  }

  /** A copy. */
  bytes(length: number): Uint8Array {
    this.#need(length);
    this.#at += length;
    return this.#body.slice(this.#at - length, this.#at);
  }

  int32(): number {
    this.#need(4);
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4);
  }

  /** Up to 2^32 - 1, in as few bytes as possible. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      this.#need(1);
      const byte = this.#body[this.#at++]!;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte >= 0x80) continue;
      if ((byte === 0 && index > 0) || value > MAX_UINT32) break;
      return value;
    }
    throw new SyncFault('no number of 32 bits');
  }

  end(): void {
    if (this.left > 0) throw new SyncFault(`${this.left} bytes too many`);
  }

  #need(length: number): void {
    if (this.left < length) throw new SyncFault(`${length - this.left} bytes too few`);
  }
}

/** Where small numbers of either sign are small: 0, -1, 1, -2... */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** @returns the offset behind it. */
function writeVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 0x80;
  out[at++] = rest;
  return at;
}

export function varint(value: number): Uint8Array {
  const out = new Uint8Array(MAX_VARINT_BYTES);
  return out.subarray(0, writeVarint(out, 0, value));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
