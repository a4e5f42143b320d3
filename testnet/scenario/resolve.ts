/** The way from a scenario file to a `Scenario`, and back to a file that says everything. */
import { stringify } from 'yaml';
import type { z } from 'zod';

import { explain } from './explain.ts';
import { applyOverrides, overrideOf, parseOverride, unknownField } from './override.ts';
import type { Override } from './override.ts';
import { parseScenario } from './parse.ts';
import type { ParsedScenario, Path } from './parse.ts';
import { ScenarioError } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';

/**
 * Reads a scenario, applies the overrides (`path=value`, see override.ts) in their order, fills in defaults and
 * checks everything. `file` is used in messages only.
 * @throws {ScenarioError} with every problem found, each with its place and what to do about it.
 */
export function resolveScenario(
  text: string,
  overrides: readonly string[] = [],
  file = 'scenario.yaml',
): Scenario {
  const parsed = parseScenario(text, file);
  const parsedOverrides = overrides.map(parseOverride);
  const problems = parsedOverrides.flatMap((result) => ('problem' in result ? [result.problem] : []));
  if (problems.length > 0) throw new ScenarioError(problems);

  const applied = parsedOverrides.flatMap((result) => ('override' in result ? [result.override] : []));
  const data = applyOverrides(parsed.data, applied);
  const result = scenarioSchema.safeParse(data);
  if (result.success) return result.data;
  throw new ScenarioError(result.error.issues.flatMap((issue) => problemsOf(issue, data, parsed, applied)));
}

/** What a run folder keeps: every field written out. Resolving it again gives the same scenario. */
export function scenarioToYaml(scenario: Scenario): string {
  return stringify(scenario, { lineWidth: 0, aliasDuplicateObjects: false });
}

function problemsOf(
  issue: z.core.$ZodIssue,
  data: unknown,
  parsed: ParsedScenario,
  overrides: readonly Override[],
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const where = overrideOf(path, overrides)?.where ?? parsed.whereKey(issue.path, key);
      return { where, path: dotted(path), message: unknownField(dotted(path)) };
    });
  }
  const where = overrideOf(issue.path, overrides)?.where ?? parsed.where(issue.path);
  return [{ where, path: dotted(issue.path), message: explain(issue, valueAt(data, issue.path)) }];
}

function dotted(path: Path): string {
  return path.join('.');
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    data,
  );
}
