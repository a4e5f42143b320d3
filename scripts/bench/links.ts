/**
 * How true the links of the two networks are: latency, jitter, bandwidth, loss and a cut, asked for and had
 * (link-accuracy.ts); and what the delay costs on the local one: two libp2p hosts in this process, on a link beside one
 * that is plain TCP. About 40 s.
 */
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Stream } from '@libp2p/interface';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../src/host/host.ts';
import { createLibp2pHost } from '../../src/host/libp2p-host.ts';
import { linkConditions } from '../../testnet/networks/link-conditions.ts';
import { Link } from '../../testnet/networks/local/link.ts';
import { shapedTransport } from '../../testnet/networks/local/shaped-transport.ts';
import { startLocal } from '../../testnet/networks/local/start-local.ts';
import { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { linkAccuracy } from './link-accuracy.ts';
import type { BenchRow } from './row.ts';

const WARM_UP = 10;
/** While the cost is measured (libp2p allows 32 streams of a protocol): 250 round trips a second, not in step with each other, as a node in a busy mesh. */
const STREAMS = 30;
const INTERVAL_MS = 120;
const PACED_ROUNDS = 20;
const ECHO = '/bench/echo/1';

export async function benchLinks(): Promise<BenchRow[]> {
  const rows = [
    ...(await linkAccuracy('simulated', (scenario, edges) =>
      Simulation.start(scenario, edges, () => undefined),
    )),
    ...(await linkAccuracy('local', (scenario, edges) => startLocal(scenario, edges))),
  ];
  const plain = await connected(undefined);
  try {
    return [...rows, ...(await cost(plain))];
  } finally {
    await plain.stop();
  }
}

interface Pair {
  open(): Promise<Stream>;
  stop(): Promise<void>;
}

/** Undefined: plain TCP. */
async function connected(latencyMs: number | undefined): Promise<Pair> {
  const shaping =
    latencyMs === undefined
      ? {}
      : {
          transports: [
            shapedTransport(() => new Link(linkConditions({ latencyMs }), linkConditions({ latencyMs }))),
          ],
        };
  const host = async (): Promise<Host> =>
    createLibp2pHost({
      privateKey: await generateKeyPair('Ed25519'),
      agentVersion: 'bench',
      options: { maxConnections: 10 },
      ...shaping,
    });
  const [dialler, listener] = [await host(), await host()];
  await dialler.start();
  await listener.start();
  await listener.handle(ECHO, (stream) => {
    stream.addEventListener('message', ({ data }) => stream.send(data));
  });
  await dialler.dial(listener.addresses()[0]!);
  return {
    open: async () => dialler.openStream(listener.peerId, ECHO),
    async stop() {
      await dialler.stop();
      await listener.stop();
    },
  };
}

async function roundTripMs(stream: Stream): Promise<number> {
  const beforeMs = performance.now();
  const answered = new Promise((resolve) => stream.addEventListener('message', resolve, { once: true }));
  stream.send(new Uint8Array(32));
  await answered;
  return performance.now() - beforeMs;
}

/** CPU of a round trip, both ends: the same schedule on either. */
async function cost(plain: Pair): Promise<BenchRow[]> {
  const shaped = await connected(50);
  try {
    const us = { plain: await cpuUs(plain), shaped: await cpuUs(shaped) };
    return [
      { name: 'round trip, plain TCP', value: `${us.plain.toFixed(0)} us CPU` },
      {
        name: 'round trip, link of 50 ms',
        value: `${us.shaped.toFixed(0)} us CPU`,
        ratio: `${(us.shaped / us.plain).toFixed(2)}x`,
      },
    ];
  } finally {
    await shaped.stop();
  }
}

async function cpuUs(pair: Pair): Promise<number> {
  const streams = await Promise.all(Array.from({ length: STREAMS }, async () => pair.open()));
  const rounds = async (count: number): Promise<void> => {
    const startMs = performance.now();
    await Promise.all(
      streams.map(async (stream, index) => {
        for (let k = 0; k < count; k++) {
          const dueMs = startMs + (k + index / STREAMS) * INTERVAL_MS;
          await sleep(Math.max(0, dueMs - performance.now()));
          await roundTripMs(stream);
        }
      }),
    );
  };
  await rounds(WARM_UP);
  const before = process.cpuUsage();
  await rounds(PACED_ROUNDS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (STREAMS * PACED_ROUNDS);
}
