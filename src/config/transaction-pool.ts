/** The transaction pool: geth's limits by geth's names. */
import { z } from 'zod';
import { MEMPOOL_PRESETS } from '../mempool/options.ts';
import { integer, optionGroup, type OptionGroup } from './option.ts';

const pool = optionGroup('Transaction pool');
const P = MEMPOOL_PRESETS.default;

export const transactionPoolOptions = {
  'txpool.preset': pool(
    z.enum(['default', 'experiment']),
    'default',
    'NAME',
    "default: geth's limits; experiment: room for 200,000",
  ),
  'txpool.pricelimit': pool(
    z.union([z.bigint(), integer(0).transform(BigInt)]).optional(),
    undefined,
    'WEI',
    `least tip; default ${P.minTipWei.toString()}`,
  ),
  'txpool.pricebump': pool(
    integer(0).optional(),
    undefined,
    'PERCENT',
    `a replacement pays this much more; default ${P.replacementBumpPercent}`,
  ),
  'txpool.accountslots': pool(
    integer(1).optional(),
    undefined,
    'N',
    `pending slots guaranteed a sender; default ${P.guaranteedSlotsPerSender}`,
  ),
  'txpool.globalslots': pool(
    integer(1).optional(),
    undefined,
    'N',
    `pending slots in all; default ${P.maxPendingSlots}`,
  ),
  'txpool.accountqueue': pool(
    integer(1).optional(),
    undefined,
    'N',
    `queued (nonce gap) transactions of a sender; default ${P.maxQueuedTransactionsPerSender}`,
  ),
  'txpool.globalqueue': pool(
    integer(1).optional(),
    undefined,
    'N',
    `queued slots in all; default ${P.maxQueuedSlots}`,
  ),
  'txpool.lifetime': pool(
    integer(1).optional(),
    undefined,
    'MS',
    `a queued transaction leaves after this time; default ${P.queuedLifetimeMs}`,
  ),
  'txpool.exemptlocals': pool(
    z.boolean(),
    P.exemptLocals,
    'BOOL',
    'transactions submitted here are never evicted for their price',
  ),
  'txpool.journal': pool(
    z.boolean(),
    true,
    'BOOL',
    'with a data directory: transactions submitted here survive a crash',
  ),
  'txpool.save': pool(
    z.boolean(),
    false,
    'BOOL',
    'with a data directory: the pool is saved when the node stops and checked in again when it starts',
  ),
} satisfies OptionGroup;
