/** The field's value types, as parameters (text in, value out) and as results (text out). */
import { z } from 'zod';
import { fromHex, type Hex } from '../bytes.ts';

const text = (pattern: RegExp, expected: string): z.ZodString =>
  z.string({ error: expected }).regex(pattern, { error: expected });

/** Shortest hexadecimal, as the execution API writes numbers. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;
const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/;
const HEX_DIGITS = /^0x[0-9a-fA-F]*$/;

// Parameters

/** Lower case comes out; a checksum in the letter case is not checked (geth does not either). */
export const address = text(ADDRESS, 'expected an address: 0x and 40 hexadecimal digits').transform(
  (value) => value.toLowerCase() as Hex,
);

export const hash = text(HASH, 'expected a hash: 0x and 64 hexadecimal digits').transform(
  (value) => value.toLowerCase() as Hex,
);

export const quantity = text(
  QUANTITY,
  'expected a quantity: 0x and up to 64 hexadecimal digits without leading zeros',
).transform((value) => BigInt(value));

const BYTES = 'expected bytes: 0x and an even number of hexadecimal digits';

export const bytes = text(HEX_DIGITS, BYTES)
  .refine((value) => value.length % 2 === 0, { error: BYTES })
  .transform((value) => fromHex(value));

const BLOCK_TAGS = ['latest', 'pending', 'earliest', 'safe', 'finalized'] as const;
const BLOCK = `expected a block: ${BLOCK_TAGS.join(', ')}, or a number as a quantity`;

export const blockNumberOrTag = z.union([z.enum(BLOCK_TAGS), quantity], { error: BLOCK });
export type BlockNumberOrTag = z.output<typeof blockNumberOrTag>;

/** EIP-1898. */
export const block = z.union(
  [
    // Before a number, for 32 bytes can be read as one (geth does the same).
    hash.transform((blockHash) => ({ blockHash })),
    blockNumberOrTag,
    z.object({ blockHash: hash, requireCanonical: z.boolean().optional() }),
    z.object({ blockNumber: blockNumberOrTag }).transform(({ blockNumber }) => blockNumber),
  ],
  { error: `${BLOCK}, or an object with blockHash or blockNumber` },
);
export type BlockParameter = z.output<typeof block>;

/** geth takes a number for some quantities. */
export const quantityOrInteger = z.union(
  [
    quantity,
    z
      .int()
      .nonnegative()
      .transform((value) => BigInt(value)),
  ],
  { error: 'expected a number: a quantity or an integer' },
);

/** As geth reads it: leading zeros may be there or not. */
export const storageSlot = text(
  /^0x[0-9a-fA-F]{1,64}$/,
  'expected a storage slot: 0x and up to 64 hexadecimal digits',
);

export const overrides = z.record(z.string(), z.unknown(), { error: 'expected an object of overrides' });

// Results

export const addressText = z.string().regex(ADDRESS);
export const hashText = z.string().regex(HASH);
export const quantityText = z.string().regex(QUANTITY);
export const bytesText = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/);

/** What a chain behind the node answers with, and the node does not look into. */
export const upstreamText = z.looseObject({}).meta({ description: 'as the upstream gives it' });
export type UpstreamText = z.infer<typeof upstreamText>;
