/** What each node is, made concrete: the scenario's `nodes` by the seed. */
import { lateJoiners } from './late-joiners.ts';
import { groupOfNodes } from './groups.ts';
import { typesOfNodes, withRegions } from './regions.ts';
import type { Scenario } from './scenario.ts';

export interface NodeSettings {
  index: number;
  /** Name of its group; null for the nodes that no group took. */
  group: string | null;
  /** Null: it is in no region. */
  region: string | null;
  /** Options of src/config.ts by their full names: those of all nodes, and over them those of its group. */
  options: Record<string, unknown>;
  /** Over all its links together, Mbit/s; null is unlimited. */
  uplinkMbps: number | null;
  downlinkMbps: number | null;
  /** What computing costs where it takes no time by itself. */
  cpu: { verifyMs: number | 'measured'; messageMs: number };
  /** silent: takes part in the mesh, receives, and never forwards what others sent. */
  behaviour: 'honest' | 'silent';
  /** It is not there at the start; a planned fault `join` brings it. */
  joinsLate: boolean;
  /** Nodes whose addresses it is given to find the rest by; empty where a graph says who is connected to whom. */
  bootstraps: readonly number[];
}

/** What of a scenario says where nodes are. */
export type Places = Pick<Scenario, 'seed' | 'nodes' | 'links'>;

/** For each node its group and its region. */
export function placesOf({ seed, nodes, links }: Places): { group: string | null; region: string | null }[] {
  const groupOf = groupOfNodes(nodes, seed);
  const given = groupOf.map((group) => (group === null ? null : (nodes.groups[group]!.region ?? null)));
  const regions = withRegions(given, links.regions, seed);
  return groupOf.map((group, node) => {
    return { group: group === null ? null : nodes.groups[group]!.name, region: regions[node]! };
  });
}

/**
 * One for each node, by index. The same scenario gives the same, on every machine. A line is that of the group, else
 * that of the node's type in its region, else that of all nodes.
 */
export function nodeSettings(scenario: Scenario): NodeSettings[] {
  const { nodes, links, seed, topology } = scenario;
  const discovery = topology.kind === 'discovered';
  const places = placesOf(scenario);
  const types = typesOfNodes(
    places.map(({ region }) => region),
    links.regions,
    seed,
  );
  const late = new Set(lateJoiners(scenario, places));
  const groups = new Map(nodes.groups.map((group) => [group.name, group]));
  return places.map(({ group: name, region }, index) => {
    const group = name === null ? undefined : groups.get(name)!;
    const line = types[index] ?? nodes;
    return {
      index,
      group: name,
      region,
      options: { ...nodes.options, ...group?.options, discovery },
      uplinkMbps: group?.uplinkMbps === undefined ? line.uplinkMbps : group.uplinkMbps,
      downlinkMbps: group?.downlinkMbps === undefined ? line.downlinkMbps : group.downlinkMbps,
      cpu: {
        verifyMs: group?.cpu?.verifyMs ?? nodes.cpu.verifyMs,
        messageMs: group?.cpu?.messageMs ?? nodes.cpu.messageMs,
      },
      behaviour: group?.behaviour ?? 'honest',
      joinsLate: late.has(index),
      bootstraps: Array.from({ length: Math.min(index, topology.bootstraps ?? 0) }, (_, node) => node),
    };
  });
}
