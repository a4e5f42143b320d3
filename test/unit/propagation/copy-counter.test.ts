import assert from 'node:assert/strict';
import { CopyCounter, type Carried } from '../../../src/propagation/copy-counter.ts';

const one = (): Carried => ({ transactions: 1 });

describe('CopyCounter', () => {
  it('asks how many a message holds once, and counts them for every copy', () => {
    const counter = new CopyCounter(1000);
    const carried = { transactions: 7 };
    const copies = [0, 1, 2].map((nowMs) =>
      counter.copy('id', nowMs, () => (nowMs === 0 ? carried : assert.fail('asked again'))),
    );
    assert.deepEqual(copies, [
      { carried, duplicate: false },
      { carried, duplicate: true },
      { carried, duplicate: true },
    ]);
  });

  it('takes a message of our own that comes back for a duplicate', () => {
    const counter = new CopyCounter(1000);
    const carried = { transactions: 7 };
    counter.own('ours', 0, carried);
    assert.deepEqual(counter.copy('ours', 1, one), { carried, duplicate: true });
    // Somebody else had the same: it stays what it was.
    const theirs = counter.copy('theirs', 0, one);
    counter.own('theirs', 1, carried);
    assert.deepEqual(counter.copy('theirs', 2, one).carried, theirs.carried);
  });

  it('forgets a message when gossipsub does', () => {
    const counter = new CopyCounter(1000);
    counter.copy('old', 0, one);
    counter.copy('new', 1000, one);
    assert.equal(counter.copy('old', 1001, one).duplicate, false);
    assert.equal(counter.copy('new', 1001, one).duplicate, true);
  });
});
