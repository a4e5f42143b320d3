/**
 * A network of five nodes, ten signed transactions, and what it took to bring them everywhere.
 *
 *   node measure.ts                                                   where txgossip is installed
 *   node --conditions=txgossip-source scripts/examples/measure.ts    in a checkout: the package as its sources
 */
import { signTransaction, type Hex } from 'txgossip';
import { launchTestnet } from 'txgossip/testnet';

const gwei = 10n ** 9n;
const transfer = { type: 2, chainId: 31337n, nonce: 0n, gasLimit: 21_000n, value: 1n } as const;

const testnet = await launchTestnet({ nodes: 5 });
try {
  const hashes: Hex[] = [];
  for (const [index, { address, privateKey }] of testnet.accounts.entries()) {
    const fees = { feeCap: 20n * gwei, tipCap: gwei };
    const raw = signTransaction({ ...transfer, ...fees, to: address }, privateKey);
    const answer = await testnet.submit(index % testnet.nodes.length, raw);
    if (answer.status === 'rejected') throw new Error(`node ${index} refused it: ${answer.message}`);
    hashes.push(answer.hash);
  }
  await testnet.waitForCoverage(hashes);
  const { transactions, nodes, coverage, latencyMs, redundancy } = await testnet.figures();
  console.log(`${transactions.accepted} transactions, ${nodes} nodes, least coverage ${coverage.min}`);
  console.log(`latency p50 ${latencyMs.p50?.toFixed(1)} ms, max ${latencyMs.max?.toFixed(1)} ms`);
  console.log(`copies received a delivery ${redundancy?.toFixed(2)}`);
} finally {
  await testnet.stop();
}
