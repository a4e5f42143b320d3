/**
 * What a node takes over JSON-RPC: eth_sendRawTransaction one by one over 32 connections, and in batches of 100, with
 * the journal and without. The node, as users start it, and the client are processes of their own, so on two cores
 * each has one. Bare recovery is measured in turn with them, so that a busy machine slows both. About 25 s.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/bytes.ts';
import { deriveAccounts } from '../../testnet/workload/accounts.ts';
import { bareRecovery, decodeOwn } from './bare-recovery.ts';
import { transfers } from './load-transfers.ts';
import type { ClientDone, ClientJob } from './rpc-client.ts';
import { median } from './median.ts';
import type { BenchRow } from './row.ts';

const TXGOSSIP = fileURLToPath(new URL('../txgossip.js', import.meta.url));
const CLIENT = new URL('rpc-client.ts', import.meta.url);

const ROUNDS = 5;
const PER_ROUND = 2_000;
const CONNECTIONS = 32;
const BATCH = 100;
/** Enough to have the next batch at the node when one is answered. */
const BATCH_CONNECTIONS = 4;
const ACCOUNTS = 10;

/** Each account's transactions in turn. */
class Source {
  readonly #accounts = deriveAccounts(ACCOUNTS);
  #made = 0;

  take(count: number): Uint8Array[] {
    const taken = transfers(this.#accounts, count, this.#made);
    this.#made += count;
    return taken;
  }
}

const call = (raw: Uint8Array, id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'eth_sendRawTransaction',
  params: [toHex(raw)],
});

const single = (raws: readonly Uint8Array[]): string[] => raws.map((raw) => JSON.stringify(call(raw, 1)));

function batches(raws: readonly Uint8Array[]): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < raws.length; at += BATCH)
    bodies.push(JSON.stringify(raws.slice(at, at + BATCH).map((raw, index) => call(raw, index))));
  return bodies;
}

interface RunningNode {
  url: string;
  stop(): Promise<void>;
}

async function startNode(datadir: string | undefined): Promise<RunningNode> {
  const options = ['--http.port', '0', '--txpool.preset', 'experiment'];
  const kept = datadir === undefined ? [] : ['--datadir', datadir];
  const node = spawn(process.execPath, [TXGOSSIP, 'node', ...options, ...kept], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(node, 'exit');
  let printed = '';
  for await (const piece of node.stdout.setEncoding('utf8')) {
    printed += String(piece);
    const url = /JSON-RPC +(\S+)\n/.exec(printed)?.[1];
    if (url === undefined) continue;
    node.stdout.resume();
    const stop = async (): Promise<void> => {
      node.kill('SIGTERM');
      await exited;
    };
    return { url, stop };
  }
  throw new Error(`the node ended: ${printed}`);
}

async function submit(client: ChildProcess, job: ClientJob, transactions: number): Promise<number> {
  client.send(job);
  const [done] = (await once(client, 'message')) as [ClientDone];
  if (done.accepted !== transactions)
    throw new Error(`${done.accepted} of ${transactions} accepted; ${done.refusal ?? 'no refusal'}`);
  return transactions / done.seconds;
}

/** A second. */
async function bareRecoveries(raws: readonly Uint8Array[]): Promise<() => number> {
  const recover = await bareRecovery(raws.map(decodeOwn));
  return () => {
    const startMs = performance.now();
    recover();
    return raws.length / ((performance.now() - startMs) / 1000);
  };
}

interface Rates {
  bare: number[];
  single: number[];
  batch: number[];
}

/** Rounds of each alternate; the first is thrown away. */
async function measure(client: ChildProcess, datadir: string | undefined): Promise<Rates> {
  const source = new Source();
  const node = await startNode(datadir);
  const rates: Rates = { bare: [], single: [], batch: [] };
  try {
    const bare = await bareRecoveries(new Source().take(PER_ROUND));
    for (let round = -1; round < ROUNDS; round++) {
      const bodies = { single: single(source.take(PER_ROUND)), batch: batches(source.take(PER_ROUND)) };
      const { url } = node;
      const figures = {
        bare: bare(),
        single: await submit(client, { url, bodies: bodies.single, connections: CONNECTIONS }, PER_ROUND),
        batch: await submit(client, { url, bodies: bodies.batch, connections: BATCH_CONNECTIONS }, PER_ROUND),
      };
      if (round < 0) continue;
      for (const kind of ['bare', 'single', 'batch'] as const) rates[kind].push(figures[kind]);
    }
  } finally {
    await node.stop();
  }
  return rates;
}

function rowsOf({ bare, single: ones, batch }: Rates, journal: string): BenchRow[] {
  const row = (name: string, rates: number[]): BenchRow => ({
    name: `eth_sendRawTransaction, ${name}, ${journal}`,
    value: perSecond(median(rates)),
    ratio: `${median(rates.map((rate, round) => rate / bare[round]!)).toFixed(2)}x`,
  });
  return [
    row(`one by one over ${CONNECTIONS} connections`, ones),
    row(`in batches of ${BATCH} over ${BATCH_CONNECTIONS}`, batch),
  ];
}

/** Ratios are against bare recovery of the same run. */
export async function benchRpc(): Promise<BenchRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'txgossip-bench-'));
  const client = fork(CLIENT);
  try {
    const memory = await measure(client, undefined);
    const disk = await measure(client, directory);
    const bare = median([...memory.bare, ...disk.bare]);
    return [
      { name: 'bare ox/wasm recovery', value: perSecond(bare) },
      ...rowsOf(memory, 'no journal'),
      ...rowsOf(disk, 'journal'),
    ];
  } finally {
    client.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en')}/s`;
}
