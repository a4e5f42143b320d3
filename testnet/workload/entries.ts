/** Where transactions enter. */
import { int, shuffle, streamOf } from '../random.ts';
import { nodeSettings } from '../scenario/node-settings.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { zipf } from './draw.ts';

/** The node where the next transaction of a sender, given by its place, enters. */
export function entries(scenario: Scenario): (place: number) => number {
  const { seed, workload } = scenario;
  const nodes = entryNodes(scenario);
  const random = streamOf(seed, 'entry');
  switch (workload.entry) {
    case 'sticky': {
      // Dealt, not drawn: as many senders as nodes load every node alike.
      const order = shuffle(random, nodes);
      return (place) => order[place % order.length]!;
    }
    case 'any':
      return () => nodes[int(random, nodes.length)]!;
    case 'one': {
      const node = nodes[int(random, nodes.length)]!;
      return () => node;
    }
    case 'zipf': {
      const order = shuffle(random, nodes);
      const draw = zipf(order.length, workload.entryExponent);
      return (place) => order[draw(streamOf(seed, 'entry', place))]!;
    }
  }
}

/** Nodes where transactions may enter, by index, rising. */
function entryNodes(scenario: Scenario): number[] {
  const { seed, nodes, workload } = scenario;
  const all = Array.from({ length: nodes.count }, (_, index) => index);
  const { entryNodes: asked } = workload;
  if (asked === null) return all;
  if (typeof asked === 'number') {
    return shuffle(streamOf(seed, 'entry nodes'), all)
      .slice(0, asked)
      .sort((a, b) => a - b);
  }
  if (typeof asked !== 'string') return [...asked].sort((a, b) => a - b);
  const members = nodeSettings(scenario).flatMap(({ group, index }) => (group === asked ? [index] : []));
  if (members.length === 0) {
    throw new RangeError(`workload.entryNodes: no node is in the group "${asked}": give it a count or share`);
  }
  return members;
}
