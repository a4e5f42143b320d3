import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CodedSymbols, Ids } from '../../../../src/propagation/sync/coded-symbols.ts';
import { DifferenceDecoder, idKey } from '../../../../src/propagation/sync/difference-decoder.ts';
import { SymbolStream } from '../../../../src/propagation/sync/symbol-stream.ts';
import { int, streamOf } from '../../../../testnet/random.ts';
import { seeded } from '../../../helpers/seed.ts';

function idsOf(pairs: readonly (readonly [number, number])[]): Ids {
  return {
    low: Int32Array.from(pairs, ([low]) => low),
    high: Int32Array.from(pairs, ([, high]) => high),
    length: pairs.length,
  };
}

function randomPairs(seed: number, name: string, n: number): [number, number][] {
  const random = streamOf(seed, name);
  return Array.from({ length: n }, () => [int(random, 2 ** 32) | 0, int(random, 2 ** 32) | 0]);
}

const keys = (pairs: readonly (readonly [number, number])[]): bigint[] =>
  pairs.map(([low, high]) => idKey(low, high)).sort();

function slice({ low, high, check, count }: CodedSymbols, from: number, to: number): CodedSymbols {
  return {
    low: low.slice(from, to),
    high: high.slice(from, to),
    check: check.slice(from, to),
    count: count.slice(from, to),
    length: to - from,
  };
}

/** Symbols one by one until the difference is known. */
function reconcile(theirs: Ids, ours: Ids, most: number, step = 1) {
  const stream = new SymbolStream(theirs);
  const decoder = new DifferenceDecoder(ours);
  while (!decoder.complete && decoder.taken < most) {
    const from = decoder.taken;
    stream.extend(from + step);
    decoder.take(slice(stream.symbols, from, from + step));
  }
  return decoder;
}

describe('DifferenceDecoder', () => {
  it('knows from one symbol that two sets are equal', () => {
    const common = randomPairs(1, 'common', 1000);
    const decoder = reconcile(idsOf(common), idsOf([...common].reverse()), 1);
    assert.ok(decoder.complete);
    assert.deepEqual(decoder.difference(), { theirs: [], ours: [] });
  });

  it('finds the difference of any two sets, whatever the steps', () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.nat(60),
        fc.nat(60),
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        (c, a, b, seed, step) => {
          const common = randomPairs(seed, 'common', c);
          const [onlyTheirs, onlyOurs] = [randomPairs(seed, 'theirs', a), randomPairs(seed, 'ours', b)];
          const decoder = reconcile(
            idsOf([...common, ...onlyTheirs]),
            idsOf([...onlyOurs, ...common]),
            2000,
            step,
          );
          assert.ok(decoder.complete);
          const { theirs, ours } = decoder.difference();
          assert.deepEqual(theirs.sort(), keys(onlyTheirs));
          assert.deepEqual(ours.sort(), keys(onlyOurs));
        },
      ),
      { numRuns: 150, ...seeded() },
    );
  });

  /** Figure 4 of the paper: 1.72 at the worst size on average, 1.35 for many. */
  it('needs about as many symbols as the paper says', () => {
    const common = randomPairs(7, 'common', 2000);
    for (const [d, runs, most] of [
      [10, 60, 1.9],
      [100, 20, 1.65],
      [1000, 3, 1.5],
    ] as const) {
      let taken = 0;
      for (let run = 0; run < runs; run++) {
        const theirs = idsOf([...common, ...randomPairs(run, `theirs ${d}`, d)]);
        taken += reconcile(theirs, idsOf(common), 10 * d).taken;
      }
      const overhead = taken / runs / d;
      assert.ok(overhead > 1.2 && overhead < most, `${overhead} symbols for each of ${d} differences`);
    }
  });

  it('estimates from a few symbols how many differences there are', () => {
    const common = randomPairs(11, 'common', 500);
    for (const [d, symbols, most] of [
      [30, 16, 0.5],
      [300, 16, 0.5],
      [300, 64, 0.3],
    ] as const) {
      const estimates = Array.from({ length: 60 }, (_, run) => {
        const stream = new SymbolStream(idsOf([...common, ...randomPairs(run, `theirs ${d}`, d / 2)]));
        stream.extend(symbols);
        const ours = idsOf([...common, ...randomPairs(run, `ours ${d}`, d / 2)]);
        const decoder = new DifferenceDecoder(ours);
        decoder.take(stream.symbols);
        return decoder.estimate();
      });
      const mean = estimates.reduce((sum, each) => sum + each, 0) / estimates.length;
      const deviation = Math.sqrt(
        estimates.reduce((sum, each) => sum + (each - mean) ** 2, 0) / estimates.length,
      );
      assert.ok(Math.abs(mean / d - 1) < 0.15, `${mean} for ${d}`);
      assert.ok(deviation / d < most, `off by ${deviation / d} of ${d} with ${symbols} symbols`);
    }
  });

  it('says that symbols of no set are broken, or goes on asking, and holds no more than it was given', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), (seed, n) => {
        const random = streamOf(seed, 'noise');
        const column = (most: number): Int32Array =>
          Int32Array.from({ length: n }, () => int(random, most) | 0);
        const decoder = new DifferenceDecoder(idsOf(randomPairs(seed, 'ours', 20)));
        decoder.take({
          low: column(2 ** 32),
          high: column(2 ** 32),
          check: column(2 ** 32),
          count: column(4),
          length: n,
        });
        const { theirs, ours } = decoder.difference();
        assert.equal(decoder.taken, n);
        assert.ok(theirs.length + ours.length <= n);
      }),
      { numRuns: 200, ...seeded() },
    );
  });

  it('does not go in circles when symbols contradict each other', () => {
    const [pair] = randomPairs(3, 'one', 1);
    const stream = new SymbolStream(idsOf([pair!]));
    stream.extend(40);
    // The id is in symbol 0 and missing from the others it belongs to: taken out there, it would turn up again.
    const contradicting = slice(stream.symbols, 0, 40);
    for (const column of ['low', 'high', 'check', 'count'] as const) contradicting[column].fill(0, 1);
    const decoder = new DifferenceDecoder(idsOf([]));
    decoder.take(contradicting);
    assert.ok(decoder.broken);
    assert.ok(!decoder.complete);
  });
});
