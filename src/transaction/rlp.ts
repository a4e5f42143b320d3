/**
 * Recursive Length Prefix, as the Yellow Paper (appendix B) defines it, and strictly: of the several ways to write a
 * value only the shortest is read, so that a transaction has one encoding and one hash.
 *
 * Why not `@ethereumjs/rlp` for reading: it copies the rest of the input at every level of nesting, so that 128 KiB
 * of nested lists hold the event loop for a second (measured: 3,000 levels 166 ms, 6,000 levels 1,020 ms; here
 * 0.6 us, for a list where none belongs is not entered). It also hands out copies without their offsets, which the
 * signing hash and `data` want as views of the original, and takes 2.7 us for a plain transfer, this reader 1.4 us.
 * Writing nested values, which no peer can abuse, stays with it (sign.ts).
 */

/** One past the largest integer a field of 32 bytes can hold. What is larger still reads as this. */
export const TWO_POW_256 = 1n << 256n;

const EMPTY = new Uint8Array(0);

/**
 * A cursor over items of known order. The first fault sticks: every later read returns an empty value, loops over
 * `hasMore()` end, and the caller asks for `fault` once, at the end. Nothing is thrown, whatever the bytes.
 */
export class RlpReader {
  readonly #bytes: Uint8Array;
  #position: number;
  /** Where the list being read ends. */
  #limit: number;
  #fault: string | undefined;
  // The payload of the item last read.
  #start = 0;
  #end = 0;
  #isList = false;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#position = position;
    this.#limit = bytes.length;
  }

  /** Offset of the next item. */
  get position(): number {
    return this.#position;
  }

  /** What was wrong first, in geth's words; undefined while all was well. */
  get fault(): string | undefined {
    return this.#fault;
  }

  hasMore(): boolean {
    return this.#fault === undefined && this.#position < this.#limit;
  }

  /** A view of the original bytes. */
  byteString(name: string): Uint8Array {
    return this.#nextString(name) ? this.#bytes.subarray(this.#start, this.#end) : EMPTY;
  }

  /** As `byteString`, of exactly `length` bytes. */
  fixedBytes(name: string, length: number): Uint8Array {
    const bytes = this.byteString(name);
    if (bytes.length === length) return bytes;
    this.fail(`rlp: input string too ${bytes.length < length ? 'short' : 'long'} for ${length} bytes`, name);
    return EMPTY;
  }

  /**
   * Big-endian without leading zeros; the empty string is 0.
   * @param below the first value too large, a fault. Without it integers of more than 32 bytes read as 2^256.
   */
  integer(name: string, below?: bigint): bigint {
    if (!this.#nextString(name)) return 0n;
    if (this.#start < this.#end && this.#bytes[this.#start] === 0) {
      this.fail('rlp: non-canonical integer (leading zero bytes)', name);
      return 0n;
    }
    const value = this.#readInteger();
    if (below !== undefined && value >= below) {
      this.fail(`rlp: input string too long for uint${below.toString(2).length - 1}`, name);
      return 0n;
    }
    return value;
  }

  /** From here to `leaveList` the reads are of the list's items. Returns what `leaveList` wants. */
  enterList(name: string): number {
    const outerLimit = this.#limit;
    if (!this.#nextItem(name)) return outerLimit;
    if (!this.#isList) {
      this.fail('rlp: expected input list', name);
      return outerLimit;
    }
    this.#position = this.#start;
    this.#limit = this.#end;
    return outerLimit;
  }

  /** A fault unless every item of the list was read. */
  leaveList(name: string, outerLimit: number): void {
    if (this.#fault !== undefined) return;
    if (this.#position !== this.#limit) this.fail('rlp: input list has too many elements', name);
    this.#limit = outerLimit;
  }

  /** A fault unless every byte was read. */
  finish(): void {
    if (this.#fault === undefined && this.#position !== this.#bytes.length) {
      this.fail('rlp: input contains more than one value');
    }
  }

  /** Keeps the first fault. */
  fail(what: string, name?: string): void {
    this.#fault ??= name === undefined ? what : `${what}, decoding into ${name}`;
  }

  #nextString(name: string): boolean {
    if (!this.#nextItem(name)) return false;
    if (this.#isList) this.fail('rlp: expected input string or byte', name);
    return !this.#isList;
  }

  /** Reads the header at the cursor and moves the cursor behind the item. */
  #nextItem(name: string): boolean {
    if (this.#fault !== undefined) return false;
    if (this.#position >= this.#limit) {
      this.fail('rlp: too few elements', name);
      return false;
    }
    const prefix = this.#bytes[this.#position]!;
    this.#isList = prefix >= 0xc0;
    if (prefix < 0x80) {
      this.#start = this.#position;
      this.#end = this.#start + 1;
    } else {
      const base = this.#isList ? 0xc0 : 0x80;
      this.#start = this.#position + 1;
      if (prefix <= base + 55) this.#end = this.#start + (prefix - base);
      else if (!this.#readLongLength(prefix - base - 55, name)) return false;
    }
    if (this.#end > this.#limit) {
      this.fail('rlp: value size exceeds available input length', name);
      return false;
    }
    if (prefix === 0x81 && this.#bytes[this.#start]! < 0x80) {
      this.fail('rlp: non-canonical size information', name);
      return false;
    }
    this.#position = this.#end;
    return true;
  }

  #readLongLength(lengthBytes: number, name: string): boolean {
    const start = this.#start + lengthBytes;
    if (start > this.#limit) {
      this.fail('rlp: value size exceeds available input length', name);
      return false;
    }
    // Up to 2^64: inexact above 2^53, but then far beyond any input.
    const length = this.#readNumber(this.#start, start);
    if (this.#bytes[this.#start] === 0 || length < 56) {
      this.fail('rlp: non-canonical size information', name);
      return false;
    }
    this.#start = start;
    this.#end = start + length;
    return true;
  }

  #readInteger(): bigint {
    const length = this.#end - this.#start;
    if (length > 32) return TWO_POW_256;
    // Six bytes at a time: as many as a number holds exactly in whole bytes.
    let at = this.#start + (length % 6);
    let value = BigInt(this.#readNumber(this.#start, at));
    for (; at < this.#end; at += 6) value = (value << 48n) | BigInt(this.#readNumber(at, at + 6));
    return value;
  }

  #readNumber(from: number, to: number): number {
    let number = 0;
    for (let at = from; at < to; at++) number = number * 256 + this.#bytes[at]!;
    return number;
  }
}

/** Bytes of the header before a list or string of `payloadBytes` (of two and more bytes). */
export function headerLength(payloadBytes: number): number {
  let length = 1;
  if (payloadBytes > 55) for (let rest = payloadBytes; rest > 0; rest = Math.floor(rest / 256)) length++;
  return length;
}

/** Writes the header of a list at `at`; returns the offset behind it. */
export function writeListHeader(out: Uint8Array, at: number, payloadBytes: number): number {
  return writeHeader(out, at, payloadBytes, 0xc0);
}

function writeHeader(out: Uint8Array, at: number, payloadBytes: number, base: 0x80 | 0xc0): number {
  const length = headerLength(payloadBytes);
  if (length === 1) {
    out[at] = base + payloadBytes;
    return at + 1;
  }
  out[at] = base + 55 + length - 1;
  for (let index = length - 1, rest = payloadBytes; index > 0; index--, rest = Math.floor(rest / 256)) {
    out[at + index] = rest % 256;
  }
  return at + length;
}

function isOwnEncoding(item: Uint8Array): boolean {
  return item.length === 1 && item[0]! < 0x80;
}

/** What a byte string takes as an item of a list. */
export function byteStringBytes(item: Uint8Array): number {
  return (isOwnEncoding(item) ? 0 : headerLength(item.length)) + item.length;
}

/** An RLP list of byte strings: how a batch of transactions travels. */
export function encodeByteStrings(items: readonly Uint8Array[]): Uint8Array {
  let payloadBytes = 0;
  for (const item of items) payloadBytes += byteStringBytes(item);
  const out = new Uint8Array(headerLength(payloadBytes) + payloadBytes);
  let at = writeListHeader(out, 0, payloadBytes);
  for (const item of items) {
    if (!isOwnEncoding(item)) at = writeHeader(out, at, item.length, 0x80);
    out.set(item, at);
    at += item.length;
  }
  return out;
}

/**
 * Reads what `encodeByteStrings` writes, and nothing else.
 * @param maxItems stops a sender from making us allocate an object for each byte of a message.
 * @returns copies, so that keeping one item does not keep the whole message in memory; undefined when `bytes` is not
 * the canonical encoding of a list of at most `maxItems` byte strings.
 */
export function decodeByteStrings(bytes: Uint8Array, maxItems: number): Uint8Array[] | undefined {
  const items: Uint8Array[] = [];
  const count = readByteStrings(bytes, maxItems, (item) => void items.push(new Uint8Array(item)));
  return count === undefined ? undefined : items;
}

/** How many `decodeByteStrings` would give, and undefined where it does; copies nothing. */
export function countByteStrings(bytes: Uint8Array, maxItems: number): number | undefined {
  return readByteStrings(bytes, maxItems, () => undefined);
}

function readByteStrings(
  bytes: Uint8Array,
  maxItems: number,
  visit: (item: Uint8Array) => void,
): number | undefined {
  const reader = new RlpReader(bytes);
  const outer = reader.enterList('byte strings');
  let count = 0;
  while (reader.hasMore()) {
    if (count === maxItems) return undefined;
    visit(reader.byteString('byte string'));
    count++;
  }
  reader.leaveList('byte strings', outer);
  reader.finish();
  return reader.fault === undefined ? count : undefined;
}
