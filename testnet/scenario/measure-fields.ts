/** `measure`: when measuring starts and ends, and what is kept beside the figures. */
import { z } from 'zod';

import { validityFields } from './validity-fields.ts';

/** What can be kept over time; each of every node, but for what says otherwise. */
export const SERIES = ['mesh', 'peers', 'pool', 'unsettled', 'scores'] as const;

export type SeriesName = (typeof SERIES)[number];

export const measureFields = z.strictObject({
  warmUpMs: z
    .number()
    .nonnegative()
    .default(2_000)
    .describe('Wait between the moment every node has its mesh and the first submission.'),
  drainMs: z
    .number()
    .nonnegative()
    .default(5_000)
    .describe('Wait after the last submission for what is still under way; what comes later counts as late.'),
  startTimeoutMs: z
    .number()
    .positive()
    .default(60_000)
    .describe('How long the network may take until every node is up, connected and has its mesh.'),
  copies: z
    .boolean()
    .default(true)
    .describe(
      'Count how many copies of each transaction each node receives. Costs a node a hash and an event for each transaction, some 3 microseconds of CPU.',
    ),
  series: z
    .strictObject({
      everyMs: z
        .number()
        .min(10)
        .default(1_000)
        .describe('Between two looks; each asks every node, so that often and many is dear.'),
      of: z
        .array(z.enum(SERIES))
        .default([])
        .describe(
          'What to keep of every node. mesh: its mesh degree. peers: its connections. pool: its transactions, pending and queued. unsettled: messages before their verdict. scores: the lowest and the mean score it gives its peers. Empty: nothing.',
        ),
    })
    .prefault({})
    .describe('Figures over time, beside those of the whole run.'),
  validity: validityFields
    .prefault({})
    .describe('From where on a run counts as invalid: it measured the machine or itself, not the protocol.'),
});
