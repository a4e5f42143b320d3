/** `topology`: who is connected to whom. */
import { z } from 'zod';

import { DEFAULT_DEGREE } from '../topology/degree.ts';
import { TOPOLOGY_KINDS } from '../topology/kind.ts';

/** One is the hardest: all that is known of the network. */
export const DEFAULT_BOOTSTRAPS = 1;

export const topologyFields = z.strictObject({
  kind: z
    .enum(TOPOLOGY_KINDS)
    .default('random-regular')
    .describe(
      'Who is connected to whom. discovered: whoever finds whom; nodes know the addresses of a few (bootstraps) and find the rest themselves.',
    ),
  bootstraps: z
    .int()
    .min(1)
    .optional()
    .describe(
      `For kind discovered: so many nodes, the first ones, are those whose addresses all others are given; of themselves each is given those before it. Left out: ${DEFAULT_BOOTSTRAPS}.`,
    ),
  degree: z
    .int()
    .min(1)
    .optional()
    .describe(
      `Connections of a node: exactly for random-regular and within each of the clusters, on average for erdos-renyi, regions, watts-strogatz and barabasi-albert (even for the last two); other graphs do not use it. Left out: ${DEFAULT_DEGREE}, or as many as there are other nodes.`,
    ),
  rewireProbability: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of the ring lattice that watts-strogatz rewires at random; other kinds do not use it.'),
  clusters: z
    .int()
    .min(2)
    .max(1000)
    .default(2)
    .describe(
      'For kind clusters: into how many parts of equal size the nodes are divided, by index: the first part has the first nodes.',
    ),
  bridges: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(2)
    .describe(
      'For kind clusters: connections between any two of them, beside the degree of the nodes within.',
    ),
  localShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe(
      'For kind regions: share of connections, 0 to 1, that stay within a region; the rest go to any other.',
    ),
  edges: z
    .array(z.tuple([z.int().min(0), z.int().min(0)]))
    .nullable()
    .default(null)
    .describe(
      'For kind edges: the connections as pairs of node indices counted from 0, such as [[0, 1], [1, 2]], or the path of a file with a pair on each line, separated by a comma or space; # begins a comment. Paths count from the scenario file; the run folder keeps the pairs.',
    ),
});
