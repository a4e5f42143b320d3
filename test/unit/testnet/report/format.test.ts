import assert from 'node:assert/strict';
import { bytes, count, milliseconds, NEVER, percent, ratio } from '../../../../testnet/report/format.ts';

describe('format', () => {
  it('never shows a zero for what was not measured', () => {
    assert.deepEqual(
      [count(null), ratio(null), milliseconds(null), percent(null), bytes(null)],
      ['–', '–', '–', '–', '–'],
    );
    assert.equal(milliseconds(null, NEVER), 'never');
  });

  it('keeps three digits of times', () => {
    assert.deepEqual(
      [0, 0.01234, 47.66, 148.2, 1234.5, 12_345, 123_456].map((ms) => milliseconds(ms)),
      ['0 ms', '0.0123 ms', '47.7 ms', '148 ms', '1,235 ms', '12.3 s', '123 s'],
    );
  });

  it('rounds no share to all or nothing', () => {
    assert.deepEqual([0, 0.00001, 0.5, 0.1234, 0.99999, 1].map(percent), [
      '0 %',
      '< 0.1 %',
      '50 %',
      '12.3 %',
      '> 99.9 %',
      '100 %',
    ]);
  });

  it('scales bytes by thousands', () => {
    assert.deepEqual([0, 999, 1000, 999_600, 2_306_220, 5e12, 4e15].map(bytes), [
      '0 B',
      '999 B',
      '1 kB',
      '1 MB',
      '2.31 MB',
      '5 TB',
      '4,000 TB',
    ]);
  });
});
