/** Nodes by what they are: `{group: slow, count: 2}`. */
import type { Random } from '../../src/environment.ts';
import { shuffle } from '../random.ts';
import { DEFAULT_GROUP } from './nodes-fields.ts';

/** What a node can be chosen by. */
export interface Place {
  group: string | null;
  region: string | null;
}

/** Those of the group and of the region, and of these so many or that share, chosen by the dice; else all. */
export interface NodeChoice {
  count?: number | undefined;
  share?: number | undefined;
  group?: string | undefined;
  region?: string | undefined;
}

/** All nodes of the group and of the region, ascending. */
export function nodesOf({ group, region }: NodeChoice, places: readonly Place[]): number[] {
  return places.flatMap((place, node) => {
    const isIn = group === undefined || (place.group ?? DEFAULT_GROUP) === group;
    return isIn && (region === undefined || place.region === region) ? [node] : [];
  });
}

/** How many are wanted of so many; a share is at least one, so that it hits somebody. */
export function wantedOf(
  { count, share }: { count?: number | undefined; share?: number | undefined },
  among: number,
): number {
  if (count !== undefined) return count;
  return share === undefined ? among : Math.max(1, Math.round(share * among));
}

/** So many of the candidates, chosen by the dice, ascending; all where there are no more. */
export function pick(candidates: readonly number[], count: number, random: Random): number[] {
  if (count >= candidates.length) return [...candidates];
  return shuffle(random, [...candidates])
    .slice(0, count)
    .sort((a, b) => a - b);
}
