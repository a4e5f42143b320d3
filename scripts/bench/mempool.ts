/** What the pool costs: additions a CPU second at several fillings, and heap bytes per transaction. About 15 s. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Hex } from '../../src/bytes.ts';
import type { AccountView } from '../../src/mempool/account-view.ts';
import { Mempool } from '../../src/mempool/mempool.ts';
import { MEMPOOL_PRESETS } from '../../src/mempool/options.ts';
import { decodeTransaction } from '../../src/transaction/decode.ts';
import { recoverSender } from '../../src/transaction/recover.ts';
import { isRefusal } from '../../src/transaction/refusal.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../src/transaction/rules.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import type { Transaction } from '../../src/transaction/transaction.ts';
import { median } from './median.ts';
import type { BenchRow } from './row.ts';

const SENDERS = 1_000;
const GWEI = 1_000_000_000n;
/** A simple transfer of type 2, signed. */
const TRANSFER_BYTES = 117;

const richAccounts: AccountView = {
  chainId: 31_337n,
  blockGasLimit: 30_000_000n,
  baseFee: GWEI,
  nonce: () => 0n,
  balance: () => 10n ** 30n,
};

let made = 0;

/** The pool reads neither signature nor encoding, so they are left empty: recovery is measured elsewhere. */
function transfer(sender: number, nonce: number, tipCap: bigint): Transaction {
  const digits = (n: number, length: number): Hex => `0x${n.toString(16).padStart(length, '0')}`;
  const raw = new Uint8Array(TRANSFER_BYTES);
  return {
    hash: digits(++made, 64),
    raw,
    type: 2,
    chainId: 31_337n,
    nonce: BigInt(nonce),
    gasLimit: 21_000n,
    feeCap: tipCap + 10n * GWEI,
    tipCap,
    to: digits(0xaa, 40),
    value: 1n,
    data: raw.subarray(0, 0),
    accessList: [],
    authorizationList: [],
    yParity: 0,
    r: 1n,
    s: 1n,
    signingHash: raw,
    sender: digits(sender + 1, 40),
  };
}

/** `count` transfers, sender by sender in turn, from the `from`-th on; tips in a fixed, well-mixed order. */
function transfers(from: number, count: number, lowestTip = 0n): Transaction[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const tip = lowestTip + BigInt((Math.imul(n, 2_654_435_761) >>> 8) % 1_000_000) + 1n;
    return transfer(n % SENDERS, Math.floor(n / SENDERS), tip);
  });
}

/** @throws {Error} when the pool takes one of them not as pending: the figure would be of something else. */
function addAll(pool: Mempool, transactions: Transaction[]): void {
  for (const tx of transactions) {
    const outcome = pool.add(tx, 'remote', 0);
    if (outcome.status !== 'pending')
      throw new Error(`expected pending, got ${JSON.stringify(outcome.status)}`);
  }
}

/** Of CPU, the garbage collector's threads included: what others do on the machine meanwhile is left out. */
function perSecond(run: () => void, count: number): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return count / ((user + system) / 1e6);
}

/** Additions a CPU second to a pool that holds `filling`, the median over several pools. */
function additionsAt(filling: number, count: number): number {
  const pools = filling < 50_000 ? 7 : 3;
  const rates = Array.from({ length: pools }, () => {
    const pool = new Mempool(richAccounts, MEMPOOL_PRESETS.experiment);
    addAll(pool, transfers(0, filling));
    const newcomers = transfers(filling, count);
    return perSecond(() => addAll(pool, newcomers), count);
  });
  return median(rates);
}

/** To a full pool, each newcomer of a new sender and dearer than the cheapest: each addition evicts one. */
function additionsWhenFull(count: number): number {
  const full = MEMPOOL_PRESETS.experiment.maxPendingTransactions;
  const pool = new Mempool(richAccounts, MEMPOOL_PRESETS.experiment);
  addAll(pool, transfers(0, full));
  const rates = [0, 1, 2].map((round) => {
    const newcomers = Array.from({ length: count }, (_, i) =>
      transfer(SENDERS + round * count + i, 0, 2_000_000n + BigInt(i)),
    );
    return perSecond(() => addAll(pool, newcomers), count);
  });
  if (pool.counts.pending !== full) throw new Error(`expected a full pool, it holds ${pool.counts.pending}`);
  return median(rates);
}

