/** A scenario, start to finish: plan, network, experiment, figures, run folder. */
import { join } from 'node:path';
import { runExperiment } from './experiment.ts';
import type { Details } from './measure/details.ts';
import type { Sample } from './measure/statistics.ts';
import { summarize } from './measure/summarize.ts';
import type { Summary } from './measure/summary.ts';
import { startLocal } from './networks/local/start-local.ts';
import type { Edge, Network, Progress } from './networks/network.ts';
import { runInWorker } from './networks/simulated/run-in-worker.ts';
import { streamOf } from './random.ts';
import { writeRun } from './report/run-folder.ts';
import { describeRun } from './report/run-meta.ts';
import { checkExpectations, type ExpectationResult } from './scenario/expect.ts';
import { scenarioToYaml } from './scenario/resolve.ts';
import type { Scenario } from './scenario/scenario.ts';
import { buildTopology } from './topology/graphs.ts';
import { measureRecoveryMs } from './workload/measure-recovery.ts';
import { planWorkload } from './workload/plan.ts';

export interface RunOptions {
  network: Network['kind'];
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
  const { network, progress = () => undefined, signal } = options;
  const directory = options.out ?? join('runs', `${scenario.name}-${timestamp(new Date())}`);
  if (network === 'simulated') return runInWorker(withMeasuredCosts(scenario), directory, progress, signal);
  return conduct(
    scenario,
    directory,
    progress,
    (edges) => startLocal(scenario, edges, { progress, signal }),
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
  const network = await start(edges);
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    const record = await Promise.race([runExperiment(network, scenario, plan, edges, progress), aborted]);
    await network.stop();
    const { summary, details, latencies } = summarize(record);
    const expectations = checkExpectations(scenario.expect, summary);
    const meta = await describeRun(invokedAt);
    const scenarioYaml = scenarioToYaml(scenario);
    const written = await writeRun(directory, {
      scenario,
      scenarioYaml,
      record,
      summary,
      details,
      expectations,
      meta,
    });
    return { directory: written, summary, details, latencies, expectations };
  } finally {
    await network.stop();
  }
}

/** A cost to be measured becomes the number measured: from here on, and in the run folder, the scenario says all. */
export function withMeasuredCosts(scenario: Scenario): Scenario {
  const { nodes } = scenario;
  if (nodes.cpu.verifyMs !== 'measured') return scenario;
  return { ...scenario, nodes: { ...nodes, cpu: { ...nodes.cpu, verifyMs: measureRecoveryMs() } } };
}

export function edgesOf(scenario: Scenario): Edge[] {
  return buildTopology(scenario.nodes.count, scenario.topology, streamOf(scenario.seed, 'topology'));
}

/** For names of folders. */
export const timestamp = (date: Date): string => date.toISOString().slice(0, 19).replaceAll(':', '-');
