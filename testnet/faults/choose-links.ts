/** The links a fault is about. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { shuffle } from '../random.ts';
import { DEFAULT_GROUP } from '../scenario/nodes-fields.ts';
import { wantedOf } from '../scenario/select-nodes.ts';
import type { Place } from '../scenario/select-nodes.ts';
import type { LinkPair } from './fault.ts';

export type LinkChoice =
  | 'all'
  | readonly LinkPair[]
  | {
      count?: number | undefined;
      share?: number | undefined;
      between?: readonly [string, string] | undefined;
    };

/** The same for both directions. */
export function linkKey([a, b]: LinkPair): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/**
 * Pairs as they are listed; else of the edges between the two groups or regions so many, chosen by the dice, as are
 * asked for. In the order of the edges.
 * @throws {RangeError} when a pair is not connected, or there are too few.
 */
export function chooseLinks(
  choice: LinkChoice,
  edges: readonly Edge[],
  places: readonly Place[],
  random: Random,
): LinkPair[] {
  if (choice === 'all') return [...edges];
  if (isList(choice)) {
    const known = new Set(edges.map(linkKey));
    const stranger = choice.find((pair) => !known.has(linkKey(pair)));
    if (stranger === undefined) return [...choice];
    throw new RangeError(`nodes ${stranger[0]} and ${stranger[1]} are not connected: choose a pair that is`);
  }
  const { between } = choice;
  const among = between === undefined ? edges : edges.filter((edge) => connects(edge, between, places));
  if (among.length === 0 && between !== undefined) {
    throw new RangeError(
      `nothing connects ${between[0]} and ${between[1]}: choose others, or another topology`,
    );
  }
  const wanted = wantedOf(choice, among.length);
  if (wanted > among.length)
    throw new RangeError(`there are ${among.length} links to choose from, not ${wanted}`);
  const chosen = new Set(shuffle(random, [...among.keys()]).slice(0, wanted));
  return among.filter((_, index) => chosen.has(index));
}

function isList(choice: Exclude<LinkChoice, 'all'>): choice is readonly LinkPair[] {
  return Array.isArray(choice);
}

function connects([a, b]: Edge, [left, right]: readonly [string, string], places: readonly Place[]): boolean {
  const isIn = (node: number, name: string): boolean => {
    const { group, region } = places[node]!;
    return (group ?? DEFAULT_GROUP) === name || region === name;
  };
  return (isIn(a, left) && isIn(b, right)) || (isIn(a, right) && isIn(b, left));
}
