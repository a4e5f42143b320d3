/** The families of graphs; graphs.ts says what each looks like. */
export const TOPOLOGY_KINDS = [
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

export type TopologyKind = (typeof TOPOLOGY_KINDS)[number];
