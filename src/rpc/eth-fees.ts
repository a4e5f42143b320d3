/** Of `eth`: what wallets ask before they choose a fee. A chain knows better than a constant. */
import { z } from 'zod';
import type { Hex } from '../bytes.ts';
import { RpcFailure } from './error.ts';
import {
  feeHistory,
  feeHistoryText,
  percentiles,
  suggestedGasPrice,
  suggestedTip,
  type FeeHistoryText,
} from './fees.ts';
import { method, named, type Namespace } from './method.ts';
import { passOn } from './pass-on.ts';
import { blockNumberOrTag, quantityOrInteger, quantityText, toQuantity } from './schemas.ts';

/** What the chain suggests, or the least the pool takes when that is more: a suggestion is not to be refused. */
async function atLeast(least: bigint, suggested: Promise<Hex | RpcFailure>): Promise<Hex | RpcFailure> {
  const answer = await suggested;
  return answer instanceof RpcFailure || BigInt(answer) >= least ? answer : toQuantity(least);
}

export const ethFees: Namespace = {
  eth_gasPrice: method({
    description: 'Suggested gas price in wei: the base fee and the suggested tip.',
    params: z.tuple([]),
    result: quantityText,
    handler(backend) {
      const { chain, pool } = backend;
      if (chain === undefined) return toQuantity(suggestedGasPrice(backend));
      return atLeast(pool.options.minFeeCapWei, passOn<Hex>(chain, 'eth_gasPrice', []));
    },
  }),
  eth_maxPriorityFeePerGas: method({
    description: 'Suggested tip in wei.',
    params: z.tuple([]),
    result: quantityText,
    handler(backend) {
      const { chain, pool } = backend;
      if (chain === undefined) return toQuantity(suggestedTip(backend));
      return atLeast(pool.options.minTipWei, passOn<Hex>(chain, 'eth_maxPriorityFeePerGas', []));
    },
  }),
  eth_feeHistory: method({
    description: 'Base fees, fullness and tips of past blocks; without a chain, of genesis.',
    params: z.tuple([
      named('block count', quantityOrInteger),
      named('newest block', blockNumberOrTag),
      named('reward percentiles', percentiles.nullish()),
    ]),
    result: feeHistoryText,
    handler({ state, chain }, [count, newest, wanted]) {
      if (chain === undefined) return feeHistory(state, count, newest, wanted ?? []);
      return passOn<FeeHistoryText>(chain, 'eth_feeHistory', [count, newest, wanted ?? []]);
    },
  }),
};
