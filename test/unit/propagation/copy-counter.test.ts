import assert from 'node:assert/strict';
import { CopyCounter } from '../../../src/propagation/copy-counter.ts';

describe('CopyCounter', () => {
  it('asks how many a message holds once, and counts them for every copy', () => {
    const counter = new CopyCounter(1000);
    const copies = [0, 1, 2].map((nowMs) => counter.copy('id', nowMs, () => 7 + nowMs));
    assert.deepEqual(copies, [
      { transactions: 7, duplicate: false },
      { transactions: 7, duplicate: true },
      { transactions: 7, duplicate: true },
    ]);
  });

  it('forgets a message when gossipsub does', () => {
    const counter = new CopyCounter(1000);
    counter.copy('old', 0, () => 1);
    counter.copy('new', 1000, () => 1);
    assert.equal(counter.copy('old', 1001, () => 2).duplicate, false);
    assert.equal(counter.copy('new', 1001, () => 2).duplicate, true);
  });
});
