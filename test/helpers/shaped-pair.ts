/** Two ends of one TCP connection on loopback, the dialler's shaped; no encryption, so that a test sees the bytes. */
import { generateKeyPair } from '@libp2p/crypto/keys';
import type { Connection, MultiaddrConnection, Upgrader } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { tcp } from '@libp2p/tcp';
import { multiaddr } from '@multiformats/multiaddr';
import { linkConditions, type LatencySampler } from '../../testnet/networks/link-conditions.ts';
import { Link } from '../../testnet/networks/local/link.ts';
import {
  shapedTransport,
  type ShapedTransportOptions,
} from '../../testnet/networks/local/shaped-transport.ts';
import { silentLogger } from '../../testnet/networks/simulated/silent-log.ts';

/** One end: all it reads, and how it ended. */
export interface End {
  connection: MultiaddrConnection;
  /** When each chunk was handed over, with what came before it counted in. */
  received: { atMs: number; bytes: number }[];
  bytes(): Buffer;
  ended: { atMs: number; error: Error | undefined; bytesBefore: number } | undefined;
}

export interface ShapedListener {
  dial(link: Link | undefined, options?: Partial<ShapedTransportOptions>): Promise<{ near: End; far: End }>;
  close(): Promise<void>;
}

/** Milliseconds, or what is asked for them once a chunk. */
export function latencies(thereMs: number | LatencySampler, backMs = thereMs): Link {
  return new Link(linkConditions({ latencyMs: thereMs }), linkConditions({ latencyMs: backMs }));
}

export async function listenPlain(): Promise<ShapedListener> {
  const inbound: ((connection: MultiaddrConnection) => void)[] = [];
  const upgrader = upgraderThat((connection) => inbound.shift()!(connection));
  const listener = tcp()({ logger: silentLogger }).createListener({ upgrader });
  await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0'));
  const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString();
  const address = multiaddr(`${listener.getAddrs()[0]!.toString()}/p2p/${peerId}`);
  const opened: End[] = [];
  return {
    async dial(link, options) {
      const { promise, resolve } = Promise.withResolvers<End>();
      inbound.push((connection) => resolve(watch(connection)));
      let near: End | undefined;
      await shapedTransport(
        () => link,
        options,
      )({ logger: silentLogger }).dial(address, {
        signal: AbortSignal.timeout(10_000),
        upgrader: upgraderThat((connection) => (near = watch(connection))),
      });
      const pair = { near: near!, far: await promise };
      opened.push(pair.near, pair.far);
      return pair;
    },
    async close() {
      for (const { connection } of opened) connection.abort(new Error('the test is over'));
      await listener.close();
    },
  };
}

/** In place of libp2p's, which would encrypt. */
function upgraderThat(take: (connection: MultiaddrConnection) => void): Upgrader {
  const upgrade = (connection: MultiaddrConnection): Promise<Connection> => {
    take(connection);
    return Promise.resolve({} as Connection);
  };
  return {
    upgradeOutbound: upgrade,
    upgradeInbound: async (connection: MultiaddrConnection) => {
      await upgrade(connection);
    },
    createInboundAbortSignal: () => {
      throw new Error('not asked by TCP');
    },
    getStreamMuxers: () => new Map(),
    getConnectionEncrypters: () => new Map(),
  };
}

function watch(connection: MultiaddrConnection): End {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const end: End = {
    connection,
    received: [],
    bytes: () => Buffer.concat(chunks),
    ended: undefined,
  };
  connection.addEventListener('message', ({ data }) => {
    const chunk = data.subarray();
    chunks.push(chunk);
    total += chunk.byteLength;
    end.received.push({ atMs: performance.now(), bytes: total });
  });
  connection.addEventListener('close', ({ error }) => {
    end.ended = { atMs: performance.now(), error, bytesBefore: total };
  });
  return end;
}
