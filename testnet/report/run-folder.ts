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

export interface Run {
  scenario: { name: string; description: string };
  /** The scenario as resolved, as YAML. */
  scenarioYaml: string;
  record: ExperimentRecord;
  summary: Summary;
  details: Details;
  expectations: readonly ExpectationResult[];
  meta: RunMeta;
}

/**
 * Writes the folder whole or not at all: beside its final place, then renamed. An interrupted write leaves a folder
 * named `.<name>.partial-*`, never one that could be taken for a run.
 *
 * @returns the absolute path of the folder.
 * @throws {Error} when something of that name is there already.
 */
export async function writeRun(dir: string, run: Run): Promise<string> {
  const path = resolve(dir);
  await refuseExisting(path);
  await mkdir(dirname(path), { recursive: true });
  const partial = await mkdtemp(join(dirname(path), `.${basename(path)}.partial-`));
  try {
    const { scenario, scenarioYaml, record, summary, details, expectations, meta } = run;
    const html = renderHtml({ ...scenario, scenarioYaml, summary, details, expectations, meta });
    await writeFile(join(partial, 'scenario.yaml'), scenarioYaml);
    await writeFile(join(partial, 'summary.json'), json(summary));
    await writeFile(join(partial, 'report.html'), html);
    await writeFile(join(partial, 'meta.json'), json({ seed: record.seed, ...meta, expectations }));
    await writeEvents(join(partial, 'events.parquet'), record);
    await writeRecord(partial, record);
    await refuseExisting(path);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return path;
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
