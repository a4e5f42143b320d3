import assert from 'node:assert/strict';

import { durationMs, inUnitOf, unitOf, withoutUnit } from '../../../../testnet/scenario/units.ts';

describe('units', () => {
  it('of durations are ms, s, min and h', () => {
    assert.equal(durationMs('250ms'), 250);
    assert.equal(durationMs('0.07s'), 70);
    assert.equal(durationMs('5 s'), 5000);
    assert.equal(durationMs('2min'), 120_000);
    assert.equal(durationMs('1.5h'), 5_400_000);
    for (const text of ['5', 's', '-5s', '5 days', '']) assert.throws(() => durationMs(text), RangeError);
  });

  it('are converted to those of a field', () => {
    const cases: [field: string, written: unknown, value: number | undefined][] = [
      ['latencyMs', '50ms', 50],
      ['latencyMs', '0.05 s', 50],
      ['downMs', '2min', 120_000],
      ['bandwidthMbps', '1Gbps', 1000],
      ['uplinkMbps', '500 kbit/s', 0.5],
      ['lossRate', '1%', 0.01],
      ['share', '30%', 0.3],
      ['ratePerSecond', '100/s', 100],
      ['perMinute', '1/s', 60],
      ['dataBytes', '2KiB', 2048],
      ['latencyMs', 7, 7],
      ['latencyMs', '50 bananas', undefined],
      ['latencyMs', '1%', undefined],
      ['count', '5s', undefined],
      ['latencyMs', null, undefined],
    ];
    for (const [field, written, value] of cases) {
      assert.equal(inUnitOf(field, written), value, `${field}: ${String(written)}`);
    }
  });

  it('are the end of the name of a field', () => {
    assert.equal(unitOf('latencyMs'), 'ms');
    assert.equal(unitOf('count'), undefined);
    assert.equal(withoutUnit('bandwidthMbps'), 'bandwidth');
    assert.equal(withoutUnit('lossRate'), 'loss');
    assert.equal(withoutUnit('share'), 'share');
    assert.equal(withoutUnit('count'), 'count');
  });
});
