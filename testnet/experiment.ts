/**
 * One experiment on a network that is up: warm up, submit on schedule, drain, and bring home the record. The same
 * steps in real and in virtual time.
 */
import type { BytesByKind } from '../src/telemetry/trace.ts';
import type { ExperimentRecord, SubmissionRecord } from './measure/record.ts';
import type { Edge, Network, NodeStatus, Progress } from './networks/network.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { PlannedTransaction } from './workload/plan.ts';
import { submitOpenLoop } from './workload/submit.ts';

/** Between two looks at whether the drain is over, ms of the network's clock. */
const LOOK_MS = 100;
/** Counters of many nodes are not read at one instant; so long we look for a moment when nothing is under way. */
const BALANCE_PATIENCE_MS = 3000;

/** @throws when a node dies meanwhile or the network fails. */
export async function runExperiment(
  network: Network,
  scenario: Scenario,
  plan: readonly PlannedTransaction[],
  edges: readonly Edge[],
  progress: Progress,
): Promise<ExperimentRecord> {
  return Promise.race([measure(network, scenario, plan, edges, progress), network.failed]);
}

async function measure(
  network: Network,
  scenario: Scenario,
  plan: readonly PlannedTransaction[],
  edges: readonly Edge[],
  progress: Progress,
): Promise<ExperimentRecord> {
  const { clock } = network;
  const startedAtMs = clock.nowMs();
  await network.sleepUntil(startedAtMs + scenario.measure.warmUpMs);
  const { status: before, inFlight: inFlightBefore } = await balanced(network);
  const droppedBefore = network.droppedBytes();
  const readyAtMs = clock.nowMs();
  const submissions = await submitOpenLoop(network, plan, readyAtMs, { onProgress: progress });
  const submittedAtMs = clock.nowMs();
  await drain(network, scenario, submissions, before, progress);
  const { status: after, inFlight: inFlightAfter } = await balanced(network);
  const endedAtMs = clock.nowMs();
  return {
    network: network.kind,
    seed: scenario.seed,
    edges,
    startedAtMs,
    readyAtMs,
    submittedAtMs,
    endedAtMs,
    submissions,
    traces: await network.traces(),
    before,
    after,
    droppedBytes: network.droppedBytes() - droppedBefore,
    ...(inFlightBefore && inFlightAfter && { inFlight: { before: inFlightBefore, after: inFlightAfter } }),
    digest: network.digest(),
  };
}

/** Ends early when every node holds everything that was accepted and none is still busy with a message. */
async function drain(
  network: Network,
  scenario: Scenario,
  submissions: readonly SubmissionRecord[],
  before: readonly NodeStatus[],
  progress: Progress,
): Promise<void> {
  const accepted = submissions.filter(({ refusal }) => refusal === null).length;
  const wanted = accepted * before.length;
  const deadlineMs = network.clock.nowMs() + scenario.measure.drainMs;
  for (;;) {
    const status = await network.status();
    const arrived = status.reduce((sum, { arrivals }, index) => sum + arrivals - before[index]!.arrivals, 0);
    progress('drain', Math.min(arrived, wanted), wanted);
    const nowMs = network.clock.nowMs();
    if (nowMs >= deadlineMs) return;
    if (arrived >= wanted && status.every(({ unsettled }) => unsettled === 0)) return;
    await network.sleepUntil(Math.min(nowMs + LOOK_MS, deadlineMs));
  }
}

/**
 * Status at a moment when the sums mean something. Where the links can be asked what is on them, that is any moment:
 * by kind it is what was sent and neither received nor lost, provided that it adds up to what the links hold. Elsewhere we wait for
 * a moment when all that was sent has been received, and take the last look when there is none.
 */
async function balanced(network: Network): Promise<{ status: NodeStatus[]; inFlight?: BytesByKind }> {
  const deadlineMs = network.clock.nowMs() + BALANCE_PATIENCE_MS;
  for (;;) {
    const status = await network.status();
    const missing = missingByKind(status);
    const total = missing.message + missing.control + missing.sync + missing.other;
    const underWay = network.underWayBytes();
    if (underWay !== null) {
      return total === underWay ? { status, inFlight: missing } : { status };
    }
    if (total === network.droppedBytes() || network.clock.nowMs() >= deadlineMs) return { status };
    await network.sleepUntil(network.clock.nowMs() + LOOK_MS / 4);
  }
}

/** Sent and neither received nor known to be lost, all nodes. */
function missingByKind(status: readonly NodeStatus[]): BytesByKind {
  const missing = { message: 0, control: 0, sync: 0, other: 0 };
  for (const { counters } of status) {
    for (const kind of ['message', 'control', 'sync', 'other'] as const) {
      missing[kind] += counters.sent[kind] - counters.received[kind] - (counters.lost?.[kind] ?? 0);
    }
  }
  return missing;
}
