import assert from 'node:assert/strict';
import { progressText } from '../../../../scripts/commands/progress-text.ts';

describe('progressText', () => {
  it('says where it stands, how fast it goes, what has arrived and what is left', () => {
    const now = { sinceMs: 6000, endsMs: 18_000, coverage: 0.981 };
    assert.equal(
      progressText(now, 2000),
      '6.0 s of 18 s, 3.0x real time, coverage 98.1 %, 4.0 s left at most',
    );
  });

  it('has no speed to tell where time is real, and none at first', () => {
    const now = { sinceMs: 6000, endsMs: 18_000, coverage: null };
    assert.equal(progressText(now, 6010), '6.0 s of 18 s, 12 s left at most');
    assert.equal(progressText({ ...now, sinceMs: 0 }, 10), '0.0 s of 18 s');
  });
});
