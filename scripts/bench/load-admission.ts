/** What a node does with a transaction beside carrying it: checks, verifies and pools it. No network. */
import { realClock } from '../../src/environment.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import { MEMPOOL_PRESETS } from '../../src/mempool/options.ts';
import { Admission } from '../../src/propagation/admission.ts';
import { createVerifier } from '../../src/transaction/create-verifier.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { loadState } from './load-transfers.ts';

/** Of the transactions, before CPU is counted. */
const WARM_UP_SHARE = 0.3;

/** CPU of this process for each transaction and pool, when all of `raws` enter so many pools in messages of `batch`. */
export async function admissionUs(
  raws: readonly Uint8Array[],
  pools: number,
  batch: number,
): Promise<number> {
  const verifier = await createVerifier();
  const admissions = Array.from({ length: pools }, () => {
    const pool = new Mempool(loadState(), MEMPOOL_PRESETS.experiment);
    return new Admission({
      pool,
      verifier,
      rules: { ...DEFAULT_TRANSACTION_RULES, chainId: TESTNET_CHAIN_ID },
      clock: realClock,
      trace: { record: () => undefined },
    });
  });
  const countedFrom = Math.floor((raws.length * WARM_UP_SHARE) / batch) * batch;
  let before = process.cpuUsage();
  for (let at = 0; at < raws.length; at += batch) {
    if (at === countedFrom) before = process.cpuUsage();
    const message = raws.slice(at, at + batch);
    for (const admission of admissions) {
      const nowMs = realClock.nowMs();
      const source = {
        provenance: 'push',
        from: 'a peer',
        receivedAtMs: nowMs,
        validationAtMs: nowMs,
      } as const;
      const results = await admission.admitWhole(message, source);
      const refused = results.find(({ outcome }) => outcome.status !== 'pending');
      if (refused !== undefined) throw new Error(`a pool did not take it: ${JSON.stringify(refused)}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  await verifier.stop();
  return (user + system) / ((raws.length - countedFrom) * pools);
}
