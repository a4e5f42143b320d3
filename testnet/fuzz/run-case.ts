/**
 * One case, run in virtual time in this realm (it is patched meanwhile; see networks/simulated/simulation.ts), and
 * what is wrong with it.
 */
import { setImmediate } from 'node:timers/promises';

import { Simulation } from '../networks/simulated/simulation.ts';
import type { SubmitResult } from '../networks/network.ts';
import { stepsOf } from './faults.ts';
import type { Step } from './faults.ts';
import { resolveCase } from './fuzz-case.ts';
import type { FuzzCase, ResolvedCase } from './fuzz-case.ts';
import { checkInvariants } from './invariants.ts';
import type { Violation } from './violation.ts';
import type { Answer, NodeObservation, Observation, Pooled } from './observation.ts';
import { poolsDiffer } from './pool-agreement.ts';
import { promisesOf } from './promises.ts';
import type { Promises } from './promises.ts';
import { signSubmission } from './submission.ts';

export interface CaseResult {
  violations: Violation[];
  /** Of the event log of all nodes. Null: it did not come to an end, or the network never had its mesh. */
  digest: string | null;
  promises: Promises;
  /** Transactions that entered pools, virtual time and real time. */
  arrivals: number;
  virtualMs: number;
  realMs: number;
}

/** Between two looks at whether the drain is over, virtual. */
const LOOK_MS = 200;
/** Where everybody is promised everything, so long nothing may arrive anywhere before we give up. */
const PATIENCE_MS = 12_000;
/** Where nothing is promised, this long, and as long as a message may wait for its verdict. */
const SHORT_PATIENCE_MS = 3000;
/** Bounds a case that never falls silent. */
const MAX_DRAIN_MS = 180_000;

