/** `workload`: who submits what, when and where. What contradicts itself in it is in workload-contradictions.ts. */
import { z } from 'zod';

/** The pool takes transactions of up to 128 KiB (geth's txMaxSize); 256 bytes are left for the envelope. */
export const MAX_DATA_BYTES = 128 * 1024 - 256;

/** Bounds the memory of a plan: it is signed before it is submitted, and a transfer takes about half a kilobyte. */
export const MAX_TRANSACTIONS = 10_000_000;

/** How many, where neither a duration nor a trace says when it ends. */
const DEFAULT_TRANSACTIONS = 500;

/** What can be wrong with a transaction on purpose; each is named after the code it must be refused with. */
export const INVALID_KINDS = [
  'malformed',
  'type-not-supported',
  'wrong-chain-id',
  'invalid-signature',
  'intrinsic-gas-too-low',
  'tip-above-fee-cap',
  'gas-limit-above-block',
  'nonce-too-low',
  'insufficient-funds',
  'oversized',
] as const;

export type InvalidKind = (typeof INVALID_KINDS)[number];

const bytes = z.int().min(0).max(MAX_DATA_BYTES);
const share = z.number().min(0).max(1).default(0);
const weight = z.number().nonnegative().default(0);
const exponent = z.number().nonnegative().max(10).default(1);
const ratePerSecond = z.number().nonnegative().max(1_000_000);

const weights = <Name extends string>(names: readonly Name[]) =>
  z.strictObject(
    Object.fromEntries(
      names.map((name) => [name, weight.describe(`Weight of ${name} against the others.`)]),
    ) as Record<Name, typeof weight>,
  );

