/** `links`: what the connections are like. */
import { z } from 'zod';

import { REGION_DATA_NAMES } from '../topology/region-data.ts';

const latencyMatrix = z.record(z.string().min(1), z.record(z.string().min(1), z.number().nonnegative()));

/** `europe->na_east`, or `europe<->na_east` for both directions. */
export const REGION_PAIR = /^\s*(?<from>[^<>]+?)\s*(?<arrow><?->)\s*(?<to>[^<>]+?)\s*$/;

const nodeType = z.strictObject({
  name: z.string().min(1).describe('Names the type, for the reader.'),
  share: z
    .number()
    .positive()
    .describe('Number of nodes of this type against those of the other types; need not add up to 1.'),
  uplinkMbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('What one such node can send over all its links together, Mbit/s; null is unlimited.'),
  downlinkMbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('What one such node can receive over all its links together, Mbit/s; null is unlimited.'),
  regions: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Where nodes of this type are. Left out: everywhere.'),
});

const regions = z.strictObject({
  matrix: z
    .union([z.enum(REGION_DATA_NAMES), latencyMatrix])
    .default('libp2p-eight')
    .describe(
      "One-way latencies between regions, ms. libp2p-eight: those of libp2p's own gossipsub interop test, by continent. aws-thirteen: between AWS regions. Else the path of a file in the format of either (JSON or CSV), counted from the scenario file, or the matrix itself: {europe: {europe: 2, asia: 90}, asia: {europe: 90, asia: 2}}.",
    ),
  shares: z
    .record(z.string().min(1), z.number().nonnegative())
    .nullable()
    .default(null)
    .describe(
      'Number of nodes in each region against the others; need not add up to 1, regions left out have none. null: as in the data, which for libp2p-eight is where nodes of Ethereum are; alike where the data do not say.',
    ),
  nodeTypes: z
    .union([z.enum(['data', 'none']), z.array(nodeType).min(1)])
    .default('data')
    .describe(
      'Uplinks and downlinks of nodes. data: those of the data, if they have any. none: nodes.uplinkMbps and nodes.downlinkMbps hold everywhere. A group that names its own line keeps it.',
    ),
  override: z
    .record(
      z.string().regex(REGION_PAIR, 'write "europe->asia" for one direction, "europe<->asia" for both'),
      z.number().nonnegative(),
    )
    .default({})
    .describe(
      'Other latencies of single pairs of regions, ms, one way: {"europe->na_east": 40}, or "europe<->na_east" for both directions.',
    ),
});

export const linksFields = z.strictObject({
  latencyMs: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'One-way latency of a link; its mean over all links where latencyDistribution is not fixed. 0 emulates none.',
    ),
  latencyDistribution: z
    .enum(['fixed', 'uniform', 'normal', 'log-normal'])
    .default('fixed')
    .describe(
      'How the latencies of links differ. Each link draws one per direction from the seed and keeps it.',
    ),
  latencySpreadMs: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'For uniform: latencies lie within latencyMs +- this. For normal and log-normal: the standard deviation.',
    ),
  jitterMs: z
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'Extra delay of each message, drawn uniformly between 0 and this; what one stream carries stays in order.',
    ),
  bandwidthMbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('What one link carries in each direction, Mbit/s; null is unlimited.'),
  lossRate: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Share of packets a link loses. Each is sent again after a timeout, as TCP does, so that a loss is a delay.',
    ),
  regions: regions
    .nullable()
    .default(null)
    .describe(
      'Latencies by where the nodes are, in place of latencyMs. Which node is where follows from the seed; null: nodes are nowhere.',
    ),
});
