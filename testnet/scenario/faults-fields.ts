/** `faults`: what breaks and when. Times are ms after the first scheduled submission. */
import { z } from 'zod';

import { DURATION } from './units.ts';

/** A timeline is read by people; rates are for more. */
const MAX_ENTRIES = 10_000;

const node = z.int().min(0);
const atMs = z.number().nonnegative();
const forMs = z.number().positive();
const duration = z.string().regex(DURATION, 'write a number and a unit, such as 500ms, 5s, 2min or 1h');

const some = {
  count: z.int().min(1).optional().describe('So many of them, chosen by the seed.'),
  share: z.number().positive().max(1).optional().describe('This share of them, 0 to 1, chosen by the seed.'),
};

const chosenNodes = {
  ...some,
  group: z.string().min(1).optional().describe('Only of this group; default is the nodes of no group.'),
  region: z.string().min(1).optional().describe('Only of this region.'),
};

/** By index, or by what they are: `[0, 3]`, `{count: 2}`, `{group: slow, share: 0.5}`. */
const nodes = z.union([z.array(node).min(1), z.strictObject(chosenNodes)]);
const nodesOrAll = z.union([z.literal('all'), ...nodes.options]);

const pair = z.tuple([node, node]);
/** By pairs of nodes, or by what they are: `[[0, 1]]`, `{share: 0.1}`, `{between: [europe, na_east]}`. */
const chosenLinks = z.strictObject({
  ...some,
  between: z
    .tuple([z.string().min(1), z.string().min(1)])
    .optional()
    .describe('Only those between two groups, or two regions.'),
});
const links = z.union([z.array(pair).min(1), chosenLinks]);
const linksOrAll = z.union([z.literal('all'), ...links.options]);

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const partition = z.union([
  z.array(z.array(node).min(1)).min(1),
  z.strictObject({
    shares: z
      .array(z.number().positive().max(1))
      .min(1)
      .optional()
      .describe('Sides of these shares of all nodes, chosen by the seed.'),
    groups: z
      .array(names)
      .min(1)
      .optional()
      .describe('A side for each group, or list of groups: [slow, [fast, silent]].'),
    regions: z
      .array(names)
      .min(1)
      .optional()
      .describe('A side for each region, or list of regions: [[europe, west_asia]].'),
  }),
]);

const linkChange = z.strictObject({
  latencyMs: z.number().nonnegative().optional().describe('One-way latency from then on.'),
  jitterMs: z.number().nonnegative().optional().describe('Extra delay of each message, up to this.'),
  bandwidthMbps: z
    .number()
    .positive()
    .nullable()
    .optional()
    .describe('What the link carries in each direction, Mbit/s; null is unlimited.'),
  lossRate: z.number().min(0).lt(1).optional().describe('Share of packets lost.'),
});

const disk = z.enum(['kept', 'lost']);

/** What an entry of the timeline can do; each entry does one. */
export const FAULT_KINDS = [
  'kill',
  'stop',
  'restart',
  'freeze',
  'thaw',
  'slow',
  'partition',
  'cut',
  'heal',
  'change',
  'restore',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

const entry = z.strictObject({
  atMs: atMs.optional().describe('When, ms after the first scheduled submission; or write at.'),
  at: duration.optional().describe('The same with a unit: 500ms, 5s, 2min; or write atMs.'),
  forMs: forMs
    .optional()
    .describe(
      'How long, ms: then what was killed or stopped comes back, the frozen thaws, the slow is quick, the cut heals, the changed is as before. Left out: until an entry says so, or to the end.',
    ),
  for: duration.optional().describe('The same with a unit; or write forMs.'),
  name: z.string().min(1).optional().describe('Of a partition, cut or change, for heal and restore.'),
  kill: nodes.optional().describe('These nodes end at once, without a word (SIGKILL).'),
  stop: nodes.optional().describe('These nodes say goodbye and end (SIGTERM).'),
  restart: nodesOrAll
    .optional()
    .describe('These nodes, killed or stopped before, come back; all: all such that are still down.'),
  freeze: nodes.optional().describe('These nodes stop computing; their sockets stay open (SIGSTOP).'),
  thaw: nodesOrAll.optional().describe('These frozen nodes go on (SIGCONT).'),
  slow: nodes.optional().describe('These nodes compute slower by the factor.'),
  partition: partition
    .optional()
    .describe(
      'Nothing passes between the sides: lists of nodes, or {shares}, {groups} or {regions}. Nodes on no side named are one more side.',
    ),
  cut: links.optional().describe('Nothing passes on these links, in both directions; nobody is told.'),
  heal: z
    .string()
    .min(1)
    .optional()
    .describe('Ends the partition or cut of this name; all: every one that is in force.'),
  change: linksOrAll.optional().describe('These links become what to says, in both directions.'),
  restore: z
    .string()
    .min(1)
    .optional()
    .describe('Ends the change of this name; all: every one that is in force.'),
  disk: disk
    .optional()
    .describe(
      'For kill, stop and restart: whether the data directory is still there when it comes back. Left out: kept.',
    ),
  factor: z.number().positive().max(10_000).optional().describe('For slow: how many times slower.'),
  to: linkChange.optional().describe('For change: what becomes of the links; what is left out stays.'),
});

const churn = z.strictObject({
  perMinute: z
    .number()
    .positive()
    .max(100_000)
    .describe('How many nodes leave a minute, all together, at times independent of each other (Poisson).'),
  downMs: forMs.default(10_000).describe('How long each stays away.'),
  disk: disk.default('kept').describe('Whether its data directory is still there when it comes back.'),
  graceful: z
    .boolean()
    .default(false)
    .describe('true: it says goodbye and ends (SIGTERM). false: it is killed (SIGKILL).'),
});

const lateJoiners = z.strictObject({
  ...chosenNodes,
  nodes: z.array(node).min(1).optional().describe('These nodes, by index counted from 0.'),
  atMs: atMs.optional().describe('When they join, ms after the first scheduled submission; or write at.'),
  at: duration.optional().describe('The same with a unit; or write atMs.'),
});

export const faultsFields = z.strictObject({
  timeline: z
    .array(entry)
    .max(MAX_ENTRIES)
    .default([])
    .describe('Single events: {at: 5s, kill: {count: 2}, for: 10s}.'),
  churn: churn
    .nullable()
    .default(null)
    .describe(
      'Nodes that leave and come back, from the first to the last submission. Those the timeline has down, frozen or yet to join are left alone.',
    ),
  lateJoiners: lateJoiners.nullable().default(null).describe('Nodes that are not there at the start.'),
});
