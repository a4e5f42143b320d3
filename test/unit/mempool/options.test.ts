import assert from 'node:assert/strict';
import { MEMPOOL_PRESETS, resolveMempoolOptions, type MempoolOptions } from '../../../src/mempool/options.ts';

describe('mempool options', () => {
  it('are those of geth when nothing is said', () => {
    assert.deepEqual(resolveMempoolOptions(), MEMPOOL_PRESETS.default);
    assert.deepEqual(resolveMempoolOptions({ maxNonceGap: undefined }), {
      ...MEMPOOL_PRESETS.default,
    });
  });

  it('take what is said over the defaults', () => {
    assert.equal(resolveMempoolOptions({ maxNonceGap: 7 }).maxNonceGap, 7);
    assert.equal(resolveMempoolOptions({ minTipWei: 0n }).minTipWei, 0n);
  });

  it('of every preset are valid', () => {
    for (const preset of Object.values(MEMPOOL_PRESETS))
      assert.deepEqual(resolveMempoolOptions(preset), preset);
  });

  const wrong: [Partial<MempoolOptions>, RegExp][] = [
    [{ slotBytes: 0 }, /slotBytes is 0: write a whole number of at least 1$/],
    [{ slotBytes: Infinity }, /slotBytes is Infinity: write a whole number of at least 1$/],
    [
      { maxPendingSlots: 1.5 },
      /maxPendingSlots is 1.5: write a whole number of at least 1, or Infinity for no limit$/,
    ],
    [{ maxQueuedTransactions: -1 }, /maxQueuedTransactions is -1: write a whole number of at least 0/],
    [{ queuedLifetimeMs: NaN }, /queuedLifetimeMs is NaN/],
    [{ minTipWei: -1n }, /minTipWei is -1: write a bigint of at least 0n, in wei/],
    [{ minTipWei: 1 as unknown as bigint }, /minTipWei is 1: write a bigint/],
    [{ maxPendingBytes: '5' as unknown as number }, /maxPendingBytes is 5: write a whole number/],
  ];
  for (const [options, message] of wrong) {
    it(`refuse ${Object.entries(options).join(' ')}`, () => {
      assert.throws(() => resolveMempoolOptions(options), { name: 'RangeError', message });
    });
  }
});
