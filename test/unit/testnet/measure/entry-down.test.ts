import assert from 'node:assert/strict';
import { excuseEntryDown } from '../../../../testnet/measure/entry-down.ts';
import { refusals } from '../../../../testnet/measure/refusals.ts';
import { submission } from '../../../helpers/synthetic-record.ts';

const unanswered = (entry: number, sentAtMs: number) =>
  submission(1, { entry, scheduledAtMs: sentAtMs, sentAtMs, refusal: 'no-answer', answeredAtMs: null });

describe('excuseEntryDown', () => {
  const away = [{ node: 2, fromMs: 50_000, untilMs: 60_000 }];
  const refusalOf = (...args: Parameters<typeof unanswered>) =>
    excuseEntryDown([unanswered(...args)], away)[0]!.refusal;

  it('excuses what was sent to a node that was away, or went away before it answered', () => {
    assert.equal(refusalOf(2, 50_000), 'entry-down');
    assert.equal(refusalOf(2, 60_000), 'entry-down');
    assert.equal(refusalOf(2, 20_000), 'entry-down');
  });

  it('excuses nothing else', () => {
    assert.equal(refusalOf(2, 19_999), 'no-answer');
    assert.equal(refusalOf(2, 60_001), 'no-answer');
    assert.equal(refusalOf(1, 55_000), 'no-answer');
    const answered = [submission(1, { entry: 2, sentAtMs: 55_000 })];
    assert.deepEqual(excuseEntryDown(answered, away), answered);
  });

  it('knows no end of who did not come back', () => {
    const [one] = excuseEntryDown([unanswered(0, 1e9)], [{ node: 0, fromMs: 1, untilMs: null }]);
    assert.equal(one!.refusal, 'entry-down');
  });
});

describe('refusals', () => {
  it('count each submission that was not accepted once', () => {
    const invalid = { kind: 'invalid', expectedRefusal: 'malformed' } as const;
    const all = [
      submission(1),
      submission(1, { kind: 'duplicate', refusal: 'known' }),
      submission(2, { refusal: 'known' }),
      submission(3, { kind: 'duplicate', refusal: 'pool-full' }),
      submission(4, { ...invalid, refusal: 'malformed' }),
      submission(5, { ...invalid, refusal: 'oversized' }),
      submission(6, invalid),
      submission(7, { refusal: 'entry-down' }),
      submission(8, { refusal: 'no-answer' }),
      submission(9, { ...invalid, refusal: 'no-answer' }),
    ];
    assert.deepEqual(refusals(all), {
      expected: 2,
      unexpected: 3,
      entryDown: 1,
      noAnswer: 2,
      invalidAccepted: 1,
    });
  });
});
