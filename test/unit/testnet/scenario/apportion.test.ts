import assert from 'node:assert/strict';

import fc from 'fast-check';

import { apportion } from '../../../../testnet/scenario/apportion.ts';
import { seeded } from '../../../helpers/seed.ts';

describe('apportion', () => {
  it('rounds by largest remainder, of equals for the first', () => {
    assert.deepEqual(apportion([1, 1], 5), [3, 2]);
    assert.deepEqual(apportion([0.7, 0.2, 0.1], 10), [7, 2, 1]);
    assert.deepEqual(apportion([47, 43, 10], 10), [5, 4, 1]);
    assert.deepEqual(apportion([0, 3], 2), [0, 2]);
    assert.deepEqual(apportion([], 0), []);
    assert.throws(() => apportion([0, 0], 3), RangeError);
    assert.throws(() => apportion([-1, 2], 3), RangeError);
  });

  it('gives everything away, to each its share to less than one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1000, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.nat({ max: 5000 }),
        (weights, total) => {
          const counts = apportion(weights, total);
          const sum = weights.reduce((above, weight) => above + weight, 0);
          assert.equal(
            counts.reduce((above, count) => above + count, 0),
            total,
          );
          for (const [index, count] of counts.entries()) {
            assert.ok(Math.abs(count - (weights[index]! * total) / sum) < 1 + 1e-6);
          }
        },
      ),
      seeded(),
    );
  });
});
