/** What recovering the sender of a transaction costs here and now. */
import { decodeTransaction } from '../../src/transaction/decode.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { isRefusal } from '../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import { deriveAccounts, TESTNET_CHAIN_ID } from './accounts.ts';

const RECOVERIES = 300;
/** Before the first that counts: the code must have been compiled. */
const WARM_UP = 100;

/**
 * Milliseconds of one core for one recovery: the median of some hundred real ones on this machine, to a tenth of a
 * microsecond. Takes about 50 ms.
 */
export function measureRecoveryMs(): number {
  const [{ address, privateKey }] = deriveAccounts(1) as [ReturnType<typeof deriveAccounts>[number]];
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };
  const timesMs: number[] = [];
  for (let nonce = 0; nonce < WARM_UP + RECOVERIES; nonce++) {
    const raw = signTransaction(
      {
        type: 2,
        chainId: TESTNET_CHAIN_ID,
        nonce: BigInt(nonce),
        gasLimit: 21_000n,
        feeCap: 1n,
        tipCap: 1n,
        to: address,
        value: 0n,
      },
      privateKey,
    );
    const decoded = decodeTransaction(raw, rules);
    if (isRefusal(decoded)) throw new Error(`a transaction of our own was refused: ${decoded.message}`);
    const beforeMs = performance.now();
    const recovered = recoverSender(decoded);
    const tookMs = performance.now() - beforeMs;
    if (isRefusal(recovered)) throw new Error(`a signature of our own was refused: ${recovered.message}`);
    if (nonce >= WARM_UP) timesMs.push(tookMs);
  }
  const median = timesMs.sort((a, b) => a - b)[RECOVERIES / 2]!;
  return Math.round(median * 10_000) / 10_000;
}
