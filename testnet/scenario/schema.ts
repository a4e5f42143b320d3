/**
 * The scenario file: every field once, with its unit in its name, its default and what it is for. Defaults are
 * those of the default scenario. `Scenario` (scenario.ts) is what comes out; contradictions between fields are in
 * contradictions.ts.
 */
import { z } from 'zod';

import { flattenOptions } from '../../src/config.ts';
import { DEFAULT_DEGREE, defaultDegree } from '../topology/degree.ts';
import { TOPOLOGY_KINDS } from '../topology/kind.ts';
import { contradictions } from './contradictions.ts';
import { COMPARISON } from './expect.ts';

/** The pool takes transactions of up to 128 KiB (geth's txMaxSize); 256 bytes are left for the envelope. */
const MAX_DATA_BYTES = 128 * 1024 - 256;
/** Memory: a simulated node with its connections costs about half a megabyte. */
const MAX_NODES = 20_000;

const nodes = z.strictObject({
  count: z.int().min(2).max(MAX_NODES).default(10).describe('How many nodes.'),
  perProcess: z
    .int()
    .min(1)
    .max(MAX_NODES)
    .default(1)
    .describe('Nodes that share one operating system process. Local networks only.'),
  options: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Options of every node, by their names in the configuration of a node; what is left out keeps its default.',
    ),
  uplinkMbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'What one node can send over all its links together, Mbit/s; null is unlimited. Simulated networks only.',
    ),
  downlinkMbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe(
      'What one node can receive over all its links together, Mbit/s; null is unlimited. Simulated networks only.',
    ),
  cpu: z
    .strictObject({
      verifyMs: z
        .union([z.number().nonnegative(), z.literal('measured')])
        .default(0)
        .describe(
          'Time a simulated node is busy for each signature it verifies; a real one needs 0.05 to 0.1 ms. The word measured takes what this machine needs when the run is planned; the run folder keeps the number, so that it can be run again.',
        ),
      messageMs: z
        .number()
        .nonnegative()
        .default(0)
        .describe(
          'Time a simulated node is busy for each message it receives; a real one needs about 0.1 ms. 0: messages do not wait for the signatures before them either.',
        ),
    })
    .prefault({})
    .describe(
      'What work costs on a simulated node, where computing takes no virtual time by itself. A node has one core for both: work is done in the order it comes.',
    ),
});

const topology = z.strictObject({
  kind: z.enum(TOPOLOGY_KINDS).default('random-regular').describe('Who is connected to whom.'),
  degree: z
    .int()
    .min(1)
    .optional()
    .describe(
      `Connections of a node: exactly for random-regular, on average for erdos-renyi, watts-strogatz and barabasi-albert (even for the last two); other kinds do not use it. Left out: ${DEFAULT_DEGREE}, or as many as there are other nodes.`,
    ),
  rewireProbability: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of the ring lattice that watts-strogatz rewires at random; other kinds do not use it.'),
  edges: z
    .array(z.tuple([z.int().min(0), z.int().min(0)]))
    .nullable()
    .default(null)
    .describe(
      'For kind edges: the connections as pairs of node indices counted from 0, e.g. [[0, 1], [1, 2]].',
    ),
});

const links = z.strictObject({
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
    .describe('What one link carries in each direction, Mbit/s; null is unlimited. Simulated networks only.'),
  lossRate: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe(
      'Share of packets a link loses. Each is sent again after a timeout, as TCP does, so that a loss is a delay. Simulated networks only.',
    ),
});

const workload = z.strictObject({
  transactions: z.int().min(1).max(10_000_000).default(500).describe('How many transactions are submitted.'),
  ratePerSecond: z
    .number()
    .positive()
    .max(1_000_000)
    .default(50)
    .describe('Submissions a second over all nodes.'),
  arrivals: z
    .enum(['constant', 'poisson'])
    .default('constant')
    .describe('constant: evenly spaced. poisson: independent of each other, as those of many users are.'),
  senders: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10)
    .describe('Accounts that take turns to send; each numbers its own nonces.'),
  dataBytes: z
    .int()
    .min(0)
    .max(MAX_DATA_BYTES)
    .default(0)
    .describe(
      'Calldata of each transaction: random bytes, so that nothing can compress them. 0 is a plain transfer.',
    ),
  entry: z
    .enum(['sticky', 'any', 'one'])
    .default('sticky')
    .describe(
      'Where transactions enter. sticky: each sender keeps to one node, as a wallet does, so that its nonces arrive there in order. any: each transaction enters at a node of its own, so that nonces race each other. one: all at the same node.',
    ),
});

const measure = z.strictObject({
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
});

/** The file's sections and fields, before defaults that depend on other fields. */
export const scenarioFields = z.strictObject({
  name: z.string().min(1).default('default').describe('Names the run and its folder.'),
  description: z.string().default('').describe('What the experiment is for.'),
  seed: z
    .int()
    .min(0)
    .default(1)
    .describe('All randomness of the run follows from it: topology, latencies, workload, simulated nodes.'),
  nodes: nodes.prefault({}).describe('The nodes.'),
  topology: topology.prefault({}).describe('The graph of connections.'),
  links: links.prefault({}).describe('What the connections are like.'),
  workload: workload
    .prefault({})
    .describe('Who submits what, when and where. Open loop: the schedule never waits for answers.'),
  measure: measure.prefault({}).describe('When measuring starts and ends.'),
  expect: z
    .record(z.string().min(1), z.union([z.number(), z.boolean(), z.string().regex(COMPARISON)]))
    .default({ 'coverage.min': 1 })
    .describe(
      'What must hold of the summary: dotted path -> a number or true/false it must equal, or a comparison such as "< 800". Written out, it replaces the default.',
    ),
});

export const scenarioSchema = scenarioFields
  .superRefine((fields, context) => {
    for (const { path, message } of contradictions(fields)) {
      context.addIssue({ code: 'custom', path, message });
    }
  })
  .transform(({ name, description, seed, nodes: peers, topology: graph, ...rest }) => {
    const { kind, degree = defaultDegree(kind, peers.count), ...parameters } = graph;
    const options = flattenOptions(peers.options);
    return {
      name,
      description,
      seed,
      nodes: { ...peers, options },
      topology: { kind, degree, ...parameters },
      ...rest,
    };
  });