export const workload = z.strictObject({
  transactions: z
    .int()
    .min(1)
    .max(MAX_TRANSACTIONS)
    .nullable()
    .optional()
    .describe(
      `How many transactions are submitted; replacements, duplicates and invalid ones come on top. Left out: ${DEFAULT_TRANSACTIONS}, or, with durationMs or a trace, as many as these say (null). With durationMs it ends at whichever comes first.`,
    ),
  durationMs: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Submit for so long, whatever the number; null: until transactions are submitted.'),
  ratePerSecond: z
    .number()
    .positive()
    .max(1_000_000)
    .default(50)
    .describe('Submissions a second over all nodes. For arrivals constant and poisson.'),
  arrivals: z
    .enum(['constant', 'poisson', 'bursts', 'ramp', 'trace'])
    .default('constant')
    .describe(
      'When transactions are due. constant: evenly spaced. poisson: independent of each other, as those of many users are. bursts: many at one instant, again and again. ramp: a rate that rises or falls. trace: as in a recording.',
    ),
  burst: z
    .strictObject({
      size: z.int().min(1).max(MAX_TRANSACTIONS).default(100).describe('Transactions of one burst.'),
      everyMs: z.number().positive().default(2_000).describe('From one burst to the next.'),
    })
    .prefault({})
    .describe('For arrivals bursts.'),
  ramp: z
    .strictObject({
      fromPerSecond: ratePerSecond.default(10).describe('The rate at the start.'),
      toPerSecond: ratePerSecond.default(100).describe('The rate at the end.'),
    })
    .prefault({})
    .describe('For arrivals ramp: the rate goes evenly from one to the other.'),
  trace: z
    .union([z.string().min(1), z.array(z.tuple([z.number().nonnegative(), bytes, z.int().min(0)])).min(1)])
    .nullable()
    .default(null)
    .describe(
      'For arrivals trace: a CSV file beside the scenario with the columns time_ms, size_bytes (of the whole transaction) and sender (any name); or the same as rows of [milliseconds since the first, bytes of calldata, account], which is what a run folder keeps.',
    ),
  senders: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10)
    .describe('Accounts that send; each numbers its own nonces. A trace brings its own number.'),
  senderChoice: z
    .enum(['turns', 'uniform', 'zipf'])
    .default('turns')
    .describe(
      'Who sends next. turns: one after the other. uniform: drawn, each as likely. zipf: drawn, the k-th most active in proportion to 1 / k^senderExponent.',
    ),
  senderExponent: exponent.describe('For senderChoice zipf: 0 is uniform, the larger the more one-sided.'),
  types: weights(['legacy', 'eip2930', 'eip1559', 'eip7702'])
    .prefault({})
    .describe(
      'Weights of the transaction types, e.g. {legacy: 1, eip1559: 3}; all 0: every one is EIP-1559. An EIP-2930 transaction lists one address with two storage keys, an EIP-7702 one carries one authorization.',
    ),
  dataBytes: bytes
    .default(0)
    .describe(
      'Calldata of a transaction, its mean where dataDistribution is not fixed: random bytes, so that nothing can compress them. 0 is a plain transfer.',
    ),
  dataDistribution: z
    .enum(['fixed', 'uniform', 'log-normal', 'list'])
    .default('fixed')
    .describe('How the sizes of calldata differ; no size is above what the pool takes.'),
  dataSpreadBytes: bytes
    .default(0)
    .describe('For uniform: sizes lie within dataBytes +- this. For log-normal: the standard deviation.'),
  dataSizes: z
    .array(z.tuple([bytes, z.number().positive()]))
    .min(1)
    .nullable()
    .default(null)
    .describe('For list: pairs of bytes and weight, e.g. [[0, 6], [68, 3], [5000, 1]].'),
  entry: z
    .enum(['sticky', 'any', 'one', 'zipf'])
    .default('sticky')
    .describe(
      'Where transactions enter. sticky: each sender keeps to one node, as a wallet does, so that its nonces arrive there in order. any: each transaction enters at a node of its own, so that nonces race each other. one: all at the same node. zipf: as sticky, but the k-th most used node has senders in proportion to 1 / k^entryExponent.',
    ),
  entryNodes: z
    .union([z.int().min(1), z.array(z.int().min(0)).min(1), z.string().min(1)])
    .nullable()
    .default(null)
    .describe(
      'Where transactions may enter at all: a number of nodes, drawn by the seed; a list of node indices; or the name of a group of nodes. null: every node.',
    ),
  entryDown: z
    .enum(['give-up', 'next-node'])
    .default('give-up')
    .describe(
      'What a wallet does whose node is down. give-up: nothing was sent (the refusal entry-down, no loss), and what it sends later waits behind the missing nonce. next-node: it turns to the next node that is up, at once; latency still counts from the schedule.',
    ),
  entryExponent: exponent.describe('For entry zipf: 0 is uniform, the larger the more one-sided.'),
  replacements: z
    .strictObject({
      share: share.describe('Share of transactions that their sender replaces.'),
      afterMs: z
        .number()
        .nonnegative()
        .default(3_000)
        .describe(
          'From a transaction to its replacement. Long enough for the first to be everywhere; a shorter one has them race.',
        ),
      bumpPercent: z
        .number()
        .positive()
        .max(1_000)
        .default(10)
        .describe(
          'What fee cap and tip rise by. A pool takes no less than its txpool.pricebump, 10 % unless set.',
        ),
    })
    .prefault({})
    .describe('Transactions sent again with the same nonce and a higher fee, to the same node.'),
  nonceGaps: z
    .strictObject({
      share: share.describe('Share of transactions that are held back.'),
      fillAfterMs: z
        .number()
        .positive()
        .nullable()
        .default(2_000)
        .describe('How late they come; null: never, and what their senders send after them waits for ever.'),
    })
    .prefault({})
    .describe(
      'Nonces that are missing when their followers come, which cannot be executed, nor forwarded, before them.',
    ),
  duplicates: z
    .strictObject({
      share: share.describe('Share of transactions that are sent to several nodes at once.'),
      copies: z.int().min(1).default(1).describe('To how many nodes besides the first.'),
    })
    .prefault({})
    .describe('The same transaction at several nodes, as careful wallets and relays do.'),
  invalid: z
    .strictObject({
      share: share.describe('How many there are, as a share of transactions. They come on top.'),
      kinds: weights(INVALID_KINDS)
        .prefault({})
        .describe(
          'Weights of what is wrong, each named after the code it must be refused with, e.g. {invalid-signature: 1}; all 0: every kind alike.',
        ),
    })
    .prefault({})
    .describe(
      'Transactions that no node may take. That one is taken is a missed expectation; that they are refused is no loss.',
    ),
});

type Fields = z.infer<typeof workload>;

/** The number of transactions takes the default that depends on what else ends the workload. */
export function withTransactions({
  transactions,
  ...rest
}: Fields): Fields & { transactions: number | null } {
  const endsOtherwise = rest.durationMs !== null || rest.arrivals === 'trace';
  return { ...rest, transactions: transactions ?? (endsOtherwise ? null : DEFAULT_TRANSACTIONS) };
}
