/**
 * Rateless invertible Bloom lookup tables: an endless stream of coded symbols of a set of 64-bit ids, of which some 1.35
 * to 1.8 for each difference are enough to find the difference of two sets, whatever their size, and without knowing
 * beforehand how many differ (Yang, Gilad, Alizadeh, "Practical Rateless Set Reconciliation", SIGCOMM 2024).
 *
 * - A coded symbol is the XOR of the ids mapped to it, the XOR of their checksums, and their number. Symbols of two sets
 *   subtract cell by cell to those of the difference; a cell that holds one id gives it away, and taking it out of its
 *   other cells leaves more such (peeling).
 * - Every id is in symbol 0; from symbol i on it is next in one so far ahead that it is in symbol j with probability
 *   1 / (1 + j / 2), drawn from dice that only the id determines (section 4.2).
 * - So symbol 0 of the difference is empty when, and only when, all of it has been found.
 *
 * Ids are keyed hashes (short-id.ts): nobody can choose transactions whose ids or checksums cancel out.
 */

/** Ids as pairs of 32-bit halves: arithmetic that the engine does in registers. */
export interface Ids {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly length: number;
}

/** Symbols 0, 1, 2... of one set, or of the difference of two. */
export interface CodedSymbols {
  low: Int32Array;
  high: Int32Array;
  check: Int32Array;
  count: Int32Array;
  length: number;
}

export function noSymbols(): CodedSymbols {
  const none = new Int32Array(0);
  return { low: none, high: none, check: none, count: none, length: 0 };
}

/** Makes room for `length` symbols; the new ones are empty. */
export function lengthen(symbols: CodedSymbols, length: number): void {
  if (length > symbols.low.length) {
    const room = Math.max(length, symbols.low.length * 2);
    for (const column of ['low', 'high', 'check', 'count'] as const) {
      const wider = new Int32Array(room);
      wider.set(symbols[column].subarray(0, symbols.length));
      symbols[column] = wider;
    }
  }
  symbols.length = length;
}

/** Of an id, 32 bits. Not linear in it, so that the checksums of several do not add up to that of their sum. */
export function checksumOf(low: number, high: number): number {
  let mixed = Math.imul(low ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(high ^ 0x7f4a7c15, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) | 0;
}

/** First state of an id's dice; never 0, where they would stay. */
export function diceOf(low: number, high: number): number {
  return (Math.imul(low, 0x2c1b3c6d) ^ Math.imul(high, 0x297a2d39) ^ (high >>> 15)) | 1;
}

/** Next state: xorshift (Marsaglia 2003), all 2^32 - 1 states but 0. */
export function roll(state: number): number {
  let next = state;
  next ^= next << 13;
  next ^= next >>> 17;
  return next ^ (next << 5);
}

/** Beyond any stream there is. */
const FAR = 2 ** 31;

/**
 * The next symbol after `index` that the id is in. With r uniform in (0, 1], the distance that makes the probabilities
 * 1 / (1 + j / 2) is (index + 1.5) (1 / sqrt(r) - 1), rounded up (section 4.2).
 */
export function nextIndex(index: number, state: number): number {
  const r = ((state >>> 0) + 1) / 2 ** 32;
  return Math.min(FAR, index + Math.ceil((index + 1.5) * (1 / Math.sqrt(r) - 1)));
}

/** Puts one id into (1) or takes it out of (-1) one symbol. */
export function toggle(
  symbols: CodedSymbols,
  index: number,
  low: number,
  high: number,
  check: number,
  sign: number,
): void {
  symbols.low[index]! ^= low;
  symbols.high[index]! ^= high;
  symbols.check[index]! ^= check;
  symbols.count[index]! += sign;
}