/** Refusals a CPU second by a full pool, of what pays less than all it holds. */
function refusalsWhenFull(count: number): number {
  const pool = new Mempool(richAccounts, MEMPOOL_PRESETS.experiment);
  addAll(pool, transfers(0, MEMPOOL_PRESETS.experiment.maxPendingTransactions, 10n));
  const newcomers = Array.from({ length: count }, (_, i) => transfer(SENDERS + i, 0, 5n));
  return perSecond(() => {
    for (const tx of newcomers) {
      const outcome = pool.add(tx, 'remote', 0);
      if (outcome.status !== 'refused') throw new Error('expected a refusal');
    }
  }, count);
}

/** Heap bytes the pool adds to each transaction it holds, beyond the transaction. */
function heapBytes(senders: number, perSender: number): number {
  const all: Transaction[] = [];
  for (let nonce = 0; nonce < perSender; nonce++) {
    for (let sender = 0; sender < senders; sender++) all.push(transfer(sender, nonce, GWEI));
  }
  flatten(all);
  const before = heapUsed();
  const pool = new Mempool(richAccounts, MEMPOOL_PRESETS.experiment);
  addAll(pool, all);
  const used = heapUsed() - before;
  if (pool.counts.pending !== all.length) throw new Error('expected all in the pool');
  return used / all.length;
}

/** Heap bytes of a transaction as it comes from the decoder, typed-array contents apart. */
function transactionBytes(count: number): number {
  const before = heapUsed();
  const all = transfers(0, count);
  flatten(all);
  const used = heapUsed() - before;
  return used / all.length;
}

/** Heap, and bytes outside it, of a transaction as a node holds it: decoded, recovered and pooled. */
function wholeBytes(count: number): { heap: number; buffers: number } {
  const keys = Array.from({ length: 50 }, (_, n) => new Uint8Array(32).fill(n + 1));
  const rules = { ...DEFAULT_TRANSACTION_RULES, chainId: richAccounts.chainId };
  const pool = new Mempool(richAccounts, MEMPOOL_PRESETS.experiment);
  const before = { heap: heapUsed(), buffers: process.memoryUsage().arrayBuffers };
  for (let n = 0; n < count; n++) {
    const { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value } = transfer(
      0,
      Math.floor(n / keys.length),
      GWEI,
    );
    const raw = signTransaction(
      { type, chainId, nonce, gasLimit, feeCap, tipCap, to, value },
      keys[n % keys.length]!,
    );
    const decoded = decodeTransaction(raw, rules);
    if (isRefusal(decoded)) throw new Error(decoded.message);
    const recovered = recoverSender(decoded);
    if (isRefusal(recovered)) throw new Error(recovered.message);
    addAll(pool, [recovered]);
  }
  const heap = (heapUsed() - before.heap) / count;
  const buffers = (process.memoryUsage().arrayBuffers - before.buffers) / count;
  if (pool.counts.pending !== count) throw new Error('expected all in the pool');
  return { heap, buffers };
}

/** Concatenated strings change their size when first hashed; a decoder's are whole from the start. */
function flatten(transactions: Transaction[]): void {
  new Set(transactions.flatMap(({ hash, sender, to }) => [hash, sender, to]));
}

function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 4; i++) collect();
  return process.memoryUsage().heapUsed;
}

const rate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en')}/s`;
const bytes = (number: number): string => `${Math.round(number).toLocaleString('en')} B`;

/** About 15 s of synchronous work. Ratios are against the empty pool. */
export function benchMempool(): Promise<BenchRow[]> {
  additionsAt(0, 20_000); // lets the compiler see it first
  const whole = wholeBytes(20_000);
  const memory: BenchRow[] = [
    { name: 'heap per pooled transaction, all of a transfer', value: bytes(whole.heap) },
    { name: 'buffers per pooled transaction, all of a transfer', value: bytes(whole.buffers) },
    { name: 'heap the pool adds to a transaction, 20 a sender', value: bytes(heapBytes(5_000, 20)) },
    { name: 'heap the pool adds to a transaction, 1 a sender', value: bytes(heapBytes(100_000, 1)) },
    { name: 'heap of the transaction itself (synthetic)', value: bytes(transactionBytes(50_000)) },
  ];
  const empty = additionsAt(0, 10_000);
  const rows: BenchRow[] = [{ name: 'mempool.add, empty pool', value: rate(empty) }];
  const add = (name: string, figure: number): void => {
    rows.push({ name, value: rate(figure), ratio: `${(figure / empty).toFixed(2)}x` });
  };
  add('mempool.add, 10,000 pooled', additionsAt(10_000, 10_000));
  add('mempool.add, 100,000 pooled', additionsAt(100_000, 10_000));
  add('mempool.add, full at 200,000, evicting', additionsWhenFull(10_000));
  add('mempool.add, full at 200,000, refusing', refusalsWhenFull(10_000));
  return Promise.resolve([...rows, ...memory]);
}
