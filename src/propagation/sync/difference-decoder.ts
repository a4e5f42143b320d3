import {
  checksumOf,
  diceOf,
  lengthen,
  nextIndex,
  noSymbols,
  roll,
  toggle,
  type CodedSymbols,
  type Ids,
} from './coded-symbols.ts';
import { SymbolStream } from './symbol-stream.ts';
import { finish } from './turns.ts';

/** Symbols looked at, or differences taken out, between two chances to do something else: some 0.3 ms. */
const FOUND_A_STEP = 128;

/** 64-bit id, as `high * 2^32 + low` of unsigned halves would be; a key of maps. */
export type IdKey = bigint;

export function idKey(low: number, high: number): IdKey {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

interface Found {
  low: number;
  high: number;
  check: number;
  sign: 1 | -1;
  next: number;
  dice: number;
}

/**
 * Takes the coded symbols of their set and finds how it differs from ours. Feeding it endlessly is the caller's to
 * bound: it holds what it was given.
 */
export class DifferenceDecoder {
  /** Theirs less ours, less what was found. */
  readonly #rest: CodedSymbols = noSymbols();
  readonly #ours: SymbolStream;
  readonly #found: Found[] = [];
  readonly #seen = new Set<IdKey>();
  #broken = false;

  constructor(ours: Ids) {
    this.#ours = new SymbolStream(ours, this.#rest, -1);
  }

  /** Symbols taken so far. */
  get taken(): number {
    return this.#rest.length;
  }

  /** All of the difference has been found. */
  get complete(): boolean {
    const { low, high, check, count, length } = this.#rest;
    return !this.#broken && length > 0 && count[0] === 0 && low[0] === 0 && high[0] === 0 && check[0] === 0;
  }

  /** The symbols are those of no set: one id was found twice, or more than one symbol each. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Found so far: what only they have, and what only we have. */
  difference(): { theirs: IdKey[]; ours: IdKey[] } {
    const of = (sign: 1 | -1): IdKey[] =>
      this.#found.filter((each) => each.sign === sign).map(({ low, high }) => idKey(low, high));
    return { theirs: of(1), ours: of(-1) };
  }

  /**
   * How many differences there seem to be, those found included: where m are left, symbol j holds each with probability
   * p = 1 / (1 + j / 2), so the variance of its count is m p (1 - p). With 16 symbols it is off by 40 % or so, with 64 by 25 %.
   */
  estimate(): number {
    const { count, length } = this.#rest;
    const net = count[0] ?? 0;
    let squares = 0;
    let variances = 0;
    for (let j = 1; j < length; j++) {
      const p = 1 / (1 + j / 2);
      squares += (count[j]! - net * p) ** 2;
      variances += p * (1 - p);
    }
    return (
      this.#found.length + (variances === 0 ? Math.abs(net) : Math.max(Math.abs(net), squares / variances))
    );
  }

  /** The symbols that follow those taken, in their order. */
  take(symbols: CodedSymbols): void {
    finish(this.taking(symbols));
  }

  /** `take` in steps; nothing else may be done with it before the last. */
  *taking(symbols: CodedSymbols): Generator<void, void> {
    const from = this.#rest.length;
    const to = from + symbols.length;
    lengthen(this.#rest, to);
    for (const column of ['low', 'high', 'check', 'count'] as const) {
      this.#rest[column].set(symbols[column].subarray(0, symbols.length), from);
    }
    yield* this.#ours.extending(to);
    for (const [index, found] of this.#found.entries()) {
      if (index % FOUND_A_STEP === 0) yield;
      this.#takeOut(found, to);
    }
    const suspects: number[] = [];
    for (let index = from; index < to; index++) suspects.push(index);
    yield* this.#peel(suspects, to);
  }

  *#peel(suspects: number[], to: number): Generator<void, void> {
    let looked = 0;
    for (let index = suspects.pop(); index !== undefined; index = suspects.pop()) {
      if (++looked % FOUND_A_STEP === 0) yield;
      const { low, high, check, count } = this.#rest;
      const sign = count[index]!;
      if (sign !== 1 && sign !== -1) continue;
      const [theLow, theHigh, theCheck] = [low[index]!, high[index]!, check[index]!];
      if (checksumOf(theLow, theHigh) !== theCheck) continue;
      const key = idKey(theLow, theHigh);
      if (this.#seen.has(key)) {
        // Nobody's set holds an id twice: going on could go in circles.
        this.#broken = true;
        return;
      }
      this.#seen.add(key);
      const found: Found = {
        low: theLow,
        high: theHigh,
        check: theCheck,
        sign,
        next: 0,
        dice: diceOf(theLow, theHigh),
      };
      this.#found.push(found);
      this.#takeOut(found, to, suspects);
    }
  }

  /** Out of every symbol up to `to` it is in and was not yet taken out of; those may now be pure: more suspects. */
  #takeOut(found: Found, to: number, suspects?: number[]): void {
    const { low, high, check, sign } = found;
    while (found.next < to) {
      toggle(this.#rest, found.next, low, high, check, -sign);
      suspects?.push(found.next);
      found.dice = roll(found.dice);
      found.next = nextIndex(found.next, found.dice);
    }
  }
}
