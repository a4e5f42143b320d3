/** The way from a scenario file to a `Scenario`, and back to a file that says everything. */
import { stringify } from 'yaml';
import type { z } from 'zod';

import { explain, issuesWithin, valueAt } from './explain.ts';
import { inlineFiles } from './inline-files.ts';
import { applyOverrides, overrideOf, parseOverride, unknownField } from './override.ts';
import type { Override } from './override.ts';
import { parseScenario } from './parse.ts';
import type { Mapping, ParsedScenario, Path } from './parse.ts';
import { ScenarioError } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';

/**
 * Reads a scenario, applies the overrides (`path=value`, see override.ts) in their order, reads the files it names,
 * fills in defaults and checks everything. `file` is used in messages only; `folder` is where the files are that the
 * scenario names.
 * @throws {ScenarioError} with every problem found, each with its place and what to do about it.
 */
export function resolveScenario(
  text: string,
  overrides: readonly string[] = [],
  file = 'scenario.yaml',
  folder = '.',
): Scenario {
  return resolveParsed(parseScenario(text, file), parseOverrides(overrides), folder);
}

/** @throws {ScenarioError} with every one that is none. */
export function parseOverrides(overrides: readonly string[]): Override[] {
  const parsed = overrides.map(parseOverride);
  const problems = parsed.flatMap((result) => ('problem' in result ? [result.problem] : []));
  if (problems.length > 0) throw new ScenarioError(problems);
  return parsed.flatMap((result) => ('override' in result ? [result.override] : []));
}

/** As `resolveScenario`, of what was read already. */
export function resolveParsed(
  parsed: ParsedScenario,
  overrides: readonly Override[],
  folder: string,
): Scenario {
  const written = applyOverrides(parsed.data, overrides);
  const { data, problems } = inlineFiles(written, folder);
  const result = scenarioSchema.safeParse(data);
  const placeOf = (path: Path): string => overrideOf(path, overrides)?.where ?? parsed.where(path);
  const unread = problems.map(({ path, message }) => ({ where: placeOf(path), path: dotted(path), message }));
  if (result.success && unread.length === 0) return result.data;
  const issues = result.success
    ? []
    : result.error.issues.flatMap((issue) => issuesWithin(issue, valueAt(data, issue.path)));
  // What could not be read is still the name of a file, which the schema cannot know.
  const others = issues.filter((issue) => !problems.some(({ path }) => dotted(path) === dotted(issue.path)));
  throw new ScenarioError([
    ...unread,
    ...others.flatMap((issue) => problemsOf(issue, data, parsed, overrides, placeOf)),
  ]);
}

/** What a run folder keeps: every field written out. Resolving it again gives the same scenario. */
export function scenarioToYaml(scenario: Scenario): string {
  return stringify(scenario, { lineWidth: 0, aliasDuplicateObjects: false });
}

function problemsOf(
  issue: z.core.$ZodIssue,
  data: Mapping,
  parsed: ParsedScenario,
  overrides: readonly Override[],
  placeOf: (path: Path) => string,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const where = overrideOf(path, overrides)?.where ?? parsed.whereKey(issue.path, key);
      return { where, path: dotted(path), message: unknownField(dotted(path), valueAt(data, path)) };
    });
  }
  const message = explain(issue, valueAt(data, issue.path), String(issue.path.at(-1) ?? ''));
  return [{ where: placeOf(issue.path), path: dotted(issue.path), message }];
}

function dotted(path: Path): string {
  return path.join('.');
}
