/** `sweep`: the same experiment many times, with something changed. */
import { z } from 'zod';

const MAX_POINTS = 100_000;

export const sweepFields = z.strictObject({
  grid: z
    .record(z.string().min(1), z.array(z.unknown()).min(1))
    .default({})
    .describe(
      'Field -> its values, every combination once: {nodes.count: [25, 50], topology.degree: [4, 8]}. Fields as in --set.',
    ),
  list: z
    .array(z.record(z.string().min(1), z.unknown()))
    .default([])
    .describe(
      'Settings that belong together, each a point: [{nodes.options.gossip.d: 6, nodes.options.gossip.dhi: 9}]. With a grid, each is combined with all of it.',
    ),
  repeats: z
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .describe('Runs of each point, each with a seed of its own that follows from seed and the point.'),
  maxPoints: z
    .int()
    .min(1)
    .max(MAX_POINTS)
    .default(1_000)
    .describe(
      'Runs a sweep may have, repeats counted: one value more on each axis of a grid multiplies, and a slip should not cost a week.',
    ),
});
