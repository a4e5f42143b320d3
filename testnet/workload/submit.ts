/**
 * The open loop: each transaction is sent when it is due, whatever became of the earlier ones. A loop that waited
 * for answers would slow down with the network it measures, and hide the delay it caused. For the same reason t0 is
 * the schedule, not the moment of sending, and there is no limit on how many are under way.
 */
import type { Network, Progress } from '../networks/network.ts';
import type { SubmissionRecord } from '../measure/record.ts';
import type { PlannedTransaction } from './plan.ts';

/** As much of a network as submitting needs. */
export type Submittable = Pick<Network, 'clock' | 'sleepUntil' | 'submit'>;

export interface SubmitOptions {
  /** Told the phase `submit` when a transaction was sent. */
  onProgress?: Progress;
  /** How long to wait after the last one was sent for answers still out: a dead node gives none. */
  answerTimeoutMs?: number;
  /** Where to turn when the submission to a node failed; undefined gives up. Default: always. */
  otherNode?: (failed: number) => number | undefined;
}

/** Above the 30 s after which a network gives an answer up by itself, so that nothing is left under way. */
export const DEFAULT_ANSWER_TIMEOUT_MS = 31_000;

/** How often the wait for the last answers looks; it is the network's clock that passes, real or virtual. */
const LOOK_MS = 10;

/**
 * Submits `plan` with its first moment at `startAtMs` of the network's clock. Resolves with one record for each
 * transaction, in the order of the plan, when all are answered or `answerTimeoutMs` is over; a submission that failed
 * or was not answered has the refusal `no-answer`. The entry of a record is the node that was asked last; where that one
 * had the transaction already, it is the one before, which took it and ended before it could say so.
 */
export async function submitOpenLoop(
  network: Submittable,
  plan: readonly PlannedTransaction[],
  startAtMs: number,
  {
    onProgress,
    answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS,
    otherNode = () => undefined,
  }: SubmitOptions = {},
): Promise<SubmissionRecord[]> {
  const { clock } = network;
  const answers = new Map<number, { atMs: number | null; refusal: string | null }>();
  const sentAtMs: number[] = [];
  const entries: number[] = [];
  const ask = (index: number, node: number, failed?: number): void => {
    const { raw, kind } = plan[index]!;
    entries[index] = node;
    network.submit(node, raw).then(
      (result) => {
        let refusal = result.status === 'accepted' ? null : result.code;
        // The others know of it: it did enter. A further copy is known anyway.
        if (refusal === 'known' && failed !== undefined && kind !== 'duplicate') {
          entries[index] = failed;
          refusal = null;
        }
        answers.set(index, { atMs: clock.nowMs(), refusal });
      },
      () => {
        const other = otherNode(node);
        if (other === undefined) answers.set(index, { atMs: null, refusal: 'no-answer' });
        else ask(index, other, node);
      },
    );
  };

  for (const [index, { atMs, entry }] of plan.entries()) {
    await network.sleepUntil(startAtMs + atMs);
    sentAtMs.push(clock.nowMs());
    ask(index, entry);
    onProgress?.('submit', index + 1, plan.length);
  }

  const giveUpAtMs = clock.nowMs() + answerTimeoutMs;
  while (answers.size < plan.length && clock.nowMs() < giveUpAtMs) {
    await network.sleepUntil(Math.min(clock.nowMs() + LOOK_MS, giveUpAtMs));
  }

  return plan.map(({ hash, sender, nonce, sizeBytes, atMs, kind, expectedRefusal }, index) => {
    const answer = answers.get(index);
    return {
      hash,
      sender,
      nonce,
      sizeBytes,
      entry: entries[index]!,
      scheduledAtMs: startAtMs + atMs,
      sentAtMs: sentAtMs[index]!,
      answeredAtMs: answer?.atMs ?? null,
      refusal: answer === undefined ? 'no-answer' : answer.refusal,
      ...(kind !== 'first' && { kind }),
      ...(expectedRefusal !== null && { expectedRefusal }),
    };
  });
}
