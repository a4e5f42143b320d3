import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lengthen, noSymbols, type CodedSymbols } from '../../../../src/propagation/sync/coded-symbols.ts';
import {
  decodeBitmap,
  decodeCount,
  decodeDifferent,
  decodeFlagged,
  decodeHello,
  decodeKeys,
  decodeSymbols,
  DIGEST_BYTES,
  encodeBitmap,
  encodeCount,
  encodeDifferent,
  encodeFlagged,
  encodeHello,
  encodeIds,
  encodeKeys,
  encodeSymbols,
  SALT_BYTES,
  SyncFault,
} from '../../../../src/propagation/sync/messages.ts';
import { seeded } from '../../../helpers/seed.ts';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.nat(2 ** 32 - 1);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const key = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

function symbolsOf(rows: readonly (readonly [number, number, number, number])[]): CodedSymbols {
  const symbols = noSymbols();
  lengthen(symbols, rows.length);
  rows.forEach(([low, high, check, count], index) => {
    symbols.low[index] = low;
    symbols.high[index] = high;
    symbols.check[index] = check;
    symbols.count[index] = count;
  });
  return symbols;
}

const rowsOf = ({ low, high, check, count, length }: CodedSymbols): number[][] =>
  Array.from({ length }, (_, i) => [low[i]!, high[i]!, check[i]!, count[i]!]);

/** What a decoder makes of bytes that nobody may have written: a value, or a fault, and nothing else. */
function tolerant(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    assert.ok(error instanceof SyncFault, String(error));
    return false;
  }
}

describe('messages of reconciliation', () => {
  it('HELLO and DIFFERENT', () => {
    fc.assert(
      fc.property(bytesOf(SALT_BYTES), uint32, bytesOf(DIGEST_BYTES), (salt, count, digest) => {
        const hello = encodeHello({ salt, count, digest });
        assert.ok(hello.byteLength <= SALT_BYTES + 5 + DIGEST_BYTES);
        const read = decodeHello(hello);
        assert.deepEqual([[...read.salt], read.count, [...read.digest]], [[...salt], count, [...digest]]);
        const different = decodeDifferent(encodeDifferent({ salt, count }));
        assert.deepEqual([[...different.salt], different.count], [[...salt], count]);
        assert.equal(decodeCount(encodeCount(count)), count);
      }),
      seeded(),
    );
  });

  it('symbols, whatever part of a stream they are', () => {
    const row = fc.tuple(int32, int32, int32, fc.nat(50_000));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.nat(60_000), fc.nat(39), (rows, from, skipped) => {
        const symbols = symbolsOf(rows);
        const first = Math.min(skipped, rows.length);
        // What stands before `first` is another frame's; the counts are told against what is expected at their index.
        const shifted = symbolsOf([...new Array<(typeof rows)[0]>(from % 50).fill([0, 0, 0, 0]), ...rows]);
        const at = (from % 50) + first;
        const body = encodeSymbols(shifted, at, shifted.length, 50_000);
        const read = decodeSymbols(body, at, 50_000, rows.length);
        assert.deepEqual(rowsOf(read), rowsOf(symbols).slice(first));
      }),
      seeded(),
    );
  });

  it('a symbol takes 13 bytes where its count is near what is expected, 14 elsewhere', () => {
    const near = symbolsOf([
      [1, 2, 3, 1000],
      [1, 2, 3, 640],
    ]);
    assert.equal(encodeSymbols(near, 0, 2, 1000).byteLength, 1 + 2 * 13);
    const far = symbolsOf([[1, 2, 3, 100]]);
    assert.equal(encodeSymbols(far, 0, 1, 1000).byteLength, 1 + 14);
  });

  it('ids and bitmaps', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 50 }), fc.array(fc.boolean()), (keys, bits) => {
        assert.deepEqual(decodeKeys(encodeKeys(keys), 50), keys);
        const halves = {
          low: Int32Array.from(keys, (each) => Number(BigInt.asIntN(32, each))),
          high: Int32Array.from(keys, (each) => Number(BigInt.asIntN(32, each >> 32n))),
        };
        assert.deepEqual([...encodeIds(halves, 0, keys.length)], [...encodeKeys(keys)]);
        assert.deepEqual(decodeBitmap(encodeBitmap(bits), bits.length), bits);
        const flagged = decodeFlagged(encodeFlagged(bits.length % 2 === 0, encodeKeys(keys)));
        assert.equal(flagged.flag, bits.length % 2 === 0);
        assert.deepEqual(decodeKeys(flagged.rest, 50), keys);
      }),
      seeded(),
    );
  });

  it('what nobody wrote is a fault, or reads as something that is written so', () => {
    const small = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(small, fc.nat(2000), fc.nat(100), (bytes, from, asked) => {
        if (tolerant(() => decodeHello(bytes))) {
          assert.deepEqual([...encodeHello(decodeHello(bytes))], [...bytes]);
        }
        if (tolerant(() => decodeDifferent(bytes)))
          assert.deepEqual([...encodeDifferent(decodeDifferent(bytes))], [...bytes]);
        if (tolerant(() => decodeCount(bytes)))
          assert.deepEqual([...encodeCount(decodeCount(bytes))], [...bytes]);
        if (tolerant(() => decodeKeys(bytes, 5)))
          assert.deepEqual([...encodeKeys(decodeKeys(bytes, 5))], [...bytes]);
        if (tolerant(() => decodeBitmap(bytes, 37)))
          assert.deepEqual([...encodeBitmap(decodeBitmap(bytes, 37))], [...bytes]);
        tolerant(() => decodeFlagged(bytes));
        tolerant(() => assert.ok(decodeSymbols(bytes, from, 1000, asked).length <= asked));
      }),
      { numRuns: 2000, ...seeded() },
    );
  });

  it('no count makes anybody allocate what the bytes do not bear out', () => {
    // 2^32 - 1 symbols, asked for as many.
    assert.throws(
      () => decodeSymbols(Uint8Array.of(255, 255, 255, 255, 15, 1, 2, 3), 0, 10, 2 ** 32 - 1),
      /are no 4294967295 symbols/,
    );
    assert.throws(() => decodeSymbols(Uint8Array.of(2), 0, 10, 1), /2 symbols where 1/);
    // One byte too many in a number, and one that is written longer than need be.
    assert.throws(() => decodeCount(Uint8Array.of(255, 255, 255, 255, 255, 1)), /no number/);
    assert.throws(() => decodeCount(Uint8Array.of(0x80, 0)), /no number/);
  });

  it('counts that no set has are a fault', () => {
    const bad = symbolsOf([[1, 2, 3, 11]]);
    assert.throws(() => decodeSymbols(encodeSymbols(bad, 0, 1, 10), 0, 10, 1), /a symbol of 11 ids of 10/);
    const negative = symbolsOf([[1, 2, 3, -1]]);
    assert.throws(() => decodeSymbols(encodeSymbols(negative, 0, 1, 10), 0, 10, 1), /a symbol of -1 ids/);
  });
});
