/** Which node is in which group. */
import { shuffle, streamOf } from '../random.ts';
import { apportion } from './apportion.ts';
import type { ScenarioFields } from './scenario.ts';

type Nodes = Pick<ScenarioFields['nodes'], 'count'> & {
  groups: readonly Pick<ScenarioFields['nodes']['groups'][number], 'count' | 'share' | 'nodes'>[];
};

/**
 * How many nodes each group has, in their order; what is left is of no group. Shares are of all nodes, rounded so that
 * together they are what they add up to. More than there are nodes when the scenario asks for more.
 */
export function groupSizes({ count, groups }: Nodes): number[] {
  const fixed = groups.map((group) => group.nodes?.length ?? group.count ?? 0);
  const shares = groups.map(({ share = 0 }) => share);
  const taken = fixed.reduce((sum, size) => sum + size, 0);
  const shared = shares.reduce((sum, share) => sum + share, 0);
  if (shared === 0) return fixed;
  const rest = Math.max(0, 1 - shared - taken / count);
  const sizes = apportion([...shares, rest], Math.max(0, count - taken));
  return fixed.map((size, index) => size + sizes[index]!);
}

/**
 * For each node the index of its group, or null. Groups that name their nodes have these; the others are dealt from
 * the seed, so that a group is nobody's neighbourhood in a graph that goes by index.
 */
export function groupOfNodes(nodes: Nodes, seed: number): (number | null)[] {
  const groupOf = new Array<number | null>(nodes.count).fill(null);
  for (const [index, group] of nodes.groups.entries()) {
    for (const node of group.nodes ?? []) groupOf[node] = index;
  }
  const free = groupOf.flatMap((group, node) => (group === null ? [node] : []));
  shuffle(streamOf(seed, 'groups'), free);
  for (const [index, size] of groupSizes(nodes).entries()) {
    if (nodes.groups[index]!.nodes !== undefined) continue;
    for (const node of free.splice(0, size)) groupOf[node] = index;
  }
  return groupOf;
}
