/** Regions that are named and not there, and what they contradict. */
import { matrixProblem } from '../topology/region-data.ts';
import type { Contradiction } from './contradictions.ts';
import { directionsOf, latenciesOf, nodeTypesOf, sharesOf } from './regions.ts';
import type { ScenarioFields } from './scenario.ts';
import { unknownName } from './unknown-name.ts';

type Regions = NonNullable<ScenarioFields['links']['regions']>;
type Known = (name: string) => string | null;

export function regionContradictions({ nodes, links }: ScenarioFields): Contradiction[] {
  const { regions } = links;
  if (regions === null) return [];
  const matrix = matrixProblem(latenciesOf(regions));
  if (matrix !== null) return [{ path: ['links', 'regions', 'matrix'], message: matrix }];
  const there = Object.keys(latenciesOf(regions));
  const known: Known = (name) => (there.includes(name) ? null : unknownName('region', name, there));
  const groups = nodes.groups.flatMap(({ region }, index) => {
    const message = region === undefined ? null : known(region);
    return message === null ? [] : [{ path: ['nodes', 'groups', index, 'region'], message }];
  });
  const own = [
    ...shareProblems(regions, known),
    ...typeProblems(regions, known),
    ...overrideProblems(regions, known),
  ];
  return [
    ...groups,
    ...own.map(({ path, message }) => ({ path: ['links', 'regions', ...path], message })),
    ...lineProblems(nodes, regions),
  ];
}

function shareProblems(regions: Regions, known: Known): Contradiction[] {
  const shares = regions.shares ?? {};
  const problems = Object.keys(shares).flatMap((region) => {
    const message = known(region);
    return message === null ? [] : [{ path: ['shares', region], message }];
  });
  if (problems.length > 0 || Object.keys(sharesOf(regions)).length > 0) return problems;
  return [{ path: ['shares'], message: 'no region has a share of the nodes: give one of them more than 0' }];
}

function typeProblems({ nodeTypes }: Regions, known: Known): Contradiction[] {
  if (typeof nodeTypes === 'string') return [];
  return nodeTypes.flatMap(({ regions = [] }, index) =>
    regions.flatMap((region, position) => {
      const message = known(region);
      return message === null ? [] : [{ path: ['nodeTypes', index, 'regions', position], message }];
    }),
  );
}

function overrideProblems({ override }: Regions, known: Known): Contradiction[] {
  const seen = new Map<string, string>();
  return Object.keys(override).flatMap((pair) => {
    const path = ['override', pair];
    const directions = directionsOf(pair);
    const stranger = directions.flat().find((region) => known(region) !== null);
    if (stranger !== undefined) return [{ path, message: known(stranger)! }];
    for (const [from, to] of directions) {
      const direction = `${from} -> ${to}`;
      const before = seen.get(direction);
      if (before !== undefined) {
        return [{ path, message: `"${before}" says what ${direction} takes already: keep one of them` }];
      }
      seen.set(direction, pair);
    }
    return [];
  });
}

/** Two answers to how wide a line is. */
function lineProblems(nodes: ScenarioFields['nodes'], regions: Regions): Contradiction[] {
  if (nodeTypesOf(regions).length === 0) return [];
  return (['uplinkMbps', 'downlinkMbps'] as const).flatMap((line) =>
    nodes[line] === null
      ? []
      : [
          {
            path: ['nodes', line],
            message:
              'lines come from links.regions.nodeTypes: leave this out, or set links.regions.nodeTypes to none',
          },
        ],
  );
}
