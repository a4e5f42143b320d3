import assert from 'node:assert/strict';
import { sampleOf } from '../../../../testnet/measure/statistics.ts';
import { timeTo, timeToFigures } from '../../../../testnet/measure/time-to.ts';

describe('timeTo', () => {
  it('is when ceil(X % of the nodes alive) have it', () => {
    const reach = sampleOf([0, 5, 7, 9, 30]);
    // 50 % of 5 is 2.5: the third node.
    assert.deepEqual(
      [20, 50, 60, 61, 99, 100].map((percent) => timeTo(reach, percent)),
      [0, 7, 7, 9, 30, 30],
    );
  });

  it('is never when too few have it, or nobody was alive', () => {
    assert.equal(timeTo(sampleOf([0, Infinity]), 51), Infinity);
    assert.equal(timeTo(sampleOf([]), 50), Infinity);
  });
});

describe('timeToFigures', () => {
  it('are percentiles over transactions, the never reached as infinite', () => {
    const figures = timeToFigures([
      sampleOf([1, 11, 21, Infinity]),
      sampleOf([0, 10, 10, 12]),
      sampleOf([0, 4, 5, 6]),
    ]);
    // t50 = 11, 10, 4; t90 and above = never, 12, 6. Of three, p50 is the second and p99 the third.
    assert.deepEqual(figures, {
      t50: { p50: 10, p99: 11 },
      t90: { p50: 12, p99: null },
      t99: { p50: 12, p99: null },
      t100: { p50: 12, p99: null },
    });
  });

  it('are null over no transactions', () => {
    assert.deepEqual(timeToFigures([]).t50, { p50: null, p99: null });
  });
});
