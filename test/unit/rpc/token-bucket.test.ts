import assert from 'node:assert/strict';
import { TokenBucket } from '../../../src/rpc/token-bucket.ts';

describe('rpc token bucket', () => {
  it('lets a burst in, then as many as drip in', () => {
    const bucket = new TokenBucket(10, 3, 0);
    for (let i = 0; i < 3; i++) {
      assert.equal(bucket.delayMs(0), 0);
      bucket.take(1, 0);
    }
    assert.equal(bucket.delayMs(0), 100);
    assert.equal(bucket.delayMs(60), 40);
    assert.equal(bucket.delayMs(100), 0);
  });

  it('never holds more than the burst, however long nothing came', () => {
    const bucket = new TokenBucket(10, 2, 0);
    assert.equal(bucket.delayMs(1e9), 0);
    bucket.take(2, 1e9);
    assert.equal(bucket.delayMs(1e9), 100);
  });

  it('a batch may overdraw it; the debt is paid before anything else is let in', () => {
    const bucket = new TokenBucket(1000, 10, 0);
    bucket.take(1000, 0);
    assert.equal(bucket.delayMs(0), 991);
    assert.equal(bucket.delayMs(990), 1);
    assert.equal(bucket.delayMs(991), 0);
  });
});
