import assert from 'node:assert/strict';
import { Batcher } from '../../../src/propagation/batcher.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import { makeTransaction } from '../../helpers/make-transaction.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

describe('Batcher', () => {
  const limits = { maxBatchTransactions: 3, maxBatchBytes: 1000, maxBatchDelayMs: 5 };

  function setUp(): { clock: ManualClock; batcher: Batcher; sent: Transaction[][] } {
    const clock = new ManualClock();
    const sent: Transaction[][] = [];
    return { clock, batcher: new Batcher(limits, clock, (batch) => sent.push(batch)), sent };
  }

  it('sends a lone transaction at once', () => {
    const { batcher, sent } = setUp();
    const lone = makeTransaction();
    batcher.add([lone]);
    assert.deepEqual(sent, [[lone]]);
  });

  it('gathers what follows while the line is busy, and sends it when the delay is over', () => {
    const { clock, batcher, sent } = setUp();
    const [first, second, third] = [makeTransaction(), makeTransaction(), makeTransaction()];
    batcher.add([first]);
    clock.advance(1);
    batcher.add([second]);
    clock.advance(2);
    batcher.add([third]);
    assert.deepEqual(sent, [[first]]);
    clock.advance(2);
    assert.deepEqual(sent, [[first], [second, third]]);
  });

  it('sends before the delay is over when a batch is full by count', () => {
    const { batcher, sent } = setUp();
    const many = Array.from({ length: 8 }, () => makeTransaction());
    batcher.add(many.slice(0, 1));
    batcher.add(many.slice(1));
    assert.deepEqual(
      sent.map((batch) => batch.length),
      [1, 3, 3],
    );
    assert.deepEqual(sent.flat(), many.slice(0, 7));
  });

  it('never puts more bytes in a batch than allowed, but sends a larger transaction alone', () => {
    const { clock, batcher, sent } = setUp();
    const sizes = [400, 400, 400, 5000, 100];
    batcher.add(sizes.map((bytes) => makeTransaction({ bytes })));
    clock.advance(5);
    assert.deepEqual(
      sent.map((batch) => batch.map(({ raw }) => raw.length)),
      [[400, 400], [400], [5000], [100]],
    );
  });

  it('is idle again once the delay has passed without a send', () => {
    const { clock, batcher, sent } = setUp();
    batcher.add([makeTransaction()]);
    clock.advance(5);
    batcher.add([makeTransaction()]);
    assert.equal(sent.length, 2);
  });

  it('sends nothing after stop', () => {
    const { clock, batcher, sent } = setUp();
    batcher.add([makeTransaction()]);
    batcher.add([makeTransaction()]);
    batcher.stop();
    clock.advance(100);
    assert.equal(sent.length, 1);
  });
});
