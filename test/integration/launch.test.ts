/** A node that cannot start says why and leaves nothing behind, however far it came. */
import fastifyWebSocket from '@fastify/websocket';
import fastify from 'fastify';
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { ConfigError, type NodeOptions } from '../../src/config.ts';
import { launchNode, type LaunchExtras } from '../../src/launch.ts';
import { eventually } from '../helpers/poll.ts';
import { scratchFolder } from '../helpers/scratch.ts';

const own = { 'http.port': 0, verbosity: 0 };

/** An upstream as far as a node asks it before it starts; counts who is connected. */
async function startUpstream(): Promise<{
  url: string;
  open(): number;
  met(): number;
  stop(): Promise<void>;
}> {
  const app = fastify();
  await app.register(fastifyWebSocket);
  let open = 0;
  let met = 0;
  const block = {
    number: '0x1',
    hash: `0x${'1'.repeat(64)}`,
    parentHash: `0x${'0'.repeat(64)}`,
    timestamp: '0x1',
    gasLimit: '0x1c9c380',
    gasUsed: '0x0',
    baseFeePerGas: '0x7',
    transactions: [],
  };
  app.get('/', { websocket: true }, (socket) => {
    open++;
    met++;
    socket.on('close', () => open--);
    socket.on('message', (text: Buffer) => {
      const calls = JSON.parse(text.toString()) as
        { id: number; method: string } | { id: number; method: string }[];
      const answers = [calls].flat().map(({ id, method }) => {
        return { jsonrpc: '2.0', id, result: method === 'eth_chainId' ? '0x7a69' : block };
      });
      socket.send(JSON.stringify(Array.isArray(calls) ? answers : answers[0]));
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, open: () => open, met: () => met, stop: () => app.close() };
}

describe('a node that cannot start', function () {
  this.timeout(60_000);
  const scratch = scratchFolder();
  const options = (more: Partial<NodeOptions> = {}): Partial<NodeOptions> => {
    return { ...own, datadir: scratch.path, discovery: true, ...more };
  };
  /** Only one process, and in it one node, can have its known peers and its journal open. */
  const startsThere = async (): Promise<void> => (await launchNode(options())).stop();
  const threads = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;

  it('for the node itself: known peers, verifier and upstream are closed', async () => {
    const before = threads();
    const state = {
      get chainId(): bigint {
        throw new Error('the state fails');
      },
    } as NonNullable<LaunchExtras['state']>;
    await assert.rejects(launchNode(options({ verifier: 'workers' }), { state }), /the state fails/);
    await startsThere();
    await eventually('the threads to end', () => threads() === before);
  });

  it('for its network: known peers are closed', async () => {
    const transports: LaunchExtras['transports'] = [
      () => {
        throw new Error('the transport fails');
      },
    ];
    await assert.rejects(launchNode(options(), { transports }), /the transport fails/);
    await startsThere();
  });

  it('for its data directory, in use by another: it leaves its upstream', async () => {
    const upstream = await startUpstream();
    const other = await launchNode(options());
    try {
      await assert.rejects(launchNode(options({ upstream: upstream.url })), (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /are in use by another process/);
        return true;
      });
      assert.equal(upstream.met(), 1);
      await eventually('the upstream to be left', () => upstream.open() === 0);
    } finally {
      await other.stop();
      await upstream.stop();
    }
  });

  it('for its metrics, when all else runs: all of it ends', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const listening = (): number =>
      process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length;
    try {
      const before = listening();
      await assert.rejects(launchNode(options({ metrics: true, 'metrics.port': port })), ConfigError);
      await startsThere();
      await eventually('nobody to listen any more', () => listening() === before);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });
});
