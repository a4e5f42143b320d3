/**
 * One experiment on a network that is up: warm up, submit on schedule while what is planned breaks, drain, and bring
 * home the record. The same steps in real and in virtual time.
 */
import { availableParallelism } from 'node:os';

import { Agenda } from './agenda.ts';
import { balancedStatus } from './balanced-status.ts';
import { drain } from './drain.ts';
import type { PlannedFault } from './faults/fault.ts';
import { inflictFaults, type CourseOfFaults } from './faults/inflict-faults.ts';
import { LinkFaults } from './faults/link-faults.ts';
import { everConnected } from './measure/connections.ts';
import { excuseEntryDown } from './measure/entry-down.ts';
import type { Downtime, ExperimentRecord } from './measure/record.ts';
import type { Edge, Network, Progress } from './networks/network.ts';
import { withProgressNow } from './progress-now.ts';
import { sampleSeries } from './sample-series.ts';
import type { Scenario } from './scenario/scenario.ts';
import { linkModel, linksOf } from './topology/link-model.ts';
import { countDue, spanMs, type PlannedTransaction } from './workload/plan.ts';
import { submitOpenLoop } from './workload/submit.ts';

/**
 * `faults` are those planned for the scenario.
 * @throws when a node dies unasked, a fault cannot be carried out, or the network fails.
 */
export async function runExperiment(
  network: Network,
  scenario: Scenario,
  plan: readonly PlannedTransaction[],
  edges: readonly Edge[],
  progress: Progress,
  faults: readonly PlannedFault[] = [],
): Promise<ExperimentRecord> {
  return Promise.race([measure(network, scenario, plan, edges, progress, faults), network.failed]);
}

async function measure(
  network: Network,
  scenario: Scenario,
  plan: readonly PlannedTransaction[],
  edges: readonly Edge[],
  progress: Progress,
  planned: readonly PlannedFault[],
): Promise<ExperimentRecord> {
  const { clock } = network;
  const { warmUpMs, drainMs, series, validity } = scenario.measure;
  const discovered = scenario.topology.kind === 'discovered';
  const agenda = new Agenda(network);
  // Everything waits through the agenda, so that what is due meanwhile is done.
  const timed = {
    clock,
    sleepUntil: (atMs: number) => agenda.sleepUntil(atMs),
    submit: (node: number, raw: Uint8Array) => network.submit(node, raw),
    status: () => network.status(),
    traces: () => network.traces(),
    underWayBytes: () => network.underWayBytes(),
  };
  const startedAtMs = clock.nowMs();
  await timed.sleepUntil(startedAtMs + warmUpMs);
  await network.beginMeasuring?.();
  const { status: before, inFlight: inFlightBefore } = await balancedStatus(timed);
  const droppedBefore = network.droppedBytes();

  const readyAtMs = clock.nowMs();
  const linkFaults = discovered ? new LinkFaults(scenario) : undefined;
  const faults = inflictFaults(network, agenda, planned, readyAtMs, linkFaults);
  const seriesSoFar = sampleSeries(network, agenda, series);
  const dueSoFar = (): number => countDue(plan, clock.nowMs() - readyAtMs);
  const endsMs = planned.reduce((last, { atMs }) => Math.max(last, atMs), spanMs(plan)) + drainMs;
  const tell = withProgressNow(network, agenda, before, endsMs, dueSoFar, progress);

  const submitAndDrain = async (): Promise<ExperimentRecord> => {
    const submissions = await submitOpenLoop(timed, plan, readyAtMs, {
      onProgress: tell,
      ...(scenario.workload.entryDown === 'next-node' && { otherNode: (failed) => nextUp(network, failed) }),
    });
    const submittedAtMs = clock.nowMs();
    await drain(timed, drainMs, submissions, before, faults, tell);
    const { status: after, inFlight: inFlightAfter } = await balancedStatus(timed);
    const endedAtMs = clock.nowMs();
    const digest = network.digest();
    const freezes = faults.freezes();
    const downtimes = [...faults.downtimes(), ...standingStill(faults)];
    await thawAll(network, faults);
    const linkErrors = await network.linkErrors?.();
    const sampled = seriesSoFar();
    const traces = await network.traces();
    const pairs = discovered ? everConnected({ traces, downtimes }) : edges;
    const links = linksOf(pairs, linkModel(scenario));
    return {
      network: network.kind,
      seed: scenario.seed,
      edges: pairs,
      ...(discovered && { discovered }),
      ...(links.some(({ latencyMs }) => latencyMs > 0) && { links }),
      upAtMs: network.upAtMs,
      startedAtMs,
      readyAtMs,
      submittedAtMs,
      endedAtMs,
      submissions: excuseEntryDown(submissions, [...downtimes, ...freezes]),
      traces,
      before,
      after,
      droppedBytes: network.droppedBytes() - droppedBefore,
      ...(planned.length > 0 && { faults: [...faults.applied] }),
      ...(downtimes.length > 0 && { downtimes }),
      ...(freezes.length > 0 && { freezes }),
      ...(sampled !== null && { series: sampled }),
      ...(linkErrors !== undefined && { linkErrors }),
      validity,
      ...(network.kind === 'local' && { cores: availableParallelism() }),
      ...(inFlightBefore && inFlightAfter && { inFlight: { before: inFlightBefore, after: inFlightAfter } }),
      digest,
    };
  };
  return Promise.race([submitAndDrain(), faults.failed]);
}

/** Undefined unless the node is down, and another is up. */
function nextUp(network: Network, failed: number): number | undefined {
  if (network.isUp(failed)) return undefined;
  const nodes = network.nodes.length;
  for (let step = 1; step < nodes; step++) {
    const node = (failed + step) % nodes;
    if (network.isUp(node)) return node;
  }
  return undefined;
}

/** A node that stands still to the end is of no use to anybody: as good as down. */
function standingStill(faults: CourseOfFaults): Downtime[] {
  return faults.freezes().filter(({ untilMs }) => untilMs === null);
}

/** Who stands still cannot be asked for its trace. Measuring is over. */
async function thawAll(network: Network, faults: CourseOfFaults): Promise<void> {
  for (const { node } of standingStill(faults)) await network.inflict({ kind: 'thaw', node });
}
