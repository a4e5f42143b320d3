/** The page of a run, made again from what its folder holds: after an upgrade, or when the page was lost. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { summarize } from '../measure/summarize.ts';
import { checkExpectations } from '../scenario/expect.ts';
import { expectedOf } from '../scenario/expected.ts';
import { resolveScenario, scenarioToYaml } from '../scenario/resolve.ts';
import { writeWhole } from '../write-whole.ts';
import { renderHtml } from './html.ts';
import type { RunMeta } from './run-meta.ts';
import { readRecord } from './run-record.ts';

/** @returns the path of the page. @throws {Error} when `directory` is no run folder. */
export async function rebuildReport(directory: string): Promise<string> {
  const path = resolve(directory);
  const record = await readRecord(path);
  const text = await readFile(join(path, 'scenario.yaml'), 'utf8');
  const scenario = resolveScenario(text, [], join(path, 'scenario.yaml'));
  const meta = JSON.parse(await readFile(join(path, 'meta.json'), 'utf8')) as RunMeta;
  const { summary, details } = summarize(record);
  const html = renderHtml({
    name: scenario.name,
    description: scenario.description,
    scenarioYaml: scenarioToYaml(scenario),
    summary,
    details,
    expectations: checkExpectations(expectedOf(scenario), summary),
    meta,
  });
  const page = join(path, 'report.html');
  await writeWhole(page, html);
  return page;
}
