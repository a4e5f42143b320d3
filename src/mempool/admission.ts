/**
 * Rules 2, 3 and 5-9: what a transaction must be to be admitted, whatever room there is (1 and 4 are look-ups, in
 * mempool.ts). Each answers with a refusal in geth's wording (core/txpool/validation.go, core/txpool/errors.go,
 * core/error.go) or with nothing.
 */
import type { DecodedTransaction } from '../transaction/transaction.ts';
import type { MempoolOptions } from './options.ts';
import type { PoolRefusalCode, Refused } from './outcome.ts';
import { costOf } from './price.ts';

export function refuse(code: PoolRefusalCode, message: string): Refused {
  return { status: 'refused', code, message };
}

/** Rule 1. */
export const ALREADY_KNOWN = refuse('known', 'already known');

/** Rule 2. No block could hold it. */
export function checkGasLimit(tx: DecodedTransaction, blockGasLimit: bigint): Refused | undefined {
  if (tx.gasLimit <= blockGasLimit) return undefined;
  return refuse('gas-limit-above-block', 'exceeds block gas limit');
}

/** Rule 3. The cheapest defence against a flood: what pays nobody is not kept. */
export function checkFloor(tx: DecodedTransaction, options: Readonly<MempoolOptions>): Refused | undefined {
  const { minTipWei, minFeeCapWei } = options;
  if (tx.tipCap < minTipWei) {
    return refuse(
      'tip-too-low',
      `transaction gas price below minimum: gas tip cap ${tx.tipCap}, minimum needed ${minTipWei}`,
    );
  }
  if (tx.feeCap < minFeeCapWei) {
    return refuse(
      'tip-too-low',
      `transaction gas price below minimum: gas fee cap ${tx.feeCap}, minimum needed ${minFeeCapWei}`,
    );
  }
  return undefined;
}

/**
 * Rules 5 and 6. A nonce below the account's is spent; one far above the next will not be executable for long.
 * `stateNonce` is the account's, `nextNonce` the first the pool has no executable transaction of.
 */
export function checkNonce(
  tx: DecodedTransaction,
  stateNonce: bigint,
  nextNonce: bigint,
  maxNonceGap: number,
): Refused | undefined {
  if (tx.nonce < stateNonce) {
    return refuse('nonce-too-low', `nonce too low: next nonce ${stateNonce}, tx nonce ${tx.nonce}`);
  }
  if (maxNonceGap !== Infinity && tx.nonce - nextNonce > BigInt(maxNonceGap)) {
    return refuse('nonce-too-far', `nonce too high: tx nonce ${tx.nonce}, gapped nonce ${nextNonce}`);
  }
  return undefined;
}

/**
 * Rules 7 and 8. What cannot be paid cannot be included. All a sender's transactions must be payable together, the
 * queued ones too: else one balance buys any number of places. `spent` is the cost of all the pool has of the sender,
 * `replaced` what the newcomer would replace of it.
 */
export function checkFunds(
  tx: DecodedTransaction,
  balance: bigint,
  spent: bigint,
  replaced: DecodedTransaction | undefined,
): Refused | undefined {
  const insufficient = 'insufficient funds for gas * price + value';
  const cost = costOf(tx);
  if (cost > balance) {
    return refuse(
      'insufficient-funds',
      `${insufficient}: balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`,
    );
  }
  const added = replaced === undefined ? cost : cost - costOf(replaced);
  const overshot = spent + added - balance;
  if (overshot <= 0n) return undefined;
  const what = replaced === undefined ? 'tx cost' : 'tx bumped';
  return refuse(
    'insufficient-funds-cumulative',
    `${insufficient}: balance ${balance}, queued cost ${spent}, ${what} ${added}, overshot ${overshot}`,
  );
}

/**
 * Rule 9. A replacement must pay more, and more by a share, in fee cap and tip alike: it travels the whole network
 * once more. Rounded down as geth does (core/txpool/legacypool/list.go).
 */
export function checkReplacement(
  tx: DecodedTransaction,
  old: DecodedTransaction,
  bumpPercent: number,
): Refused | undefined {
  const enough = (now: bigint, before: bigint): boolean =>
    now > before && now >= (before * BigInt(100 + bumpPercent)) / 100n;
  if (enough(tx.feeCap, old.feeCap) && enough(tx.tipCap, old.tipCap)) return undefined;
  return refuse('replacement-underpriced', 'replacement transaction underpriced');
}
