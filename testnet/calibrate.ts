/** The same scenario on the local and on the simulated network, and how far the two agree. */
import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { calibrationOf, type Calibration } from './measure/calibration.ts';
import type { Network, Progress } from './networks/network.ts';
import { calibrationPage } from './report/calibration-report.ts';
import { runScenario, timestamp, type Run } from './run.ts';
import type { Scenario } from './scenario/scenario.ts';

export interface CalibrateOptions {
  /** The folder for everything. Default: runs/<name>-calibration-<time> under the working directory. */
  out?: string | undefined;
  progress?: Progress | undefined;
  /** Ends it early: the promise rejects with the reason. */
  signal?: AbortSignal | undefined;
}

export interface CalibrationRun {
  /**
   * calibration.json, calibration.html, and the run folders `local` and `simulated`. When one of the runs fails, what
   * the other left stays, without the comparison.
   */
  directory: string;
  calibration: Calibration;
  local: Run;
  simulated: Run;
}

/**
 * One run after the other: both at once would fight for the machine, of which one is the measure. `nodes.cpu` is of the
 * simulated run alone: on the local network computing costs what it costs.
 *
 * @throws when a run cannot be had, or the folder is there already.
 */
export async function calibrate(
  scenario: Scenario,
  { out, progress = () => undefined, signal }: CalibrateOptions = {},
): Promise<CalibrationRun> {
  const directory = resolve(out ?? join('runs', `${scenario.name}-calibration-${timestamp(new Date())}`));
  await refuseExisting(directory);
  const run = (of: Scenario, network: Network['kind']): Promise<Run> =>
    runScenario(of, {
      network,
      out: join(directory, network),
      progress: (phase, done, total) => progress(`${network} ${phase}`, done, total),
      signal,
    });
  const local = await run(withoutCpu(scenario), 'local');
  signal?.throwIfAborted();
  const simulated = await run(scenario, 'simulated');
  const calibration = calibrationOf(local, simulated);
  await write(directory, scenario, calibration, { local, simulated });
  return { directory, calibration, local, simulated };
}

function withoutCpu(scenario: Scenario): Scenario {
  return { ...scenario, nodes: { ...scenario.nodes, cpu: { verifyMs: 0, messageMs: 0 } } };
}

async function refuseExisting(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (found !== null)
    throw new Error(`${directory} is there already, and a run is never overwritten: choose another folder`);
}

async function write(
  directory: string,
  { name, description, seed }: Scenario,
  calibration: Calibration,
  { local, simulated }: { local: Run; simulated: Run },
): Promise<void> {
  const html = calibrationPage({
    name,
    description,
    seed,
    calibration,
    series: [
      { name: 'local', colour: 'var(--orange)', latencies: local.latencies },
      { name: 'simulated', colour: 'var(--blue)', latencies: simulated.latencies },
    ],
  });
  await writeFile(join(directory, 'calibration.html'), html);
  const json = JSON.stringify({ name, seed, ...calibration }, null, 2);
  await writeFile(join(directory, 'calibration.json'), `${json}\n`);
}