/** @throws {CaseError} when it is no case. Whatever goes wrong in the run is a violation. */
export async function runCase(fuzzCase: FuzzCase): Promise<CaseResult> {
  const resolved = resolveCase(fuzzCase);
  const promises = promisesOf(resolved);
  const startedAt = performance.now();
  const unhandled: Violation[] = [];
  const onUnhandled = (reason: unknown): void =>
    void unhandled.push(exception('unhandled-rejection', reason));
  process.on('unhandledRejection', onUnhandled);
  const run: Omit<CaseResult, 'promises' | 'realMs'> = {
    violations: [],
    digest: null,
    arrivals: 0,
    virtualMs: 0,
  };
  try {
    await conduct(resolved, promises, run);
    // A rejection nobody handled is told only when the event loop comes round.
    for (let turn = 0; turn < 2; turn++) await setImmediate();
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  run.violations.push(...unhandled);
  return { ...run, promises, realMs: performance.now() - startedAt };
}

async function conduct(
  resolved: ResolvedCase,
  promises: Promises,
  run: Omit<CaseResult, 'promises' | 'realMs'>,
): Promise<void> {
  let simulation: Simulation;
  /** Events told so far, by node. */
  const told = new Array<number>(resolved.scenario.nodes.count).fill(0);
  try {
    simulation = await Simulation.start(resolved.scenario, resolved.edges, () => undefined, {
      traceTo: (node) => ({
        record: () => {
          told[node]!++;
        },
      }),
    });
  } catch (error) {
    // Degrees drawn at random may leave a hub that turns its neighbours away; a whole mesh always forms.
    const noMesh = (error as Error).message.includes('had no mesh');
    if (!noMesh || promises.everybody) run.violations.push(exception('start', error));
    return;
  }
  try {
    const { answers, lives } = await play(simulation, resolved, promises, told);
    const atEnd = simulation.members.map((_, index) => observe(simulation, resolved, index));
    const bytes = simulation.physical.bytes();
    await simulation.stop();
    const events = await simulation.traces();
    const status = await simulation.status();
    const observation: Observation = {
      answers,
      bytes,
      bytesAfterStop: simulation.physical.bytes(),
      nodes: atEnd.map((node, index) => ({
        ...node,
        events: events[index]!.events,
        lives: lives[index]!,
        counters: status[index]!.counters,
      })),
    };
    run.violations.push(...checkInvariants(resolved, promises, observation));
    run.digest = simulation.digest();
  } catch (error) {
    run.violations.push(exception('exception', error));
    // The patch must come off; that it fails again says nothing new.
    await simulation.stop().catch(() => undefined);
  }
  run.arrivals = (await simulation.traces())
    .flatMap(({ events }) => events)
    .filter(({ kind }) => kind === 'arrival').length;
  run.virtualMs = simulation.clock.nowMs();
}

/** Each node has its mesh; three heartbeats later the mesh stands still, and each knows in whose mesh it is. */
function warmUpMs({ scenario }: ResolvedCase): number {
  return Math.max(scenario.measure.warmUpMs, 3 * Number(scenario.nodes.options['gossip.heartbeat'] ?? 1000));
}

/** All that happens, then the drain. */
async function play(
  simulation: Simulation,
  resolved: ResolvedCase,
  promises: Promises,
  told: readonly number[],
): Promise<{ answers: Answer[]; lives: number[][] }> {
  const { submissions, faults, scenario, edges } = resolved;
  const answers: Answer[] = [];
  const lives = simulation.nodes.map((): number[] => []);
  const begin = (node: number): void => void lives[node]!.push(told[node]!);
  const submit = submissions.map((submission, index): Step => ({
    atMs: submission.atMs,
    apply: () => {
      if (!simulation.isUp(submission.node)) return;
      const answer: Answer = { submission: index, atMs: simulation.clock.nowMs(), result: null, died: false };
      answers.push(answer);
      simulation.submit(submission.node, signSubmission(submission).raw).then(
        (result: SubmitResult) => (answer.result = result),
        (error: unknown) => (answer.died = / before it answered$/.test((error as Error).message)),
      );
    },
  }));
  const steps = [...submit, ...stepsOf(faults, scenario.nodes.count, edges, begin)].sort(
    (a, b) => a.atMs - b.atMs,
  );
  const readyMs = simulation.clock.nowMs() + warmUpMs(resolved);
  for (const { atMs, apply } of steps) {
    await simulation.sleepUntil(readyMs + atMs);
    apply(simulation);
  }
  await drain(simulation, resolved, promises);
  return { answers, lives };
}

/** Until everybody agrees and all is settled, or nothing has arrived anywhere for so long that nothing will. */
async function drain(simulation: Simulation, resolved: ResolvedCase, promises: Promises): Promise<void> {
  const { nodes } = resolved.scenario;
  const gapHoldMs = Number(nodes.options['validation.gaphold'] ?? 2000);
  const heartbeatMs = Number(nodes.options['gossip.heartbeat'] ?? 1000);
  const patienceMs = promises.everybody ? PATIENCE_MS : SHORT_PATIENCE_MS + 1.5 * gapHoldMs;
  const startMs = simulation.clock.nowMs();
  let quietSinceMs = startMs;
  let before = -1;
  for (;;) {
    const status = await simulation.status();
    const nowMs = simulation.clock.nowMs();
    const arrivals = status.reduce((sum, each) => sum + each.arrivals, 0);
    if (arrivals !== before) quietSinceMs = nowMs;
    before = arrivals;
    if (nowMs - quietSinceMs >= patienceMs || nowMs - startMs >= MAX_DRAIN_MS) return;
    const settled = status.every(
      ({ unsettled, fetching }, index) => unsettled + fetching === 0 || !simulation.isUp(index),
    );
    if (promises.everybody && settled && nowMs - quietSinceMs >= 2 * heartbeatMs) {
      const pools = simulation.members.map((_, index) => observe(simulation, resolved, index));
      if (poolsDiffer(resolved, pools) === null) return;
    }
    await simulation.sleepUntil(nowMs + LOOK_MS);
  }
}

function observe(
  simulation: Simulation,
  { edges }: ResolvedCase,
  index: number,
): Omit<NodeObservation, 'events' | 'lives' | 'counters'> {
  const { pool, propagation, peerId } = simulation.members[index]!;
  const pending: Pooled[] = [];
  const queued: Pooled[] = [];
  for (const content of pool.content().values()) {
    pending.push(...content.pending);
    queued.push(...content.queued);
  }
  const neighbours = edges.flatMap(([a, b]) => (a === index ? [b] : b === index ? [a] : []));
  return {
    peerId: peerId.toString(),
    up: simulation.isUp(index),
    pending,
    queued,
    poolFault: fault(() => pool.checkInvariants()),
    unsettled: propagation.unsettled,
    fetching: propagation.fetching,
    rejected: propagation.rejected,
    scores: new Map(
      neighbours.map((other) => [other, propagation.peerScore(simulation.nodes[other]!.peerId)]),
    ),
  };
}

function fault(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function exception(invariant: Violation['invariant'], thrown: unknown): Violation {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return { invariant, message: `${error.stack ?? error.message}${cause}` };
}
