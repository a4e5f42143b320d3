/**
 * A transaction sent to a node that is down, or stands still until whoever sent it gives up: the wallet gets no answer
 * and knows that it has sent nothing. The network did not lose it - it never had it.
 */
import type { Downtime, SubmissionRecord } from './record.ts';

/** Submissions without an answer, sent while their node was away, are `entry-down`; those that are not stay `no-answer`. */
export function excuseEntryDown(
  submissions: readonly SubmissionRecord[],
  away: readonly Downtime[],
): SubmissionRecord[] {
  return submissions.map((submission) => {
    const { refusal, entry, sentAtMs } = submission;
    if (refusal !== 'no-answer') return submission;
    // An answer may be cut short by what comes after it was asked for, as by a kill.
    const excused = away.some(
      ({ node, fromMs, untilMs }) =>
        node === entry && fromMs <= sentAtMs + ANSWER_WITHIN_MS && (untilMs ?? Infinity) >= sentAtMs,
    );
    return excused ? { ...submission, refusal: 'entry-down' } : submission;
  });
}

/** Networks give up waiting for an answer after so long. */
const ANSWER_WITHIN_MS = 30_000;
