/** A block as eth_getBlockByNumber and eth_getBlockByHash give it (execution-apis, src/schemas/block.yaml), read for what the pool needs. */
import { z } from 'zod';
import type { Hex } from '../../bytes.ts';
import type { Head } from '../chain.ts';
import { nextBaseFee } from './next-base-fee.ts';

export interface Block {
  head: Head;
  /** Gas. */
  gasLimit: bigint;
  /** Wei per gas of the block after this one. */
  nextBaseFee: bigint;
  /**
   * Whose nonce or balance this block changed, as far as it says so itself: senders, recipients, withdrawals, the fee
   * recipient. Not those a contract paid, nor delegated accounts (EIP-7702). Empty when it was asked for without its
   * transactions.
   */
  touched: Set<Hex>;
}

const hex = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern)
    .transform((text) => text.toLowerCase() as Hex);
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,64}$/i)
  .transform(BigInt);
const address = hex(/^0x[0-9a-f]{40}$/i);
const hash = hex(/^0x[0-9a-f]{64}$/i);

const schema = z.looseObject({
  number: quantity,
  hash,
  parentHash: hash,
  timestamp: quantity,
  gasLimit: quantity,
  gasUsed: quantity,
  baseFeePerGas: quantity.nullish(),
  miner: address.nullish(),
  transactions: z.array(z.union([hash, z.looseObject({ hash, from: address, to: address.nullish() })])),
  withdrawals: z.array(z.looseObject({ address })).nullish(),
});

/** What a block has beside its header; geth's newHeads has none of it. */
const BODY = ['transactions', 'uncles', 'withdrawals', 'size', 'totalDifficulty'];

/** @throws {Error} when it is no block, saying what is wrong with it. */
export function parseBlock(answer: unknown): Block {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new Error(`the upstream's block is not one: ${path.join('.') || 'all of it'}: ${message}`);
  }
  const { number, hash, parentHash, timestamp, gasLimit, gasUsed, baseFeePerGas, ...rest } = parsed.data;
  const touched = new Set<Hex>();
  for (const transaction of rest.transactions) {
    if (typeof transaction === 'string') continue;
    touched.add(transaction.from);
    if (transaction.to != null) touched.add(transaction.to);
  }
  for (const withdrawal of rest.withdrawals ?? []) touched.add(withdrawal.address);
  if (rest.miner != null) touched.add(rest.miner);
  const header = Object.fromEntries(
    Object.entries(answer as Record<string, unknown>).filter(([key]) => !BODY.includes(key)),
  );
  return {
    head: { number, hash, parentHash, timestamp, header },
    gasLimit,
    nextBaseFee: nextBaseFee({ baseFee: baseFeePerGas ?? undefined, gasLimit, gasUsed }),
    touched,
  };
}
