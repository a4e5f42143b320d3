/** Which node is where, what lies between the regions, and what lines nodes have there. */
import { shuffle, streamOf } from '../random.ts';
import { regionData } from '../topology/region-data.ts';
import type { NodeType, RegionLatencies } from '../topology/region-data.ts';
import { apportion } from './apportion.ts';
import { REGION_PAIR } from './links-fields.ts';
import type { ScenarioFields } from './scenario.ts';

type Regions = NonNullable<ScenarioFields['links']['regions']>;

/** ms, one way, before single pairs are overridden. */
export function latenciesOf({ matrix }: Pick<Regions, 'matrix'>): RegionLatencies {
  return typeof matrix === 'string' ? regionData(matrix).latencyMs : matrix;
}

/** ms, one way, as links have them. */
export function regionLatencies(regions: Regions): RegionLatencies {
  const latencyMs = structuredClone(latenciesOf(regions));
  for (const [pair, ms] of Object.entries(regions.override)) {
    for (const [from, to] of directionsOf(pair)) latencyMs[from]![to] = ms;
  }
  return latencyMs;
}

/** `a->b` is one direction, `a<->b` are two; none when it is neither. */
export function directionsOf(pair: string): [from: string, to: string][] {
  const groups = REGION_PAIR.exec(pair)?.groups;
  if (groups === undefined) return [];
  const [from, to] = [groups['from']!, groups['to']!];
  if (groups['arrow'] === '->' || from === to) return [[from, to]];
  return [
    [from, to],
    [to, from],
  ];
}

/** Number of nodes in each region against the others, regions without any left out. */
export function sharesOf(regions: Regions): Record<string, number> {
  const given =
    regions.shares ?? (typeof regions.matrix === 'string' ? regionData(regions.matrix).shares : null);
  const shares = given ?? Object.fromEntries(Object.keys(latenciesOf(regions)).map((region) => [region, 1]));
  return Object.fromEntries(Object.entries(shares).filter(([, share]) => share > 0));
}

export function nodeTypesOf({ nodeTypes, matrix }: Regions): readonly NodeType[] {
  if (nodeTypes === 'none') return [];
  if (nodeTypes !== 'data') return nodeTypes;
  return typeof matrix === 'string' ? regionData(matrix).nodeTypes : [];
}

/**
 * Nodes without a region get one, as many each as the shares say to the node, which of them by the seed. Without
 * `regions` they stay where they are: nowhere.
 */
export function withRegions(
  given: readonly (string | null)[],
  regions: Regions | null,
  seed: number,
): (string | null)[] {
  if (regions === null) return [...given];
  const shares = Object.entries(sharesOf(regions));
  const free = given.flatMap((region, node) => (region === null ? [node] : []));
  shuffle(streamOf(seed, 'regions'), free);
  const placed = [...given];
  const counts = apportion(
    shares.map(([, share]) => share),
    free.length,
  );
  for (const [index, count] of counts.entries()) {
    for (const node of free.splice(0, count)) placed[node] = shares[index]![0];
  }
  return placed;
}

/** For each node its type, as many of each in a region as its share says to the node; null where there are no types. */
export function typesOfNodes(
  places: readonly (string | null)[],
  regions: Regions | null,
  seed: number,
): (NodeType | null)[] {
  const types = new Array<NodeType | null>(places.length).fill(null);
  if (regions === null) return types;
  const all = nodeTypesOf(regions);
  for (const region of new Set(places)) {
    const here = all.filter(
      (type) => type.regions === undefined || (region !== null && type.regions.includes(region)),
    );
    if (here.length === 0) continue;
    const nodes = places.flatMap((place, node) => (place === region ? [node] : []));
    shuffle(streamOf(seed, 'node-types', region ?? ''), nodes);
    const counts = apportion(
      here.map(({ share }) => share),
      nodes.length,
    );
    for (const [index, count] of counts.entries()) {
      for (const node of nodes.splice(0, count)) types[node] = here[index]!;
    }
  }
  return types;
}
