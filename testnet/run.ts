/** A scenario, start to finish: plan, network, experiment, figures, run folder. */
import { join } from 'node:path';
import { runExperiment } from './experiment.ts';
import type { Details } from './measure/details.ts';
import { planFaults } from './faults/plan-faults.ts';
import type { Sample } from './measure/statistics.ts';
import { summarize } from './measure/summarize.ts';
import type { Summary } from './measure/summary.ts';
import { startLocal, type StartLocalOptions } from './networks/local/start-local.ts';
import type { Edge, Network, Progress } from './networks/network.ts';
import { runInWorker } from './networks/simulated/run-in-worker.ts';
import { streamOf } from './random.ts';
import { writeRun } from './report/run-folder.ts';
import { describeRun } from './report/run-meta.ts';
import { checkExpectations, type ExpectationResult } from './scenario/expect.ts';
import { expectedOf } from './scenario/expected.ts';
import { withVerifyMs } from './scenario/measured-costs.ts';
import { placesOf } from './scenario/node-settings.ts';
import { scenarioToYaml } from './scenario/resolve.ts';
import type { Scenario } from './scenario/scenario.ts';
import { buildTopology } from './topology/graphs.ts';
import { measureRecoveryMs } from './workload/measure-recovery.ts';
import { planWorkload, spanMs } from './workload/plan.ts';

export interface RunOptions {
  network: Network['kind'];
  /** Of a local network: who emulates the links. Default nodes. */
  linksBy?: StartLocalOptions['linksBy'];
  /** The run folder. Default: runs/<name>-<time> under the working directory. */
  out?: string | undefined;
  progress?: Progress | undefined;
  /** Ends the run early: the network is stopped and the promise rejects with the reason. */
  signal?: AbortSignal | undefined;
}

export interface Run {
  directory: string;
  summary: Summary;
  details: Details;
  /** Every latency, milliseconds. */
  latencies: Sample;
  expectations: ExpectationResult[];
}

/** @throws when the network cannot be started, or a node dies; nothing is left running then. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Run> {
  const { network, linksBy, progress = () => undefined, signal } = options;
  const directory = options.out ?? join('runs', `${scenario.name}-${timestamp(new Date())}`);
  if (network === 'simulated') return runInWorker(withMeasuredCosts(scenario), directory, progress, signal);
  return conduct(
    scenario,
    directory,
    progress,
    (edges) => startLocal(scenario, edges, { linksBy, progress, signal }),
    signal,
  );
}

/** The run itself, on the network that `start` brings up. */
export async function conduct(
  scenario: Scenario,
  directory: string,
  progress: Progress,
  start: (edges: Edge[]) => Promise<Network>,
  signal?: AbortSignal,
): Promise<Run> {
  const invokedAt = new Date();
  const edges = edgesOf(scenario);
  const plan = await planWorkload(scenario, progress);
  const faults = planFaults(scenario, edges, spanMs(plan));
  const network = await start(edges);
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    const measured = await Promise.race([
      runExperiment(network, scenario, plan, edges, progress, faults),
      aborted,
    ]);
    const record = { ...measured, ...regionsOf(scenario) };
    await network.stop();
    const meta = await describeRun(invokedAt);
    return await writeRun(
      directory,
      { scenario, scenarioYaml: scenarioToYaml(scenario), record, meta },
      () => {
        const figures = summarize(record);
        return { ...figures, expectations: checkExpectations(expectedOf(scenario), figures.summary) };
      },
    );
  } finally {
    await network.stop();
  }
}

/**
 * 0: every expectation held. 1: one was missed. 2: the run is invalid; that comes first, since what it was expected to
 * show it can neither hold nor miss.
 */
export function exitCodeOf({ summary, expectations }: Pick<Run, 'summary' | 'expectations'>): 0 | 1 | 2 {
  if (!summary.valid) return 2;
  return expectations.every(({ held }) => held) ? 0 : 1;
}

function regionsOf(scenario: Scenario): { regions?: (string | null)[] } {
  const regions = placesOf(scenario).map(({ region }) => region);
  return regions.some((region) => region !== null) ? { regions } : {};
}

/** A cost to be measured becomes the number measured: from here on, and in the run folder, the scenario says all. */
export function withMeasuredCosts(scenario: Scenario): Scenario {
  return withVerifyMs(scenario, measureRecoveryMs);
}

export function edgesOf(scenario: Scenario): Edge[] {
  const { nodes, topology, seed } = scenario;
  const regions = topology.kind === 'regions' ? placesOf(scenario).map(({ region }) => region) : [];
  return buildTopology(nodes.count, topology, streamOf(seed, 'topology'), regions);
}

/** For names of folders. */
export const timestamp = (date: Date): string => date.toISOString().slice(0, 19).replaceAll(':', '-');
