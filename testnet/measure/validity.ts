/**
 * Whether the run measured the protocol, or the machine and the bench themselves. Every reason found is one sentence;
 * a run with a reason is invalid, its data are kept. From where on is the scenario's to say (measure.validity).
 */
import { max, sum } from 'd3-array';
import type { AppliedFault, FaultAction } from '../faults/fault.ts';
import { validityFields } from '../scenario/validity-fields.ts';
import type { BytesFigures } from './bytes.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { busiestProcessShare, cpuMs } from './cpu.ts';
import type { ExperimentRecord } from './record.ts';
import { percentile, sampleOf } from './statistics.ts';

type ValidityOptions = Scenario['measure']['validity'];

/** For records of no scenario, as of a network worked on by hand. */
const DEFAULT_VALIDITY: ValidityOptions = validityFields.parse({});

export function invalidBecause(record: ExperimentRecord, bytes: BytesFigures): string[] {
  const options = record.validity ?? DEFAULT_VALIDITY;
  return [
    lostSubmissions(record),
    lateGenerator(record, options),
    lateLoops(record, options),
    busyProcess(record, options),
    busyMachine(record, options),
    wrongLinks(record, options),
    ...(record.faults ?? []).map((fault) => missedFault(fault, record.readyAtMs)),
    bytes.conserved === false
      ? 'the bytes do not balance: what was sent is not what was received and dropped'
      : null,
  ].filter((reason) => reason !== null);
}

function lostSubmissions({ submissions }: ExperimentRecord): string | null {
  const lost = sum(submissions, ({ refusal }) => Number(refusal === 'no-answer'));
  return lost === 0 ? null : `${lost} of ${submissions.length} submissions got no answer`;
}

function lateGenerator(
  { submissions }: ExperimentRecord,
  { maxGeneratorLagMs }: ValidityOptions,
): string | null {
  const lagMs = percentile(sampleOf(submissions.map(lagOf)), 99);
  return lagMs > maxGeneratorLagMs
    ? `submissions left ${lagMs.toFixed(0)} ms late (p99), more than ${maxGeneratorLagMs} ms: the generator was measured`
    : null;
}

/** From the schedule to the sending. */
export function lagOf({ sentAtMs, scheduledAtMs }: { sentAtMs: number; scheduledAtMs: number }): number {
  return sentAtMs - scheduledAtMs;
}

function lateLoops({ after }: ExperimentRecord, { maxLoopDelayMs }: ValidityOptions): string | null {
  const delayMs = max(after, ({ loopDelayP99Ms }) => loopDelayP99Ms);
  return delayMs !== undefined && delayMs > maxLoopDelayMs
    ? `an event loop was ${delayMs.toFixed(0)} ms late (p99), more than ${maxLoopDelayMs} ms: the machine was measured`
    : null;
}

function busyProcess(record: ExperimentRecord, { maxProcessCpuShare }: ValidityOptions): string | null {
  const share = busiestProcessShare(record);
  return share !== null && share > maxProcessCpuShare
    ? `a process used ${percent(share)} of a core, more than ${percent(maxProcessCpuShare)}: the machine was measured`
    : null;
}

function busyMachine(record: ExperimentRecord, { maxMachineCpuShare }: ValidityOptions): string | null {
  const { cores, endedAtMs, readyAtMs } = record;
  const totalMs = cpuMs(record);
  if (cores === undefined || totalMs === null || endedAtMs <= readyAtMs) return null;
  const share = totalMs / (cores * (endedAtMs - readyAtMs));
  return share > maxMachineCpuShare
    ? `the nodes used ${percent(share)} of ${cores} cores, more than ${percent(maxMachineCpuShare)}: they waited for each other`
    : null;
}

function wrongLinks(
  { linkErrors = [] }: ExperimentRecord,
  { maxLinkErrorMs, maxLinkErrorShare }: ValidityOptions,
): string | null {
  // What a link may be off by is the larger of the two: the rest is too much.
  const excess = sampleOf(
    linkErrors.map(({ askedMs, measuredMs }) =>
      Math.max(0, Math.abs(measuredMs - askedMs) - Math.max(maxLinkErrorMs, maxLinkErrorShare * askedMs)),
    ),
  );
  const p90 = percentile(excess, 90);
  if (!(p90 > 0)) return null;
  const off = percentile(
    sampleOf(linkErrors.map(({ askedMs, measuredMs }) => Math.abs(measuredMs - askedMs))),
    90,
  );
  return `emulated links were ${off.toFixed(1)} ms off what was asked (p90), more than ${maxLinkErrorMs} ms and ${percent(maxLinkErrorShare)}`;
}

function missedFault({ action, appliedAtMs, cause, missed }: AppliedFault, readyAtMs: number): string | null {
  if (missed === null) return null;
  return `a fault hit nobody: ${action.kind} ${targetOf(action)}, ${Math.round(appliedAtMs - readyAtMs)} ms after the start (${cause}): ${missed}`;
}

function targetOf(action: FaultAction): string {
  if ('node' in action) return `node ${action.node}`;
  return action.links.length === 1 ? `link ${action.links[0]!.join('-')}` : `${action.links.length} links`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
