import assert from 'node:assert/strict';
import fc from 'fast-check';
import { streamOf } from '../../../../testnet/random.ts';
import {
  bootstrapInterval,
  ecdf,
  finiteOrNull,
  kolmogorovSmirnov,
  percentile,
  sampleOf,
  type Sample,
} from '../../../../testnet/measure/statistics.ts';
import { seeded } from '../../../helpers/seed.ts';

const times = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Infinity)), {
  minLength: 1,
  maxLength: 40,
});

describe('percentile', () => {
  it('is the nearest rank', () => {
    const sample = sampleOf([40, 15, 50, 20, 35]);
    assert.deepEqual(
      [5, 20, 20.1, 30, 40, 50, 100].map((percent) => percentile(sample, percent)),
      [15, 15, 20, 20, 20, 35, 50],
    );
  });

  it('is not thrown off its rank by binary fractions', () => {
    const sample = sampleOf(Array.from({ length: 100 }, (_, i) => i + 1));
    for (let percent = 1; percent <= 100; percent++) assert.equal(percentile(sample, percent), percent);
  });

  it('counts the infinite', () => {
    const sample = sampleOf([1, Infinity, 2, Infinity]);
    assert.equal(percentile(sample, 50), 2);
    assert.equal(percentile(sample, 51), Infinity);
  });

  it('of nothing is NaN, and out of range is refused', () => {
    assert.ok(Number.isNaN(percentile(sampleOf([]), 50)));
    for (const percent of [0, -1, 100.1, NaN])
      assert.throws(() => percentile(sampleOf([1]), percent), RangeError);
  });

  it('is the smallest value that enough samples do not exceed (oracle)', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 100 }), (values, percent) => {
        const enough = (value: number) =>
          values.filter((other) => other <= value).length * 100 >= percent * values.length;
        const expected = Math.min(...values.filter(enough));
        assert.equal(percentile(sampleOf(values), percent), expected);
      }),
      seeded(),
    );
  });

  it('never falls as the percentage grows', () => {
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (values, a, b) => {
          const sample = sampleOf(values);
          assert.ok(percentile(sample, Math.min(a, b)) <= percentile(sample, Math.max(a, b)));
        },
      ),
      seeded(),
    );
  });
});

describe('sampleOf', () => {
  it('sorts by number and sets the infinite apart', () => {
    assert.deepEqual(sampleOf([10, 9, Infinity, 100]), { finite: Float64Array.of(9, 10, 100), count: 4 });
  });

  it('refuses NaN', () => {
    assert.throws(() => sampleOf([1, NaN]), /must not hold NaN/);
  });
});

describe('finiteOrNull', () => {
  it('has no number for the infinite nor the unmeasured', () => {
    assert.deepEqual([0, Infinity, NaN].map(finiteOrNull), [0, null, null]);
  });
});

describe('ecdf', () => {
  it('has one step for each distinct value and ends below 1 by the infinite', () => {
    assert.deepEqual(ecdf(sampleOf([1, 1, 3, Infinity])), { at: [1, 3], share: [0.5, 0.75] });
  });

  it('of nothing has no step', () => {
    assert.deepEqual(ecdf(sampleOf([])), { at: [], share: [] });
    assert.deepEqual(ecdf(sampleOf([Infinity])), { at: [], share: [] });
  });

  it('thinned keeps its ends, its bound, and points of the whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 2, max: 20 }),
        (values, maxSteps) => {
          const whole = ecdf(sampleOf(values));
          const thinned = ecdf(sampleOf(values), maxSteps);
          assert.ok(thinned.at.length <= maxSteps, `${thinned.at.length} steps`);
          assert.equal(thinned.at[0], whole.at[0]);
          assert.equal(thinned.at.at(-1), whole.at.at(-1));
          assert.equal(thinned.share.at(-1), 1);
          thinned.at.forEach((at, i) => assert.equal(thinned.share[i], whole.share[whole.at.indexOf(at)]));
        },
      ),
      seeded(),
    );
  });
});

describe('kolmogorovSmirnov', () => {
  const shareUpTo = (values: number[], value: number) =>
    values.filter((other) => other <= value).length / values.length;

  it('is the largest gap (brute force)', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        const at = [...a, ...b].filter(Number.isFinite);
        const expected = Math.max(
          0,
          ...at.map((value) => Math.abs(shareUpTo(a, value) - shareUpTo(b, value))),
        );
        assert.equal(kolmogorovSmirnov(sampleOf(a), sampleOf(b)), expected);
      }),
      seeded(),
    );
  });

  it('is 0 for the same, 1 for the disjoint, NaN for the empty', () => {
    const low = sampleOf([1, 2]);
    const high = sampleOf([3, 4, 5]);
    const none: Sample = sampleOf([]);
    assert.equal(kolmogorovSmirnov(low, low), 0);
    assert.equal(kolmogorovSmirnov(low, high), 1);
    assert.equal(kolmogorovSmirnov(low, sampleOf([Infinity])), 1);
    assert.ok(Number.isNaN(kolmogorovSmirnov(low, none)));
  });
});

describe('bootstrapInterval', () => {
  const mean = (draw: readonly number[]) => draw.reduce((sum, value) => sum + value, 0) / draw.length;

  it('is a point when there is nothing to vary', () => {
    assert.deepEqual(bootstrapInterval([7, 7, 7], mean, streamOf(1, 'bootstrap')), { low: 7, high: 7 });
  });

  it('cuts the same share off both ends of the draws', () => {
    // The draws are 0, 1, 2 .. 999: the dice are a counter, and the statistic reads it.
    let turn = 0;
    const counter = { next: () => 0 };
    const interval = bootstrapInterval([0], () => turn++, counter, { level: 0.9, resamples: 1000 });
    assert.deepEqual(interval, { low: 49, high: 949 });
  });

  it('holds the true mean about as often as it says', () => {
    const random = streamOf(5, 'bootstrap');
    let held = 0;
    for (let trial = 0; trial < 100; trial++) {
      const values = Array.from({ length: 40 }, () => random.next());
      const { low, high } = bootstrapInterval(values, mean, random, { resamples: 200 });
      if (low <= 0.5 && 0.5 <= high) held++;
    }
    assert.ok(held >= 85, `${held} of 100`);
  });

  it('refuses nothing to draw from and levels that are none', () => {
    assert.throws(() => bootstrapInterval([], mean, streamOf(1, 'b')), /at least one value/);
    assert.throws(() => bootstrapInterval([1], mean, streamOf(1, 'b'), { level: 1 }), /confidence level/);
  });
});
