/** What wallets ask before they choose a fee. With no blocks to sample the suggestion is a constant. */
import { z } from 'zod';
import type { AccountView } from '../mempool/account-view.ts';
import type { RpcBackend } from './backend.ts';
import { RPC_CODE, RpcFailure } from './error.ts';
import { resolveBlock } from './genesis-block.ts';
import { quantityText, toQuantity, type BlockNumberOrTag } from './schemas.ts';

/** Wei. What ethers and geth's own tools fall back on when a chain gives no hint: 1 gwei. */
const SUGGESTED_TIP = 1_000_000_000n;

/** geth eth/gasprice/feehistory.go: maxQueryLimit. */
const MAX_PERCENTILES = 100;

export const percentiles = z.array(z.number({ error: 'expected a number' }), {
  error: 'expected a list of percentiles from 0 to 100, ascending',
});

export const feeHistoryText = z.object({
  oldestBlock: quantityText,
  baseFeePerGas: z
    .array(quantityText)
    .optional()
    .meta({ description: 'one more than blocks: the next is known' }),
  gasUsedRatio: z.array(z.number()).nullable(),
  reward: z
    .array(z.array(quantityText))
    .optional()
    .meta({ description: 'only when percentiles were asked for' }),
});
export type FeeHistoryText = z.infer<typeof feeHistoryText>;

/** Never below what the pool takes. Wei. */
export function suggestedTip({ pool }: RpcBackend): bigint {
  const { minTipWei } = pool.options;
  return minTipWei > SUGGESTED_TIP ? minTipWei : SUGGESTED_TIP;
}

/** As geth: the base fee and the suggested tip; never below the fee cap the pool takes. Wei. */
export function suggestedGasPrice(backend: RpcBackend): bigint {
  const price = backend.state.baseFee + suggestedTip(backend);
  const { minFeeCapWei } = backend.pool.options;
  return minFeeCapWei > price ? minFeeCapWei : price;
}

/** At most one block: an empty genesis. geth gives an empty block a reward of zero at every percentile. */
export function feeHistory(
  state: AccountView,
  count: bigint,
  newest: BlockNumberOrTag,
  wanted: readonly number[],
): FeeHistoryText | RpcFailure {
  if (wanted.length > MAX_PERCENTILES) {
    const figures = `${wanted.length} percentiles, at most ${MAX_PERCENTILES}`;
    return new RpcFailure(
      RPC_CODE.serverError,
      `invalid reward percentile: over the query limit: ${figures}`,
    );
  }
  for (const [index, percentile] of wanted.entries()) {
    if (percentile < 0 || percentile > 100) {
      return new RpcFailure(
        RPC_CODE.serverError,
        `invalid reward percentile: ${percentile} is not in 0 to 100`,
      );
    }
    if (index > 0 && percentile <= wanted[index - 1]!) {
      const order = `#${index - 1}:${wanted[index - 1]!} >= #${index}:${percentile}`;
      return new RpcFailure(RPC_CODE.serverError, `invalid reward percentile: ${order}`);
    }
  }
  const block = resolveBlock(state, newest);
  if (block instanceof RpcFailure) {
    return new RpcFailure(RPC_CODE.serverError, 'request beyond head block: the head is block 0');
  }
  if (count === 0n) return { oldestBlock: '0x0', gasUsedRatio: null };

  const baseFee = toQuantity(state.baseFee);
  return {
    oldestBlock: '0x0',
    baseFeePerGas: [baseFee, baseFee],
    gasUsedRatio: [0],
    ...(wanted.length > 0 && { reward: [wanted.map(() => '0x0')] }),
  };
}
