import fc from 'fast-check';
import assert from 'node:assert/strict';

import { shrink, withoutSome } from '../../../../testnet/fuzz/shrink.ts';
import { seeded } from '../../../helpers/seed.ts';

describe('shrink', () => {
  it('finds the few that matter among many', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { maxLength: 4 }), async (wanted) => {
        const all = Array.from({ length: 60 }, (_, index) => index);
        const { smallest, complete } = await shrink(all, {
          fails: (items) => Promise.resolve(wanted.every((item) => items.includes(item))),
          passes: [withoutSome],
          goOn: () => true,
        });
        assert.ok(complete);
        assert.deepEqual(
          smallest,
          [...wanted].sort((a, b) => a - b),
        );
      }),
      seeded(),
    );
  });

  it('goes back to an earlier pass when a later one made room', async () => {
    // The pair can only be halved together, and each number only dropped when it is small.
    const { smallest } = await shrink([8, 8], {
      fails: (items) => Promise.resolve(items.length === 2 || items[0]! < 3),
      passes: [
        withoutSome,
        function* halved(items: number[]) {
          if (items.some((item) => item > 1)) yield items.map((item) => item >> 1);
        },
      ],
      goOn: () => true,
    });
    assert.deepEqual(smallest, [1]);
  });

  it('ends when told to, with what fails so far', async () => {
    let trials = 0;
    const result = await shrink([1, 2, 3, 4], {
      fails: (items) => Promise.resolve(items.includes(4)),
      passes: [withoutSome],
      goOn: () => trials++ < 1,
    });
    assert.deepEqual(result, { smallest: [3, 4], trials: 1, complete: false });
  });
});
