/** What a sweep changes at each of its points. */
import { pathOf, unknownField } from './override.ts';
import type { Override } from './override.ts';
import { ScenarioError } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Scenario } from './scenario.ts';

type Place = (string | number)[];

/**
 * Every combination of an entry of the list, if there is one, with every one of the grid; each is a list of overrides,
 * placed where its value is written. `whereOf` gives the place of a path within the sweep.
 * @throws {ScenarioError} when there is no sweep, it changes what cannot be changed, or it is too large.
 */
export function sweepSettings(sweep: Scenario['sweep'], whereOf: (path: Place) => string): Override[][] {
  const problem = (place: Place, message: string): Problem => {
    return { where: whereOf(place), path: ['sweep', ...place].join('.'), message };
  };
  if (sweep === null || isEmpty(sweep)) {
    const message = 'there is nothing to sweep: write sweep: {grid: {nodes.count: [25, 50]}}, or repeats';
    throw new ScenarioError([problem([], message)]);
  }
  const { grid, list, repeats, maxPoints } = sweep;
  const problems = fieldsOf(sweep).flatMap(({ field, place }) => {
    const message = fieldProblem(field, sweep);
    return message === null ? [] : [problem(place, message)];
  });
  const count =
    Object.values(grid).reduce((product, values) => product * values.length, Math.max(1, list.length)) *
    repeats;
  if (count > maxPoints) {
    const message = `${count} runs, more than maxPoints (${maxPoints}): take fewer values or repeats, or raise sweep.maxPoints`;
    problems.push(problem([], message));
  }
  if (problems.length > 0) throw new ScenarioError(problems);

  const override = (field: string, value: unknown, place: Place): Override => {
    return { where: whereOf(place), path: pathOf(field)!, value };
  };
  const entries = list.map((entry, index) =>
    Object.entries(entry).map(([field, value]) => override(field, value, ['list', index, field])),
  );
  const axes = Object.entries(grid).map(([field, values]) =>
    values.map((value, index) => override(field, value, ['grid', field, index])),
  );
  return axes.reduce<Override[][]>(
    (settings, axis) => settings.flatMap((setting) => axis.map((value) => [...setting, value])),
    entries.length > 0 ? entries : [[]],
  );
}

type Sweep = NonNullable<Scenario['sweep']>;

function isEmpty({ grid, list, repeats }: Sweep): boolean {
  return Object.keys(grid).length === 0 && list.length === 0 && repeats === 1;
}

function fieldsOf({ grid, list }: Sweep): { field: string; place: Place }[] {
  return [
    ...Object.keys(grid).map((field) => ({ field, place: ['grid', field] })),
    ...list.flatMap((entry, index) =>
      Object.keys(entry).map((field) => ({ field, place: ['list', index, field] })),
    ),
  ];
}

function fieldProblem(field: string, { grid, list, repeats }: Sweep): string | null {
  const path = pathOf(field);
  if (path === undefined) return unknownField(field);
  if (path[0] === 'sweep' || path[0] === 'name')
    return `${path[0]} is of the sweep as a whole: change another field`;
  if (field === 'seed' && repeats > 1)
    return 'repeats give each run a seed of its own: leave one of the two out';
  if (Object.hasOwn(grid, field) && list.some((entry) => Object.hasOwn(entry, field))) {
    return 'it is in the grid and in the list: leave it out of one';
  }
  return null;
}
