/** Who is on which side of a partition. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { shuffle } from '../random.ts';
import { apportion } from '../scenario/apportion.ts';
import { DEFAULT_GROUP } from '../scenario/nodes-fields.ts';
import type { Place } from '../scenario/select-nodes.ts';
import type { LinkPair } from './fault.ts';

type Names = string | readonly string[];

export type Partition =
  | readonly (readonly number[])[]
  | {
      shares?: readonly number[] | undefined;
      groups?: readonly Names[] | undefined;
      regions?: readonly Names[] | undefined;
    };

/** For each node the number of its side; nodes on no side that is named are one more side. */
export function sidesOf(partition: Partition, places: readonly Place[], random: Random): number[] {
  if (isList(partition)) return byLists(partition, places.length);
  const { shares, groups = [], regions = [] } = partition;
  if (shares !== undefined) return byShares(shares, places.length, random);
  const sides = groups.length > 0 ? groups : regions;
  const nameOf = ({ group, region }: Place): string | null =>
    groups.length > 0 ? (group ?? DEFAULT_GROUP) : region;
  return places.map((place) => {
    const name = nameOf(place);
    const side = name === null ? -1 : sides.findIndex((names) => [names].flat().includes(name));
    return side < 0 ? sides.length : side;
  });
}

/** The edges that lead from side to side. */
export function crossing(edges: readonly Edge[], sides: readonly number[]): LinkPair[] {
  return edges.filter(([a, b]) => sides[a] !== sides[b]);
}

function isList(partition: Partition): partition is readonly (readonly number[])[] {
  return Array.isArray(partition);
}

function byLists(lists: readonly (readonly number[])[], nodes: number): number[] {
  const sides = new Array<number>(nodes).fill(lists.length);
  for (const [side, list] of lists.entries()) for (const node of list) sides[node] = side;
  return sides;
}

function byShares(shares: readonly number[], nodes: number, random: Random): number[] {
  const rest = Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0));
  const order = shuffle(
    random,
    Array.from({ length: nodes }, (_, node) => node),
  );
  const sides = new Array<number>(nodes);
  // A rest within the error of adding decimals is none.
  const weights = rest > 1e-9 ? [...shares, rest] : shares;
  for (const [side, size] of apportion(weights, nodes).entries()) {
    for (const node of order.splice(0, size)) sides[node] = side;
  }
  return sides;
}
