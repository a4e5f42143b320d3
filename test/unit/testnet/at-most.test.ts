import assert from 'node:assert/strict';
import { atMost } from '../../../testnet/at-most.ts';

describe('atMost', () => {
  it('does everything, and never more at once than it may', async () => {
    const done: number[] = [];
    let [now, most] = [0, 0];
    await atMost(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < item % 3; turn++) await Promise.resolve();
      now--;
      done.push(item);
    });
    assert.equal(most, 3);
    assert.deepEqual(done.toSorted(), [1, 2, 3, 4, 5, 6, 7]);
  });

  it('has nothing to do with nothing', async () => {
    await atMost(3, [], () => Promise.reject(new Error('asked')));
  });

  it('fails as the first that fails', async () => {
    const fails = atMost(2, [1, 2, 3], (item) => Promise.reject(new Error(`no ${item}`)));
    await assert.rejects(fails, /no 1/);
  });
});
