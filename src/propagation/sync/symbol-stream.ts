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
import { finish } from './turns.ts';

/** Ids walked over between two chances to do something else: some 0.2 ms. */
const IDS_A_STEP = 1024;

/**
 * The coded symbols of one set, as many as are asked for. `symbols` may be another's, to take this set out of them
 * (`sign` -1): they are lengthened by whoever owns them.
 */
export class SymbolStream {
  readonly symbols: CodedSymbols;
  readonly #ids: Ids;
  readonly #sign: 1 | -1;
  readonly #next: Int32Array;
  readonly #dice: Int32Array;
  readonly #check: Int32Array;
  #made = 0;

  constructor(ids: Ids, symbols: CodedSymbols = noSymbols(), sign: 1 | -1 = 1) {
    const { low, high, length } = ids;
    this.symbols = symbols;
    this.#ids = ids;
    this.#sign = sign;
    this.#next = new Int32Array(length);
    this.#dice = new Int32Array(length);
    this.#check = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      this.#dice[i] = diceOf(low[i]!, high[i]!);
      this.#check[i] = checksumOf(low[i]!, high[i]!);
    }
  }

  /**
   * Symbols up to `length` hold this set. O(ids + what is put in): asked for in growing steps, so that the walks over
   * the ids are few.
   */
  extend(length: number): void {
    finish(this.extending(length));
  }

  /** `extend` in steps; nothing else may be done with it before the last. */
  *extending(length: number): Generator<void, void> {
    if (length <= this.#made) return;
    if (this.symbols.length < length) lengthen(this.symbols, length);
    const { low, high, length: count } = this.#ids;
    for (let i = 0; i < count; i++) {
      if (i % IDS_A_STEP === IDS_A_STEP - 1) yield;
      let index = this.#next[i]!;
      if (index >= length) continue;
      let dice = this.#dice[i]!;
      do {
        toggle(this.symbols, index, low[i]!, high[i]!, this.#check[i]!, this.#sign);
        dice = roll(dice);
        index = nextIndex(index, dice);
      } while (index < length);
      // Int32Array holds FAR as a negative number, which would come again at once.
      this.#next[i] = Math.min(index, 0x7fffffff);
      this.#dice[i] = dice;
    }
    this.#made = length;
  }
}
