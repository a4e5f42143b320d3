/** Groups of nodes that cannot be formed, and options no node takes. */
import type { Contradiction } from './contradictions.ts';
import { groupSizes } from './groups.ts';
import { nodeOptionProblems } from './node-options.ts';
import { DEFAULT_GROUP } from './nodes-fields.ts';
import type { ScenarioFields } from './scenario.ts';

type Nodes = ScenarioFields['nodes'];

export function nodeContradictions(nodes: Nodes): Contradiction[] {
  const options = nodeOptionProblems({}, nodes.options, ['nodes', 'options']);
  const groups = nodes.groups.flatMap((group, index) => {
    const path = ['nodes', 'groups', index];
    // What is wrong for all nodes is said once.
    const own =
      options.length > 0 ? [] : nodeOptionProblems(nodes.options, group.options, [...path, 'options']);
    return [
      ...own,
      ...groupProblems(nodes, index).map((each) => ({ ...each, path: [...path, ...each.path] })),
    ];
  });
  return [...options, ...groups, ...(groups.length === 0 ? sizeProblems(nodes) : [])];
}

function groupProblems({ groups, count }: Nodes, index: number): Contradiction[] {
  const group = groups[index]!;
  const problems: Contradiction[] = [];
  if (group.name === DEFAULT_GROUP) {
    problems.push({
      path: ['name'],
      message: `${DEFAULT_GROUP} is the nodes of no group: take another name`,
    });
  }
  if (groups.findIndex(({ name }) => name === group.name) < index) {
    problems.push({ path: ['name'], message: `there is a group "${group.name}" already: take another name` });
  }
  const sizes = (['count', 'share', 'nodes'] as const).filter((name) => group[name] !== undefined);
  if (sizes.length !== 1) {
    const message =
      sizes.length === 0
        ? 'nothing says which nodes: write count, share or nodes'
        : `${sizes.join(' and ')} contradict each other: keep one`;
    problems.push({ path: sizes.length === 0 ? [] : [sizes[1]!], message });
  }
  for (const [position, node] of (group.nodes ?? []).entries()) {
    const path = ['nodes', position];
    if (node >= count) {
      problems.push({ path, message: `there is no node ${node}; the ${count} nodes are 0 to ${count - 1}` });
    }
    const other = groups.slice(0, index + 1).find(({ nodes = [] }, before) => {
      const first = nodes.indexOf(node);
      return first >= 0 && (before < index || first < position);
    });
    if (other !== undefined) {
      problems.push({
        path,
        message: `node ${node} is in group "${other.name}" already: leave it out of one`,
      });
    }
  }
  return problems;
}

function sizeProblems(nodes: Nodes): Contradiction[] {
  const sizes = groupSizes(nodes);
  let taken = 0;
  for (const [index, size] of sizes.entries()) {
    taken += size;
    const { name, share } = nodes.groups[index]!;
    const path = ['nodes', 'groups', index, share === undefined ? 'count' : 'share'];
    if (size === 0 && taken <= nodes.count) {
      const message = `share ${share!} of ${nodes.count} nodes leaves none for "${name}": raise it or nodes.count`;
      return [{ path, message }];
    }
    if (taken > nodes.count || exceedsOne(nodes, index)) {
      const message = `with "${name}" the groups take more than the ${nodes.count} nodes there are: lower it, or raise nodes.count`;
      return [{ path, message }];
    }
  }
  return [];
}

/** Shares and counts together, up to the group given, as a share of all nodes. */
function exceedsOne({ groups, count }: Nodes, upTo: number): boolean {
  const sum = groups
    .slice(0, upTo + 1)
    .reduce((above, group) => above + (group.share ?? (group.nodes?.length ?? group.count!) / count), 0);
  return sum > 1 + 1e-9;
}
