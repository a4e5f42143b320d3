/**
 * Whether the run measured the protocol, or the machine and the bench themselves. Every reason found is one sentence;
 * a run with a reason is invalid, its data are kept.
 */
import { max } from 'd3-array';
import type { BytesFigures } from './bytes.ts';
import { busiestProcessShare } from './cpu.ts';
import type { ExperimentRecord } from './record.ts';
import { percentile, sampleOf } from './statistics.ts';

export interface ValidityOptions {
  /** Event-loop delay, 99th percentile, above which timers and arrivals are the machine's; a heartbeat is 1,000 ms. */
  maxLoopDelayMs?: number;
  /** Share of a core above which a process has no time to spare and queues for the CPU show as latency. */
  maxCpuShare?: number;
  /** Lag of the generator behind its schedule, 99th percentile, above which it is the generator that is measured. */
  maxSubmitLagMs?: number;
}

export function invalidBecause(
  record: ExperimentRecord,
  bytes: BytesFigures,
  { maxLoopDelayMs = 100, maxCpuShare = 0.9, maxSubmitLagMs = 100 }: ValidityOptions = {},
): string[] {
  const reasons: string[] = [];
  const unanswered = record.submissions.filter(({ refusal }) => refusal === 'no-answer').length;
  if (unanswered > 0) {
    reasons.push(`${unanswered} of ${record.submissions.length} submissions got no answer`);
  }
  const lagMs = percentile(
    sampleOf(record.submissions.map(({ sentAtMs, scheduledAtMs }) => sentAtMs - scheduledAtMs)),
    99,
  );
  if (lagMs > maxSubmitLagMs) {
    reasons.push(
      `submissions left ${lagMs.toFixed(0)} ms late (p99), more than ${maxSubmitLagMs} ms: the generator was measured`,
    );
  }
  const loopDelayMs = max(record.after, ({ loopDelayP99Ms }) => loopDelayP99Ms);
  if (loopDelayMs !== undefined && loopDelayMs > maxLoopDelayMs) {
    reasons.push(
      `an event loop was ${loopDelayMs.toFixed(0)} ms late (p99), more than ${maxLoopDelayMs} ms: the machine was measured`,
    );
  }
  const cpuShare = busiestProcessShare(record);
  if (cpuShare !== null && cpuShare > maxCpuShare) {
    reasons.push(
      `a process used ${(cpuShare * 100).toFixed(0)} % of a core, more than ${maxCpuShare * 100} %: the machine was measured`,
    );
  }
  if (bytes.conserved === false)
    reasons.push('the bytes do not balance: what was sent is not what was received and dropped');
  return reasons;
}
