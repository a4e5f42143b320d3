/** Fields that are right each by itself and cannot be had together. */
import { degreeProblem, defaultDegree } from '../topology/degree.ts';
import { edgeListProblem } from '../topology/edge-list.ts';
import { nodeOptionProblems } from './node-options.ts';
import type { ScenarioFields } from './scenario.ts';

export interface Contradiction {
  path: (string | number)[];
  message: string;
}

export function contradictions(scenario: ScenarioFields): Contradiction[] {
  return [
    ...nodeOptionProblems(scenario.nodes.options),
    ...topologyContradictions(scenario),
    ...linkContradictions(scenario.links),
  ];
}

function topologyContradictions({ nodes, topology }: ScenarioFields): Contradiction[] {
  const { kind, edges } = topology;
  if (kind === 'edges') {
    if (edges === null) {
      return [{ path: ['topology', 'kind'], message: 'kind edges needs the list topology.edges' }];
    }
    const problem = edgeListProblem(nodes.count, edges);
    return problem === null ? [] : [{ path: ['topology', 'edges', problem.index], message: problem.message }];
  }
  if (edges !== null) {
    return [
      {
        path: ['topology', 'edges'],
        message: `a list of edges contradicts kind ${kind}: set topology.kind to edges, or leave the list out`,
      },
    ];
  }
  const message = degreeProblem(kind, nodes.count, topology.degree ?? defaultDegree(kind, nodes.count));
  if (message === null) return [];
  return [{ path: topology.degree === undefined ? ['nodes', 'count'] : ['topology', 'degree'], message }];
}

function linkContradictions(links: ScenarioFields['links']): Contradiction[] {
  const { latencyMs, latencyDistribution, latencySpreadMs } = links;
  const atSpread = (message: string): Contradiction[] => [{ path: ['links', 'latencySpreadMs'], message }];
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
