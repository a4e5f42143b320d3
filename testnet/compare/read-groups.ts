/** Run folders and sweep folders -> groups of runs that differ by their seed alone. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { flattenOptions } from '../../src/config.ts';
import { summarize } from '../measure/summarize.ts';
import { readRecord } from '../report/run-record.ts';
import { checkExpectations } from '../scenario/expect.ts';
import { expectedOf } from '../scenario/expected.ts';
import { resolveScenario } from '../scenario/resolve.ts';
import { SweepFolder } from '../sweep/sweep-folder.ts';
import type { ComparedRun, Group } from './compare.ts';

/** Fields that make no difference to what happens. */
const BESIDE_THE_POINT = ['seed', 'name', 'description'];

interface Source {
  directory: string;
  run: ComparedRun;
  /** Flattened: dotted path -> value. */
  fields: Record<string, unknown>;
}

/**
 * In the order given; runs of one group may stand anywhere.
 * @throws {Error} naming the folder that is neither of a run nor of a sweep.
 */
export async function readGroups(directories: readonly string[]): Promise<Group[]> {
  const folders = (await Promise.all(directories.map(expand))).flat();
  const sources: Source[] = [];
  // One at a time: each record may be large.
  for (const directory of folders) sources.push(await readSource(directory));
  const groups = new Map<string, Source[]>();
  for (const source of sources) {
    const key = JSON.stringify(
      Object.entries(source.fields)
        .filter(([path]) => !BESIDE_THE_POINT.includes(path))
        .sort(),
    );
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [source]);
    else group.push(source);
  }
  return named([...groups.values()]);
}

async function expand(directory: string): Promise<string[]> {
  const path = resolve(directory);
  const isSweep = await stat(join(path, 'sweep.json')).then(
    () => true,
    () => false,
  );
  if (!isSweep) return [path];
  const folder = await SweepFolder.open(path);
  const done = await folder.done();
  if (done.length === 0) throw new Error(`${path} is a sweep of which no point is done`);
  return done.map(({ name }) => folder.directoryOf(name));
}

async function readSource(directory: string): Promise<Source> {
  const record = await readRecord(directory);
  const text = await readFile(join(directory, 'scenario.yaml'), 'utf8');
  const scenario = resolveScenario(text, [], join(basename(directory), 'scenario.yaml'));
  const { summary, details, latencies } = summarize(record);
  const missed = checkExpectations(expectedOf(scenario), summary).filter(({ held }) => !held).length;
  return {
    directory,
    run: { directory, summary, coverageOverTime: details.coverageOverTime, latencies, missed },
    fields: { network: record.network, ...flattenOptions(parse(text) as Record<string, unknown>) },
  };
}

/**
 * Each by the fields in which the groups differ; by the scenario's name where that tells them apart more briefly. Points
 * of one sweep that were given descriptions of their own go by these, and by what still differs among those of one.
 */
function named(groups: readonly Source[][]): Group[] {
  const all = groups.map(([first]) => first!.fields);
  const paths = differing(all);
  const scenarioNames = all.map(({ name }) => String(name));
  const byName = paths.length > 2 && new Set(scenarioNames).size === groups.length;
  const descriptions = all.map(({ description }) => String(description));
  const isDescribed = new Set(scenarioNames).size === 1 && new Set(descriptions).size > 1;
  const within = new Set(
    descriptions.flatMap((each) => differing(all.filter((_, index) => descriptions[index] === each))),
  );
  return groups.map((sources, index) => {
    const settings = Object.fromEntries(paths.map((path) => [path, all[index]![path] ?? null]));
    const bySettings = Object.entries(settings)
      .filter(([path]) => !isDescribed || within.has(path))
      .map(
        ([path, value]) =>
          `${path.replace(/^nodes\.options\./, '')}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
    const described = [...(isDescribed ? [descriptions[index]!] : []), ...bySettings];
    const factors = byName || described.length === 0 ? [scenarioNames[index]!] : described;
    return { name: factors.join(', '), factors, settings, runs: sources.map(({ run }) => run) };
  });
}

/** Fields that are not the same in all of them, and make a difference. */
function differing(all: readonly Record<string, unknown>[]): string[] {
  return [...new Set(all.flatMap((fields) => Object.keys(fields)))].filter(
    (path) =>
      !BESIDE_THE_POINT.includes(path) && new Set(all.map((fields) => JSON.stringify(fields[path]))).size > 1,
  );
}
