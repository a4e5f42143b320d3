/** Who and what the faults are about: whether there are such nodes, groups, regions and links. */
import type { Contradiction } from './contradictions.ts';
import type { WrittenEntry } from './fault-entry.ts';
import { groupSizes } from './groups.ts';
import { DEFAULT_GROUP } from './nodes-fields.ts';
import { sharesOf } from './regions.ts';
import type { ScenarioFields } from './scenario.ts';
import type { NodeChoice } from './select-nodes.ts';
import { unknownName } from './unknown-name.ts';

type Path = (string | number)[];
type LinkChoice = NonNullable<WrittenEntry['change']>;
type Partition = NonNullable<WrittenEntry['partition']>;

export class ChoiceCheck {
  readonly #count: number;
  /** Number of nodes in each. */
  readonly #groups: ReadonlyMap<string, number>;
  readonly #regions: readonly string[];
  readonly #discovered: boolean;

  constructor({ nodes, links, topology }: Pick<ScenarioFields, 'nodes' | 'links' | 'topology'>) {
    this.#count = nodes.count;
    this.#discovered = topology.kind === 'discovered';
    const sizes = groupSizes(nodes);
    const grouped = sizes.reduce((sum, size) => sum + size, 0);
    this.#groups = new Map([
      ...nodes.groups.map(({ name }, index): [string, number] => [name, sizes[index]!]),
      [DEFAULT_GROUP, nodes.count - grouped],
    ]);
    const given = nodes.groups.flatMap(({ region }) => (region === undefined ? [] : [region]));
    this.#regions = [
      ...new Set([...given, ...(links.regions === null ? [] : Object.keys(sharesOf(links.regions)))]),
    ];
  }

  ofEntry(entry: WrittenEntry): Contradiction[] {
    const nodeKinds = ['kill', 'stop', 'restart', 'freeze', 'thaw', 'slow'] as const;
    const linkKinds = ['cut', 'change'] as const;
    return [
      ...nodeKinds.flatMap((kind) => this.nodes(entry[kind], [kind])),
      ...linkKinds.flatMap((kind) => this.#links(entry[kind], [kind])),
      ...(entry.partition === undefined ? [] : this.#partition(entry.partition, ['partition'])),
    ];
  }

  nodes(choice: 'all' | readonly number[] | NodeChoice | undefined, path: Path): Contradiction[] {
    if (choice === undefined || choice === 'all') return [];
    if (isListOfNodes(choice)) return this.#listed(choice, path);
    const { count, share, group, region } = choice;
    const problems = sizeProblems({ count, share }, path);
    if (group !== undefined) problems.push(...this.#group(group, [...path, 'group']));
    if (region !== undefined) problems.push(...this.#region(region, [...path, 'region']));
    if (Object.keys(choice).length === 0) {
      problems.push({ path, message: 'nothing says which nodes: write count, share, group or region' });
    }
    if (problems.length > 0) return problems;
    const among = group === undefined ? this.#count : this.#groups.get(group)!;
    if (count !== undefined && count > among) {
      problems.push({ path: [...path, 'count'], message: `there are only ${among} of them: lower it` });
    }
    if (among === 0)
      problems.push({ path: [...path, 'group'], message: `no node is left in group ${group!}` });
    return problems;
  }

  #links(choice: LinkChoice | undefined, path: Path): Contradiction[] {
    if (choice === undefined || choice === 'all') return [];
    if (Array.isArray(choice)) {
      if (this.#discovered) {
        const message = `which nodes are connected shows only when it runs: write {count: ${choice.length}}, links that are open then, chosen by the seed`;
        return [{ path, message }];
      }
      return choice.flatMap((pair, index) => {
        const own = [...path, index];
        if (pair[0] === pair[1])
          return [{ path: own, message: `a link leads from a node to another, not to itself` }];
        return pair.flatMap((node, end) => this.#node(node, [...own, end]));
      });
    }
    const problems = sizeProblems(choice, path);
    for (const [end, name] of (choice.between ?? []).entries()) {
      const known = [...this.#groups.keys(), ...this.#regions];
      if (known.includes(name)) continue;
      problems.push({
        path: [...path, 'between', end],
        message: unknownName('group or region', name, known),
      });
    }
    if (Object.keys(choice).length === 0) {
      problems.push({
        path,
        message: 'nothing says which links: write count, share, between or a list of pairs',
      });
    }
    return problems;
  }

  #partition(partition: Partition, path: Path): Contradiction[] {
    if (Array.isArray(partition)) return this.#sides(partition, path);
    const ways = (['shares', 'groups', 'regions'] as const).filter((way) => partition[way] !== undefined);
    const [way, second] = ways;
    if (way === undefined || second !== undefined) {
      const message = 'write one of shares, groups and regions, or lists of nodes';
      return [{ path: second === undefined ? path : [...path, second], message }];
    }
    if (way === 'shares') return shareProblems(partition.shares!, [...path, way]);
    const seen = new Set<string>();
    return partition[way]!.flatMap((names, side) =>
      [names].flat().flatMap((name, position) => {
        const own = [...path, way, side, ...(typeof names === 'string' ? [] : [position])];
        const unknown = way === 'groups' ? this.#group(name, own) : this.#region(name, own);
        if (unknown.length > 0) return unknown;
        if (seen.has(name)) return [{ path: own, message: `${name} is on a side already: name it once` }];
        seen.add(name);
        return [];
      }),
    );
  }

  #sides(sides: readonly number[][], path: Path): Contradiction[] {
    const listed = sides.flat();
    const problems = sides.flatMap((side, index) => {
      const before = sides.slice(0, index).flat();
      return side.flatMap((node, position) => {
        const own = [...path, index, position];
        const unknown = this.#node(node, own);
        if (unknown.length > 0) return unknown;
        if (!before.includes(node) && side.indexOf(node) === position) return [];
        return [{ path: own, message: `node ${node} is on a side already: name it once` }];
      });
    });
    if (problems.length > 0 || sides.length > 1 || listed.length < this.#count) return problems;
    return [{ path, message: 'all nodes are on one side: there is nobody to part them from' }];
  }

  #listed(list: readonly number[], path: Path): Contradiction[] {
    return list.flatMap((node, index) => {
      if (list.indexOf(node) < index)
        return [{ path: [...path, index], message: `node ${node} is listed twice` }];
      return this.#node(node, [...path, index]);
    });
  }

  #node(node: number, path: Path): Contradiction[] {
    if (node < this.#count) return [];
    return [
      { path, message: `there is no node ${node}; the ${this.#count} nodes are 0 to ${this.#count - 1}` },
    ];
  }

  #group(name: string, path: Path): Contradiction[] {
    if (this.#groups.has(name)) return [];
    return [{ path, message: unknownName('group', name, [...this.#groups.keys()]) }];
  }

  #region(name: string, path: Path): Contradiction[] {
    if (this.#regions.includes(name)) return [];
    return [{ path, message: unknownName('region', name, this.#regions) }];
  }
}

function isListOfNodes(choice: readonly number[] | NodeChoice): choice is readonly number[] {
  return Array.isArray(choice);
}

function sizeProblems(
  choice: { count?: number | undefined; share?: number | undefined },
  path: Path,
): Contradiction[] {
  if (choice.count === undefined || choice.share === undefined) return [];
  return [{ path: [...path, 'share'], message: 'count says how many already: keep one of them' }];
}

function shareProblems(shares: readonly number[], path: Path): Contradiction[] {
  const sum = shares.reduce((above, share) => above + share, 0);
  if (sum > 1 + 1e-9) {
    return [{ path, message: `these are ${Number(sum.toPrecision(6))} of the nodes: together at most 1` }];
  }
  if (shares.length > 1 || sum < 1) return [];
  return [{ path, message: 'all nodes are on one side: there is nobody to part them from' }];
}
