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
});
