import assert from 'node:assert/strict';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { DEFAULT_RPC_OPTIONS, type RpcOptions } from '../../../src/rpc/options.ts';
import { createRpcServer, type RpcServer } from '../../../src/rpc/server.ts';
import { transactionView } from '../../../src/rpc/transaction-view.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { eventually } from '../../helpers/poll.ts';
import { RawWebSocket, type RawWebSocketOptions } from '../../helpers/raw-websocket.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';

describe('rpc websocket', () => {
  let backend: FakeBackend;
  let running: RpcServer[];
  let clients: RawWebSocket[];
  let nonce: bigint;
  beforeEach(() => {
    backend = new FakeBackend({
      guaranteedSlotsPerSender: 100_000,
      maxPendingSlots: 100_000,
      maxPendingTransactions: 100_000,
    });
    running = [];
    clients = [];
    nonce = 0n;
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await Promise.all(running.map((server) => server.stop()));
  });

  async function start(options: Partial<RpcOptions> = {}): Promise<{
    server: RpcServer;
    port: number;
    open: (more?: RawWebSocketOptions) => Promise<RawWebSocket>;
  }> {
    const server = createRpcServer(backend, { port: 0, ...options });
    running.push(server);
    const { url } = await server.start();
    const port = Number(new URL(url).port);
    const open = async (more: RawWebSocketOptions = {}) => {
      const client = await RawWebSocket.open(port, more);
      clients.push(client);
      return client;
    };
    return { server, port, open };
  }

  async function submit(): Promise<Hex> {
    const outcome = await backend.submit(signed({ nonce: nonce++ }));
    assert.ok('hash' in outcome);
    return outcome.hash;
  }

  /** Holds submissions back until called. */
  function closeGate(): () => void {
    let openGate = () => {};
    backend.gate = new Promise((resolve) => (openGate = resolve));
    return openGate;
  }

  const sendCall = (id: number, of: bigint) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'eth_sendRawTransaction',
      params: [toHex(signed({ nonce: of }))],
    });

  describe('calls', () => {
    it('are answered on the port of HTTP, single and in batches', async () => {
      const { open } = await start();
      const client = await open();
      assert.equal(client.status, 101);
      client.call(1, 'eth_chainId');
      assert.equal(await client.answer(1), '0x7a69');
      client.send(
        '[{"jsonrpc":"2.0","id":2,"method":"net_version"},{"jsonrpc":"2.0","method":"net_version"}]',
      );
      await eventually('the batch', () => client.messages.length === 2);
      assert.equal(client.messages[1], '[{"jsonrpc":"2.0","id":2,"result":"31337"}]');
      client.send('{');
      await eventually('the error', () => client.messages.length === 3);
      assert.match(client.messages[2]!, /-32700/);
    });

    it('that are notifications are run and not answered', async () => {
      const { open } = await start();
      const client = await open();
      const params = [toHex(signed())];
      client.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_sendRawTransaction', params }));
      client.call(1, 'eth_chainId');
      await client.answer(1);
      assert.equal(client.messages.length, 1);
      assert.equal(backend.pool.counts.pending, 1);
    });

    it('do not wait for a slow one before them', async () => {
      const { open } = await start();
      const client = await open();
      const openGate = closeGate();
      client.send(sendCall(1, 0n));
      client.call(2, 'eth_chainId');
      assert.equal(await client.answer(2), '0x7a69');
      openGate();
      assert.match((await client.answer(1)) as string, /^0x/);
    });

    it('run wsMaxConcurrentCalls at a time; the rest waits and is answered', async () => {
      const { open } = await start({ wsMaxConcurrentCalls: 2 });
      const client = await open();
      const openGate = closeGate();
      for (let i = 0; i < 10; i++) client.send(sendCall(i, BigInt(i)));
      await eventually('two running', () => backend.submitting === 2);
      // A second client has places of its own.
      const other = await open();
      other.call(1, 'eth_chainId');
      assert.equal(await other.answer(1), '0x7a69');
      assert.equal(backend.submitting, 2);
      openGate();
      for (let i = 0; i < 10; i++) assert.match((await client.answer(i)) as string, /^0x/);
      assert.equal(backend.mostSubmitting, 2);
    });

    it('wait for a place among maxConcurrentRequests, which HTTP is refused', async () => {
      const { open, port } = await start({ maxConcurrentRequests: 1 });
      const first = await open();
      const second = await open();
      const openGate = closeGate();
      first.send(sendCall(1, 0n));
      await eventually('one running', () => backend.submitting === 1);
      second.call(1, 'eth_chainId');
      const refused = await fetch(`http://127.0.0.1:${port}`);
      assert.equal(refused.status, 503);
      assert.equal(second.messages.length, 0);
      openGate();
      assert.equal(await second.answer(1), '0x7a69');
      await first.answer(1);
    });

    it('over the rate are answered later, not refused', async () => {
      const { open } = await start({ maxCallsPerSecond: 100, maxCallBurst: 10 });
      const client = await open();
      const began = performance.now();
      for (let i = 0; i < 40; i++) client.call(i, 'eth_chainId');
      for (let i = 0; i < 40; i++) assert.equal(await client.answer(i), '0x7a69');
      const ms = performance.now() - began;
      assert.ok(ms > 280, `30 over the burst take 300 ms, not ${ms}`);
    });
  });

  describe('subscriptions', () => {
    it('to newPendingTransactions: hashes, or whole transactions', async () => {
      const { open } = await start();
      const client = await open();
      client.call(1, 'eth_subscribe', 'newPendingTransactions');
      client.call(2, 'eth_subscribe', 'newPendingTransactions', true);
      const [hashes, whole] = [await client.answer(1), await client.answer(2)];
      assert.match(hashes as string, /^0x[0-9a-f]{32}$/);
      const hash = await submit();
      await eventually('two notifications', () => client.messages.length === 4);
      assert.deepEqual(client.notifications(hashes), [hash]);
      assert.deepEqual(client.notifications(whole), [transactionView(backend.pool.get(hash)!.transaction)]);
    });

    it('to newHeads: the headers of the chain; on genesis none', async () => {
      const chain = new FakeChain();
      backend.chain = chain;
      const { open } = await start();
      const client = await open();
      client.call(1, 'eth_subscribe', 'newHeads');
      const id = await client.answer(1);
      const { header } = chain.advance();
      await eventually('a head', () => client.notifications(id).length === 1);
      assert.deepEqual(client.notifications(id), [header]);
    });

    it('are told of from the answer on, never before it', async () => {
      const { open } = await start();
      const client = await open();
      client.send(
        `[{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newPendingTransactions"]},${sendCall(2, 0n)}]`,
      );
      await eventually('an answer and a notification', () => client.messages.length === 2);
      const [subscribed, sent] = JSON.parse(client.messages[0]!) as { result: string }[];
      assert.deepEqual(client.parsed()[1]!['params'], {
        subscription: subscribed!.result,
        result: sent!.result,
      });
    });

    it('end when unsubscribed from, and belong to their connection', async () => {
      const { open } = await start();
      const client = await open();
      const stranger = await open();
      client.call(1, 'eth_subscribe', 'newPendingTransactions');
      const id = await client.answer(1);
      stranger.call(1, 'eth_unsubscribe', id);
      assert.deepEqual(await stranger.answer(1), { code: -32000, message: 'subscription not found' });
      client.call(2, 'eth_unsubscribe', id);
      assert.equal(await client.answer(2), true);
      await submit();
      client.call(3, 'eth_chainId');
      await client.answer(3);
      assert.deepEqual(client.notifications(id), []);
    });

    it('end with their connection', async () => {
      const { open, server } = await start();
      const client = await open();
      client.call(1, 'eth_subscribe', 'newPendingTransactions');
      await client.answer(1);
      assert.equal(server.dispatcher.feeds.listenerCount, 1);
      client.destroy();
      await eventually('the end', () => server.dispatcher.feeds.listenerCount === 0);
    });

    it('of a call that ends after its connection has gone are not kept', async () => {
      const { open, server } = await start({ maxBatchConcurrency: 1 });
      const client = await open();
      client.call(3, 'eth_subscribe', 'newHeads');
      await client.answer(3);
      assert.equal(server.dispatcher.feeds.listenerCount, 1);
      const openGate = closeGate();
      // One after the other: the subscription is made when the transaction is through.
      client.send(
        `[${sendCall(1, 0n)},{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["newHeads"]}]`,
      );
      await eventually('a running call', () => backend.submitting === 1);
      client.destroy();
      await eventually('the end', () => server.dispatcher.feeds.listenerCount === 0);
      openGate();
      await eventually('the call to end', () => backend.pool.counts.pending === 1);
      await new Promise(setImmediate);
      assert.equal(server.dispatcher.feeds.listenerCount, 0);
    });

    it('are bounded a connection', async () => {
      const { open } = await start({ wsMaxSubscriptions: 1 });
      const client = await open();
      client.call(1, 'eth_subscribe', 'newHeads');
      await client.answer(1);
      client.call(2, 'eth_subscribe', 'newHeads');
      const { code, message } = (await client.answer(2)) as { code: number; message: string };
      assert.equal(code, -32005);
      assert.match(message, /^too many subscriptions on this connection: at most 1; unsubscribe from one/);
    });

    it('a slow subscriber is cut off with a reason; the others miss nothing', async () => {
      const maxBytes = 256 * 1024;
      const chain = new FakeChain();
      backend.chain = chain;
      const { open, server } = await start({ wsMaxBacklogBytes: maxBytes });
      const slow = await open();
      const steady = await open();
      const ids = [];
      for (const client of [slow, steady]) {
        client.call(1, 'eth_subscribe', 'newHeads');
        ids.push(await client.answer(1));
      }
      slow.pause();
      // As fast as the steady one reads, until the operating system takes no more for the slow one.
      let told = 0;
      while (server.dispatcher.feeds.listenerCount === 2) {
        assert.ok(told < 200_000, 'cut off before 200,000 heads');
        for (let i = 0; i < 500; i++, told++) chain.advance();
        await eventually('the steady one to read', () => steady.messages.length === told + 1);
      }
      assert.ok(steady.isOpen);
      for (let i = 0; i < 10; i++, told++) chain.advance();
      await eventually('the rest', () => steady.messages.length === told + 1);
      assert.equal(steady.notifications(ids[1]).length, told);

      slow.resume();
      const closed = await eventually('the close', () => slow.closed);
      assert.equal(closed.code, 1008);
      assert.match(closed.reason, /^too slow: \d+ bytes of notifications unread$/);
      const unread = Number(/\d+/.exec(closed.reason)![0]);
      assert.ok(unread > maxBytes && unread < maxBytes + 1024, `${unread} bytes`);
    });

    it('a subscriber that was cut off and still does not read loses its socket', async () => {
      const chain = new FakeChain();
      backend.chain = chain;
      const { open, server } = await start({ wsMaxBacklogBytes: 1024, wsCloseTimeoutMs: 100 });
      const slow = await open();
      slow.call(1, 'eth_subscribe', 'newHeads');
      await slow.answer(1);
      slow.pause();
      // More than the operating system takes of one write.
      for (let i = 0; i < 100_000 && server.dispatcher.feeds.listenerCount > 0; i++) chain.advance();
      assert.equal(server.dispatcher.feeds.listenerCount, 0);
      await server.stop();
      slow.resume();
      await eventually('the end', () => !slow.isConnected);
    });
  });

  describe('guard', () => {
    it('a page of an origin not listed is refused; clients without one are no browsers', async () => {
      const { open } = await start();
      const statusOf = async (headers: Record<string, string>) => (await open({ headers })).status;
      assert.equal(await statusOf({ origin: 'http://evil.example' }), 403);
      assert.equal(await statusOf({ origin: 'http://localhost:3000' }), 101);
      assert.equal(await statusOf({}), 101);
    });

    it('wsOrigins lists others', async () => {
      const { open } = await start({ wsOrigins: ['https://app.example'] });
      assert.equal((await open({ headers: { origin: 'https://app.example' } })).status, 101);
      assert.equal((await open({ headers: { origin: 'http://localhost' } })).status, 403);
    });

    it('a Host header with a strange name is refused', async () => {
      const { open } = await start();
      assert.equal((await open({ headers: { host: 'evil.example' } })).status, 403);
    });

    it('the token is asked for', async () => {
      const { open } = await start({ bearerToken: 's3cret' });
      assert.equal((await open()).status, 401);
      assert.equal((await open({ headers: { authorization: 'Bearer wrong' } })).status, 401);
      const client = await open({ headers: { authorization: 'Bearer s3cret' } });
      client.call(1, 'eth_chainId');
      assert.equal(await client.answer(1), '0x7a69');
    });

    it('switched off, or elsewhere: refused', async () => {
      const { open } = await start();
      assert.equal((await open({ path: '/elsewhere' })).status, 404);
      const off = await start({ websocket: false });
      assert.equal((await off.open()).status, 403);
    });

    it('over wsMaxConnections: 503, until one goes', async () => {
      const { open } = await start({ wsMaxConnections: 1 });
      const first = await open();
      assert.equal((await open()).status, 503);
      first.destroy();
      await eventually('a place', async () => (await open()).status === 101);
    });

    it('an upgrade to another protocol is not taken, and the request answered', async () => {
      const { open, port } = await start();
      assert.equal((await open({ headers: { upgrade: 'h2c' } })).status, 200);
      assert.equal((await fetch(`http://127.0.0.1:${port}`)).status, 200);
    });
  });

  describe('limits', () => {
    it('a message over maxBodyBytes: closed with 1009', async () => {
      const { open } = await start({ maxBodyBytes: 1024 });
      const client = await open();
      client.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' }).padEnd(1024));
      assert.equal(await client.answer(1), '0x7a69');
      client.send(' '.repeat(1025));
      const { code } = await eventually('the close', () => client.closed);
      assert.equal(code, 1009);
    });

    it('a client that answers no ping is gone; one that does stays, though it says nothing', async () => {
      const { open } = await start({ wsPingIntervalMs: 500 });
      const gone = await open({ answersPings: false });
      const silent = await open();
      await eventually('the end', () => !gone.isConnected);
      await eventually('more pings', () => silent.pings >= 3);
      assert.ok(silent.isOpen);
    });

    it('a client that does not read its answers is cut off, however much it sends', async () => {
      const { open } = await start({ wsPingIntervalMs: 200, wsMaxConcurrentCalls: 2 });
      for (let i = 0; i < 1000; i++) await submit();
      const client = await open();
      client.pause();
      // 1.2 MB an answer: of all of them more than the operating system takes.
      for (let i = 0; i < 20; i++) client.call(i, 'txpool_content');
      await eventually('the end', () => {
        client.send(' ');
        return !client.isConnected;
      });
    });
  });

  describe('stop', () => {
    it('closes idle connections with 1001', async () => {
      const { open, server } = await start();
      const client = await open();
      await server.stop();
      assert.deepEqual(client.closed, { code: 1001, reason: 'the server is stopping' });
    });

    it('lets a running call be answered', async () => {
      const { open, server } = await start();
      const client = await open();
      const openGate = closeGate();
      client.send(sendCall(1, 0n));
      await eventually('a running call', () => backend.submitting === 1);
      const stopped = server.stop();
      assert.equal(client.closed, undefined);
      openGate();
      assert.match((await client.answer(1)) as string, /^0x/);
      await stopped;
      assert.equal(client.closed!.code, 1001);
    });

    it('waits no longer than stopTimeoutMs for a call that does not end', async () => {
      const { open, server } = await start({ stopTimeoutMs: 100 });
      const client = await open();
      const openGate = closeGate();
      client.send(sendCall(1, 0n));
      await eventually('a running call', () => backend.submitting === 1);
      const began = performance.now();
      await server.stop();
      assert.ok(performance.now() - began < DEFAULT_RPC_OPTIONS.stopTimeoutMs);
      await eventually('the end', () => !client.isConnected);
      openGate();
    });
  });
});
