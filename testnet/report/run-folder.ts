/**
 * The run folder: everything a run brought home, and all that is needed to run it again.
 *
 *   scenario.yaml   the scenario as resolved
 *   summary.json    the figures (testnet/measure/summary.ts)
 *   events.parquet  every event (events-parquet.ts)
 *   record.json.gz  the rest of what was measured (run-record.ts)
 *   report.html     the report
 *   meta.json       seed, versions, commit, machine, time
 */
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Details } from '../measure/details.ts';
import type { ExperimentRecord } from '../measure/record.ts';
import type { Summary } from '../measure/summary.ts';
import type { ExpectationResult } from '../scenario/expect.ts';
import { writeEvents } from './events-parquet.ts';
import { renderHtml } from './html.ts';
import type { RunMeta } from './run-meta.ts';
import { writeRecord } from './run-record.ts';

/** What a run brought home, before anything is made of it. */
export interface MeasuredRun {
  scenario: { name: string; description: string };
  /** The scenario as resolved, as YAML. */
  scenarioYaml: string;
  record: ExperimentRecord;
  meta: RunMeta;
}

export interface RunFigures {
  summary: Summary;
  details: Details;
  expectations: readonly ExpectationResult[];
}

/**
 * Writes the folder whole or not at all: beside its final place, then renamed. An interrupted write leaves a folder
 * named `.<name>.partial-*`, never one that could be taken for a run. What was measured is written before `evaluate`
 * makes the figures of it, and stays in that folder when they cannot be made: `rebuildReport` can be tried on it again.
 *
 * @returns the figures, and the absolute path of the folder.
 * @throws {Error} when something of that name is there already, or the figures cannot be made.
 */
export async function writeRun<F extends RunFigures>(
  dir: string,
  measured: MeasuredRun,
  evaluate: () => F,
): Promise<F & { directory: string }> {
  const path = resolve(dir);
  await refuseExisting(path);
  await mkdir(dirname(path), { recursive: true });
  const partial = await mkdtemp(join(dirname(path), `.${basename(path)}.partial-`));
  try {
    await writeMeasured(partial, measured);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  try {
    const figures = evaluate();
    await writeFigures(partial, measured, figures);
    await refuseExisting(path);
    await rename(partial, path);
    return { ...figures, directory: path };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${reason}; what was measured is kept in ${partial}, and "txgossip report" makes the page of it`,
      { cause: error },
    );
  }
}

async function writeMeasured(directory: string, { scenarioYaml, record, meta }: MeasuredRun): Promise<void> {
  await writeFile(join(directory, 'scenario.yaml'), scenarioYaml);
  await writeFile(join(directory, 'meta.json'), json({ seed: record.seed, ...meta }));
  await writeEvents(join(directory, 'events.parquet'), record);
  await writeRecord(directory, record);
}

async function writeFigures(
  directory: string,
  { scenario, scenarioYaml, record, meta }: MeasuredRun,
  { summary, details, expectations }: RunFigures,
): Promise<void> {
  const html = renderHtml({ ...scenario, scenarioYaml, summary, details, expectations, meta });
  await writeFile(join(directory, 'summary.json'), json(summary));
  await writeFile(join(directory, 'report.html'), html);
  await writeFile(join(directory, 'meta.json'), json({ seed: record.seed, ...meta, expectations }));
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (found)
    throw new Error(`${path} is there already, and a run is never overwritten: choose another folder`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
