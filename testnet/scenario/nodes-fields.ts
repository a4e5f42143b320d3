/** `nodes`: how many, what they run with, and which of them are different. */
import { z } from 'zod';

/** Memory: a simulated node with its connections costs about half a megabyte. */
const MAX_NODES = 20_000;
/** Each is a series of its own in the report; more cannot be told apart there. */
const MAX_GROUPS = 50;

const lineMbps = z.number().positive().nullable();

const verifyMs = z.union([z.number().nonnegative(), z.literal('measured')]);
const messageMs = z.number().nonnegative();

const VERIFY =
  'Time a simulated node is busy for each signature it verifies, ms; a real one needs 0.05 to 0.1. The word measured takes what this machine needs when the run is planned; the run folder keeps the number, so that it can be run again.';
const MESSAGE =
  'Time a simulated node is busy for each message it receives, ms; a real one needs about 0.1. 0: messages do not wait for the signatures before them either.';

/** The name by which faults select the nodes that no group took. */
export const DEFAULT_GROUP = 'default';

const group = z.strictObject({
  name: z
    .string()
    .min(1)
    .describe('Names the group for faults, expectations and the report. default is the nodes of no group.'),
  count: z.int().min(1).optional().describe('How many nodes; write this, share or nodes.'),
  share: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('Share of all nodes, 0 to 1; write this, count or nodes.'),
  nodes: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .describe(
      'These nodes, by index counted from 0, for instance the hub of a star: [0]. By count or share the seed chooses which.',
    ),
  options: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Options of these nodes, over those of nodes.options.'),
  uplinkMbps: lineMbps
    .optional()
    .describe(
      'What one of these can send over all its links together, Mbit/s; null is unlimited. Left out: as all nodes.',
    ),
  downlinkMbps: lineMbps
    .optional()
    .describe(
      'What one of these can receive over all its links together, Mbit/s; null is unlimited. Left out: as all nodes.',
    ),
  cpu: z
    .strictObject({
      verifyMs: verifyMs.optional().describe(VERIFY),
      messageMs: messageMs.optional().describe(MESSAGE),
    })
    .optional()
    .describe('What work costs on these. Left out: as all nodes.'),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('Where these are. Left out: the shares of links.regions decide, if there are any.'),
  behaviour: z
    .enum(['honest', 'silent'])
    .default('honest')
    .describe(
      'silent: takes part in the mesh, receives, and never forwards what others sent; what enters here is published.',
    ),
});

export const nodesFields = z.strictObject({
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
      "Options of every node, by their names in the configuration of a node; what is left out keeps its default, but for members and explain.transactions, which are off. Addresses, accounts, data directory and metrics are the testnet's.",
    ),
  uplinkMbps: lineMbps
    .default(null)
    .describe('What one node can send over all its links together, Mbit/s; null is unlimited.'),
  downlinkMbps: lineMbps
    .default(null)
    .describe('What one node can receive over all its links together, Mbit/s; null is unlimited.'),
  cpu: z
    .strictObject({
      verifyMs: verifyMs.default(0).describe(VERIFY),
      messageMs: messageMs.default(0).describe(MESSAGE),
    })
    .prefault({})
    .describe(
      'What work costs on a simulated node, where computing takes no virtual time by itself. A node has one core for both: work is done in the order it comes.',
    ),
  groups: z
    .array(group)
    .max(MAX_GROUPS)
    .default([])
    .describe('Nodes that differ from the rest; a node is in one group or in none.'),
});
