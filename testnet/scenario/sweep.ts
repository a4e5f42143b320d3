/** The points of a sweep: what is changed at each, and the whole scenario that follows. */
import { int, streamOf } from '../random.ts';
import type { Override } from './override.ts';
import { parseScenario } from './parse.ts';
import { ScenarioError } from './problem.ts';
import type { Problem } from './problem.ts';
import { parseOverrides, resolveParsed } from './resolve.ts';
import type { Scenario } from './scenario.ts';
import { sweepSettings } from './sweep-settings.ts';

/** One run of a sweep. */
export interface SweepPoint {
  /** Differs from that of every other point; fit for the name of a folder: `nodes.count=25_topology.degree=8_r1`. */
  name: string;
  /** The name without the repeat: points that differ in their seeds alone have it in common. */
  setting: string;
  /** Field -> value at this point, as the sweep has them. Without the seed, unless that is what is swept. */
  overrides: Record<string, unknown>;
  /** From 1. */
  repeat: number;
  seed: number;
  /** All that the run depends on; its own sweep is null. */
  scenario: Scenario;
}

/** Longest name of a folder, less what is put around it. */
const MAX_NAME = 200;
/** Seeds are drawn below this: short enough to be typed. */
const SEEDS = 2 ** 32;

/**
 * The runs of the scenario's `sweep`, in the order of its list, its grid (the last field changes fastest) and the
 * repeats; the arguments are those of `resolveScenario`. Every point is checked. Its seed follows from the seed of
 * the scenario, what is changed and the repeat: another value on an axis leaves the seeds of the others.
 * @throws {ScenarioError} with every problem of the scenario or of any point, or when there is no sweep.
 */
export function sweepPoints(
  text: string,
  overrides: readonly string[] = [],
  file = 'scenario.yaml',
  folder = '.',
): SweepPoint[] {
  const parsed = parseScenario(text, file);
  const given = parseOverrides(overrides);
  const base = resolveParsed(parsed, given, folder);
  // A sweep that was set as an option has its values there.
  const option = given.findLast(({ path }) => path[0] === 'sweep')?.where;
  const settings = sweepSettings(base.sweep, (path) => option ?? parsed.where(['sweep', ...path]));

  const taken = { names: new Set<string>(), seeds: new Set<number>() };
  const problems: Problem[] = [];
  const points = settings.flatMap((setting): SweepPoint[] => {
    const changed = Object.fromEntries(setting.map(({ path, value }) => [path.join('.'), value]));
    const name = nameOf(setting, taken.names);
    const repeats = base.sweep!.repeats;
    const resolve = (seed: number): Scenario =>
      resolveParsed(parsed, [...given, ...setting, override('sweep', null), override('seed', seed)], folder);
    try {
      return Array.from({ length: repeats }, (_, index) => {
        const repeat = index + 1;
        const seed =
          (changed['seed'] as number | undefined) ?? seedOf(base.seed, changed, repeat, taken.seeds);
        const own = repeats === 1 ? name : `${name}_r${repeat}`;
        return { name: own, setting: name, overrides: changed, repeat, seed, scenario: resolve(seed) };
      });
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems.map((problem) => atPoint(problem, changed)));
      return [];
    }
  });
  if (problems.length > 0) throw new ScenarioError(problems);
  return points;
}

function override(field: string, value: unknown): Override {
  return { where: 'sweep', path: [field], value };
}

function atPoint(problem: Problem, changed: Record<string, unknown>): Problem {
  const settings = Object.entries(changed).map(([field, value]) => `${field}=${JSON.stringify(value)}`);
  return { ...problem, message: `${problem.message} (at the point ${settings.join(', ')})` };
}

/** Another one where two points happened to have the same. */
function seedOf(seed: number, changed: Record<string, unknown>, repeat: number, taken: Set<number>): number {
  const dice = streamOf(seed, 'sweep', JSON.stringify(changed), repeat);
  let drawn = int(dice, SEEDS);
  while (taken.has(drawn)) drawn = int(dice, SEEDS);
  taken.add(drawn);
  return drawn;
}

/** What no file system minds; where that makes two alike, or one too long, they are numbered. */
function nameOf(setting: readonly Override[], taken: Set<string>): string {
  const plain = setting
    .map(
      ({ path, value }) => `${path.join('.')}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .map((part) => part.replaceAll(/[^\w.=+-]+/g, '-').replaceAll(/^-+|-+$/g, ''))
    .join('_');
  const wanted = plain === '' ? 'seeds' : plain.slice(0, MAX_NAME);
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}
