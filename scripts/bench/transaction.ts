/** Decoding and sender recovery against bare recovery, and the two verifier backends. About 8 s. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInlineVerifier } from '../../src/transaction/inline-verifier.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { signTransaction, type UnsignedTransaction } from '../../src/transaction/sign.ts';
import type { DecodedTransaction } from '../../src/transaction/transaction.ts';
import type { Verifier } from '../../src/transaction/verifier.ts';
import { createWorkerVerifier } from '../../src/transaction/worker-verifier.ts';
import { TESTNET_CHAIN_ID } from '../../testnet/workload/accounts.ts';
import { bareRecovery, decodeOwn } from './bare-recovery.ts';
import { median } from './median.ts';
import type { BenchRow } from './row.ts';

const PRIVATE_KEY = new Uint8Array(32).fill(7);
const TO = '0x00112233445566778899aabbccddeeff00112233';

const TRANSFER: UnsignedTransaction = {
  type: 2,
  chainId: TESTNET_CHAIN_ID,
  nonce: 0n,
  gasLimit: 21_000n,
  feeCap: 30_000_000_000n,
  tipCap: 1_000_000_000n,
  to: TO,
  value: 1_000_000_000_000_000_000n,
};

/** Every type, with and without calldata, an access list, an authorization. */
const MIXED: readonly UnsignedTransaction[] = [
  TRANSFER,
  { ...TRANSFER, gasLimit: 100_000n, data: new Uint8Array(68).fill(0x5a) },
  { ...TRANSFER, gasLimit: 200_000n, data: new Uint8Array(1_000).fill(0x5a) },
  { ...TRANSFER, type: 0, tipCap: undefined },
  {
    ...TRANSFER,
    type: 1,
    tipCap: undefined,
    gasLimit: 100_000n,
    accessList: [{ address: TO, storageKeys: [`0x${'00'.repeat(31)}01`, `0x${'00'.repeat(31)}02`] }],
  },
  {
    ...TRANSFER,
    type: 4,
    gasLimit: 100_000n,
    authorizationList: [{ chainId: 0n, address: TO, nonce: 1n, yParity: 1, r: 1n << 250n, s: 1n << 250n }],
  },
];

function signMany(kinds: readonly UnsignedTransaction[], count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    signTransaction({ ...kinds[index % kinds.length]!, nonce: BigInt(index) }, PRIVATE_KEY),
  );
}

function secondsOf(work: () => void): number {
  const startMs = performance.now();
  work();
  return (performance.now() - startMs) / 1e3;
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US')}/s`;
}

/** Rounds of each alternate, so that a busy machine slows all of them; a ratio is the median over rounds. */
async function benchDecoding(rounds: number): Promise<BenchRow[]> {
  const count = 200;
  const rows: BenchRow[] = [];
  for (const [name, kinds] of [
    ['type 2 transfers', [TRANSFER]],
    ['mixed types', MIXED],
  ] as const) {
    const raws = signMany(kinds, count);
    const works = {
      bare: await bareRecovery(raws.map(decodeOwn)),
      decode: () => raws.forEach(decodeOwn),
      whole: () => raws.forEach((raw) => recoverSender(decodeOwn(raw))),
    };
    const rates = { bare: [] as number[], decode: [] as number[], whole: [] as number[] };
    for (let round = -3; round < rounds; round++) {
      for (const work of ['bare', 'whole', 'decode'] as const) {
        const rate = count / secondsOf(works[work]);
        if (round >= 0) rates[work].push(rate);
      }
    }
    const ratio = median(rates.whole.map((rate, round) => rate / rates.bare[round]!));
    rows.push(
      { name: `decode and hash, ${name}`, value: perSecond(median(rates.decode)) },
      { name: `bare ox/wasm recovery, ${name}`, value: perSecond(median(rates.bare)) },
      {
        name: `decode, hash and recover against bare recovery, ${name}`,
        value: perSecond(median(rates.whole)),
        ratio: `${ratio.toFixed(2)}x`,
      },
    );
  }
  return rows;
}

/** One batch at a time tells the latency; as many as 800 signatures at once the throughput, and what it costs the loop. */
async function benchVerifier(backend: string, verifier: Verifier, forMs: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const transactions = signMany([TRANSFER], 100).map(decodeOwn);
  for (const batchSize of [1, 10, 100]) {
    const batch = transactions.slice(0, batchSize);
    await verifyFor(verifier, batch, 1, forMs / 4);

    const latenciesMs = await verifyFor(verifier, batch, 1, forMs);

    const loopDelay = monitorEventLoopDelay({ resolution: 1 });
    loopDelay.enable();
    const cpuBefore = process.threadCpuUsage();
    const startMs = performance.now();
    const batches = (await verifyFor(verifier, batch, Math.ceil(800 / batchSize), forMs)).length;
    const seconds = (performance.now() - startMs) / 1e3;
    const cpu = process.threadCpuUsage(cpuBefore);
    loopDelay.disable();

    const signatures = batches * batchSize;
    const cpuUs = (cpu.user + cpu.system) / signatures;
    rows.push({
      name: `verifier ${backend}, batches of ${batchSize}`,
      value: [
        perSecond(signatures / seconds),
        `${cpuUs.toFixed(0)} us of the calling thread a signature`,
        `loop delay p99 ${(loopDelay.percentile(99) / 1e6).toFixed(1)} ms`,
        `latency when idle ${median(latenciesMs).toFixed(2)} ms`,
      ].join(', '),
    });
  }
  await verifier.stop();
  return rows;
}

async function verifyFor(
  verifier: Verifier,
  batch: readonly DecodedTransaction[],
  concurrency: number,
  forMs: number,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  const endMs = performance.now() + forMs;
  async function submitUntilEnd(): Promise<void> {
    while (performance.now() < endMs) {
      const startMs = performance.now();
      if ((await verifier.verify(batch)) === 'busy')
        throw new Error('the verifier refused work below its bound');
      latenciesMs.push(performance.now() - startMs);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, submitUntilEnd));
  return latenciesMs;
}

export async function benchTransaction(): Promise<BenchRow[]> {
  return [
    ...(await benchDecoding(40)),
    ...(await benchVerifier('inline', createInlineVerifier(), 250)),
    ...(await benchVerifier('workers', await createWorkerVerifier(), 250)),
  ];
}
