/** What became of submissions that were not accepted, and of those that must not be. */
import { sum } from 'd3-array';
import type { SubmissionRecord } from './record.ts';
import type { Summary } from './summary.ts';

/** The first four add up to the submissions that were not accepted. */
export function refusals(submissions: readonly SubmissionRecord[]): Summary['refusals'] {
  const count = (of: (submission: SubmissionRecord) => boolean): number =>
    sum(submissions, (one) => Number(of(one)));
  const answered = ({ refusal }: SubmissionRecord): boolean =>
    refusal !== null && refusal !== 'entry-down' && refusal !== 'no-answer';
  return {
    expected: count((one) => answered(one) && isExpected(one)),
    unexpected: count((one) => answered(one) && !isExpected(one)),
    entryDown: count(({ refusal }) => refusal === 'entry-down'),
    noAnswer: count(({ refusal }) => refusal === 'no-answer'),
    invalidAccepted: count(
      ({ refusal, expectedRefusal }) => refusal === null && expectedRefusal !== undefined,
    ),
  };
}

/** A further copy may find that gossip was faster. */
function isExpected({ kind, refusal, expectedRefusal }: SubmissionRecord): boolean {
  return kind === 'duplicate' ? refusal === 'known' : refusal === expectedRefusal;
}
