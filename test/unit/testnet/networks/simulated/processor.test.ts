import assert from 'node:assert/strict';

import { Processor } from '../../../../../testnet/networks/simulated/processor.ts';

describe('Processor', () => {
  it('does one thing at a time, in the order it comes', () => {
    const processor = new Processor();
    assert.equal(processor.occupy(10, 5), 15);
    assert.equal(processor.occupy(11, 2), 17);
    assert.equal(processor.occupy(12, 0), 17);
    assert.equal(processor.occupy(30, 1), 31);
  });

  it('costs nothing a message unless told so', () => {
    assert.equal(new Processor().messageMs, 0);
    assert.equal(new Processor(0.1).messageMs, 0.1);
  });

  it('works slower by a factor, also on what is begun, until it is as fast again', () => {
    const processor = new Processor();
    assert.equal(processor.occupy(0, 10), 10);
    assert.equal(processor.slowDown(4, 5), 4);
    assert.equal(processor.slowness, 4);
    assert.equal(processor.occupy(5, 10), 65);
    assert.equal(processor.slowDown(1, 25), 1 / 4);
    assert.equal(processor.occupy(25, 10), 45);
    processor.slowDown(2, 100);
    assert.equal(processor.occupy(100, 1), 102);
    for (const factor of [0, -1, NaN, Infinity]) {
      assert.throws(() => processor.slowDown(factor, 0), RangeError);
    }
  });

  it('becomes slower or faster while it is frozen, for what is left then', () => {
    const processor = new Processor();
    processor.occupy(0, 30);
    processor.freeze(10);
    processor.slowDown(2, 60);
    processor.thaw(100);
    assert.equal(processor.occupy(100, 1), 142);
  });

  it('goes on after a freeze with what was left to do', () => {
    const processor = new Processor();
    processor.occupy(0, 30);
    processor.freeze(10);
    processor.thaw(100);
    assert.equal(processor.occupy(100, 1), 121);
    processor.freeze(200);
    processor.thaw(300);
    assert.equal(processor.occupy(300, 1), 301);
  });
});
