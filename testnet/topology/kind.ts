/** The families of graphs; graphs.ts says what each looks like. */
export const GRAPH_KINDS = [
  'random-regular',
  'complete',
  'ring',
  'line',
  'star',
  'erdos-renyi',
  'watts-strogatz',
  'barabasi-albert',
  'clusters',
  'regions',
  'edges',
] as const;

/** discovered: there is no graph, nodes find each other themselves. */
export const TOPOLOGY_KINDS = [...GRAPH_KINDS, 'discovered'] as const;

export type TopologyKind = (typeof TOPOLOGY_KINDS)[number];
