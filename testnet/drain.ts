/** The time after the last submission: for what is still under way, and for what faults still have to mend. */
import { sum } from 'd3-array';
import type { Hex } from '../src/bytes.ts';
import type { CourseOfFaults } from './faults/inflict-faults.ts';
import type { SubmissionRecord } from './measure/record.ts';
import type { Network, NodeStatus, NodeTrace, Progress } from './networks/network.ts';

/** Between two looks at whether it is over, ms of the network's clock. */
const LOOK_MS = 100;
/** Where bytes cannot be told to have arrived - on a cut link they wait for ever - it is quiet when nothing came so long. */
const QUIET_MS = 1000;

/** As much of a network as waiting needs. */
export type Drainable = Pick<Network, 'clock' | 'status' | 'traces' | 'sleepUntil'>;

/**
 * Resolves when every fault was carried out and then `drainMs` are over; or before, when every node that is up holds
 * everything that was accepted, none is busy with a message, and none is on its way: duplicates cost too.
 */
export async function drain(
  network: Drainable,
  drainMs: number,
  submissions: readonly SubmissionRecord[],
  before: readonly NodeStatus[],
  faults: Pick<CourseOfFaults, 'remaining' | 'downtimes'>,
  progress: Progress,
): Promise<void> {
  const { clock } = network;
  const wanted = acceptedHashes(submissions);
  const hasComeTo = async (nodes: ReadonlySet<number>): Promise<boolean> =>
    wanted.size === 0 ||
    (await network.traces()).every((trace) => !nodes.has(trace.index) || hasAll(trace, wanted));
  let mendedAtMs = clock.nowMs();
  /** Arrivals at a look that found one lacking all the same: no use to look closer before there are more. */
  let lackedAt = -1;
  let quiet = { messages: -1, sinceMs: clock.nowMs() };
  for (;;) {
    const status = await network.status();
    const nowMs = clock.nowMs();
    if (faults.remaining > 0) mendedAtMs = nowMs;
    const deadlineMs = mendedAtMs + drainMs;
    const interrupted = new Set(faults.downtimes().map(({ node }) => node));
    const { held, of } = holdings(status, before, wanted.size, interrupted);
    progress('drain', held, of);
    const messages = sum(status, ({ counters }) => counters.messagesReceived);
    if (messages !== quiet.messages) quiet = { messages, sinceMs: nowMs };
    if (faults.remaining === 0) {
      const settled = status.every(({ unsettled, fetching }) => unsettled + fetching === 0);
      const arrived =
        nowMs - quiet.sinceMs >= QUIET_MS || (interrupted.size === 0 && messageBytesUnderWay(status) <= 0);
      const arrivals = sum(status, (node) => node.arrivals);
      if (held === of && settled && arrived && arrivals !== lackedAt) {
        const always = status.flatMap(({ up }, node) => (up && !interrupted.has(node) ? [node] : []));
        if (await hasComeTo(new Set(always))) return;
        lackedAt = arrivals;
      }
      if (nowMs >= deadlineMs) return;
    }
    await network.sleepUntil(faults.remaining > 0 ? nowMs + LOOK_MS : Math.min(nowMs + LOOK_MS, deadlineMs));
  }
}

/** Distinct transactions that a node let in and may have. */
function acceptedHashes(submissions: readonly SubmissionRecord[]): Set<Hex> {
  const accepted = submissions.filter(
    ({ refusal, expectedRefusal }) => refusal === null && expectedRefusal === undefined,
  );
  return new Set(accepted.map(({ hash }) => hash));
}

/** Counts are not enough: what came twice, or was never accepted, makes up for what is missing. */
function hasAll({ events }: NodeTrace, wanted: ReadonlySet<Hex>): boolean {
  const here = new Set<Hex>();
  for (const event of events) if (event.kind === 'arrival' && wanted.has(event.hash)) here.add(event.hash);
  return here.size === wanted.size;
}

/** A node that was away counts what it has; the others what came to them, which eviction does not take back. */
function holdings(
  status: readonly NodeStatus[],
  before: readonly NodeStatus[],
  wanted: number,
  interrupted: ReadonlySet<number>,
): { held: number; of: number } {
  let held = 0;
  let of = 0;
  for (const [node, { up, arrivals, pending, queued }] of status.entries()) {
    if (!up) continue;
    const has = interrupted.has(node) ? pending + queued : arrivals - before[node]!.arrivals;
    held += Math.min(wanted, Math.max(0, has));
    of += wanted;
  }
  return { held, of };
}

/** What was lost for good is not under way; where nobody can know that, it counts as such until it is quiet. */
function messageBytesUnderWay(status: readonly NodeStatus[]): number {
  return sum(
    status,
    ({ counters: { sent, received, lost } }) => sent.message - received.message - (lost?.message ?? 0),
  );
}
