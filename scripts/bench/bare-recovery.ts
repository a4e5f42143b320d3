/** What recovery takes by itself, to hold against it all that a node does with a transaction. */
import * as Secp256k1 from 'ox/wasm/Secp256k1';
import { decodeTransaction } from '../../src/transaction/decode.ts';
import { isRefusal } from '../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import type { DecodedTransaction } from '../../src/transaction/transaction.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';

const RULES = { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID };

/** A transaction of a benchmark's own. @throws {Error} when it is none. */
export function decodeOwn(raw: Uint8Array): DecodedTransaction {
  const decoded = decodeTransaction(raw, RULES);
  if (isRefusal(decoded)) throw new Error(`the benchmark's own transaction was refused: ${decoded.message}`);
  return decoded;
}

/** Recovers all of them with bare ox/wasm, from inputs that are ready: nothing decoded, hashed or looked up. */
export async function bareRecovery(transactions: readonly DecodedTransaction[]): Promise<() => void> {
  const secp256k1 = await Secp256k1.engine();
  const inputs = transactions.map(({ r, s, yParity, signingHash }) => {
    const hex = `0${yParity}${r.toString(16).padStart(64, '0')}${s.toString(16).padStart(64, '0')}`;
    return { signature: new Uint8Array(Buffer.from(hex, 'hex')), signingHash };
  });
  return () => {
    for (const { signature, signingHash } of inputs) secp256k1.recoverPublicKey(signature, signingHash);
  };
}
