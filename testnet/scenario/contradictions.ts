/** Fields that are right each by itself and cannot be had together. */
import { degreeProblem, defaultDegree } from '../topology/degree.ts';
import { edgeListProblem } from '../topology/edge-list.ts';
import { clustersProblem } from '../topology/community-graphs.ts';
import { faultContradictions } from './fault-contradictions.ts';
import { expectContradictions } from './figures.ts';
import { nodeContradictions } from './node-contradictions.ts';
import { regionContradictions } from './region-contradictions.ts';
import type { ScenarioFields } from './scenario.ts';
import { DEFAULT_BOOTSTRAPS } from './topology-fields.ts';
import { workloadContradictions } from './workload-contradictions.ts';

export interface Contradiction {
  path: (string | number)[];
  message: string;
}

export function contradictions(scenario: ScenarioFields): Contradiction[] {
  const { nodes, workload } = scenario;
  const own = nodeContradictions(nodes);
  return [
    ...own,
    ...topologyContradictions(scenario),
    ...linkContradictions(scenario.links),
    ...regionContradictions(scenario),
    ...workloadContradictions(
      workload,
      nodes.count,
      nodes.groups.map(({ name }) => name),
    ),
    // Groups that cannot be dealt leave nothing to choose from.
    ...(own.length === 0 ? faultContradictions(scenario) : []),
    ...expectContradictions(scenario),
  ];
}

function topologyContradictions({ nodes, topology, links }: ScenarioFields): Contradiction[] {
  const { kind, edges, clusters, bridges } = topology;
  if (kind !== 'discovered' && topology.bootstraps !== undefined) {
    return [
      {
        path: ['topology', 'bootstraps'],
        message: `kind ${kind} gives every node its connections: leave it out, or set topology.kind to discovered`,
      },
    ];
  }
  if (kind === 'edges') {
    if (edges === null) {
      return [{ path: ['topology', 'kind'], message: 'kind edges needs the list topology.edges' }];
    }
    const problem = edgeListProblem(nodes.count, edges);
    if (problem === null) return [];
    const { index, message } = problem;
    return [{ path: ['topology', 'edges', ...(index === null ? [] : [index])], message }];
  }
  if (edges !== null) {
    return [
      {
        path: ['topology', 'edges'],
        message: `a list of edges contradicts kind ${kind}: set topology.kind to edges, or leave the list out`,
      },
    ];
  }
  if (kind === 'discovered') return discoveryContradictions(nodes.count, topology);
  if (kind === 'clusters') {
    const problem = clustersProblem(nodes.count, clusters, bridges);
    if (problem !== null) return [{ path: ['topology', problem.field], message: problem.message }];
  }
  if (
    kind === 'regions' &&
    links.regions === null &&
    nodes.groups.every(({ region }) => region === undefined)
  ) {
    return [
      {
        path: ['topology', 'kind'],
        message: 'kind regions needs nodes that are somewhere: set links.regions, or region of nodes.groups',
      },
    ];
  }
  const degree = topology.degree ?? defaultDegree(kind, nodes.count, clusters);
  const message = degreeProblem(kind, nodes.count, degree, clusters);
  if (message === null) return [];
  return [{ path: topology.degree === undefined ? ['nodes', 'count'] : ['topology', 'degree'], message }];
}

/** What nodes that find each other are not told. */
function discoveryContradictions(
  count: number,
  { degree, bootstraps = DEFAULT_BOOTSTRAPS }: ScenarioFields['topology'],
): Contradiction[] {
  if (degree !== undefined) {
    return [
      {
        path: ['topology', 'degree'],
        message: `nodes of kind discovered choose their own connections: leave it out, and write how many each keeps as nodes: {options: {peers.target: ${degree}}}`,
      },
    ];
  }
  if (bootstraps < count) return [];
  return [
    {
      path: ['topology', 'bootstraps'],
      message: `${bootstraps} of ${count} nodes are bootstraps, and nobody is left to find them: at most ${count - 1}`,
    },
  ];
}

function linkContradictions(links: ScenarioFields['links']): Contradiction[] {
  const { latencyMs, latencyDistribution, latencySpreadMs } = links;
  const atSpread = (message: string): Contradiction[] => [{ path: ['links', 'latencySpreadMs'], message }];
  if (links.regions !== null) {
    // One message: the three go together.
    const [name] = Object.entries({ latencyMs, latencyDistribution, latencySpreadMs }).find(
      ([, value]) => value !== 0 && value !== 'fixed',
    ) ?? [null];
    if (name === null) return [];
    return [
      {
        path: ['links', name],
        message: 'latencies come from links.regions: leave this out, or set links.regions to null',
      },
    ];
  }
  if (latencyDistribution === 'fixed') {
    if (latencySpreadMs === 0) return [];
    return atSpread('a spread contradicts latencyDistribution fixed: choose uniform, normal or log-normal');
  }
  if (latencyMs === 0 || latencySpreadMs === 0) {
    return [
      {
        path: ['links', 'latencyDistribution'],
        message: `${latencyDistribution} needs links.latencyMs (the mean) and links.latencySpreadMs above 0`,
      },
    ];
  }
  if (latencyDistribution === 'uniform' && latencySpreadMs > latencyMs) {
    return atSpread(
      `latencies of ${latencyMs} +- ${latencySpreadMs} ms would be negative: at most ${latencyMs}`,
    );
  }
  // Negative draws are drawn again; up to here that is one in 700 and moves the mean by less than 0.2 %.
  if (latencyDistribution === 'normal' && latencySpreadMs > latencyMs / 3) {
    return atSpread(
      `a normal distribution this wide has negative latencies: at most a third of latencyMs, or choose log-normal`,
    );
  }
  return [];
}
