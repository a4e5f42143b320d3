/** Wallets as they are, told of transactions and blocks: over WebSocket by subscriptions, over HTTP by filters. */
import assert from 'node:assert/strict';
import { JsonRpcProvider, Wallet, WebSocketProvider } from 'ethers';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  webSocket,
  type Hash,
  type Transport,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { toQuantity } from '../../../src/rpc/schemas.ts';
import { createRpcServer, type RpcServer } from '../../../src/rpc/server.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { eventually } from '../../helpers/poll.ts';
import { CHAIN_ID, DEV_ACCOUNTS, FakeBackend, signed, STRANGER } from '../../helpers/rpc-backend.ts';

const privateKey = toHex(DEV_ACCOUNTS[0]!.privateKey);
const POLLING_MS = 20;

describe('wallets, told of what happens', () => {
  let backend: FakeBackend;
  let chain: FakeChain;
  let server: RpcServer;
  let url: string;
  let webSocketUrl: string;
  beforeEach(async () => {
    backend = new FakeBackend();
    chain = new FakeChain();
    server = createRpcServer(backend, { port: 0 });
    ({ url } = await server.start());
    webSocketUrl = url.replace('http', 'ws');
  });
  afterEach(() => server.stop());

  async function submit(nonce = 0n): Promise<Hex> {
    const outcome = await backend.submit(signed({ nonce }));
    assert.ok('hash' in outcome);
    return outcome.hash;
  }

  /** The same server, but over a chain. */
  async function withChain(): Promise<void> {
    await server.stop();
    backend.chain = chain;
    chain.answer = (method) => {
      assert.equal(method, 'eth_blockNumber');
      return toQuantity(chain.head.number);
    };
    server = createRpcServer(backend, { port: 0 });
    ({ url } = await server.start());
    webSocketUrl = url.replace('http', 'ws');
  }

  const listeners = () => server.dispatcher.feeds.listenerCount;

  describe('viem', () => {
    const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
    const define = () =>
      defineChain({
        id: Number(CHAIN_ID),
        name: 'test',
        nativeCurrency,
        rpcUrls: { default: { http: [url] } },
      });
    const reader = (transport: Transport) =>
      createPublicClient({ chain: define(), transport, pollingInterval: POLLING_MS });
    const overWebSocket = () => webSocket(webSocketUrl, { retryCount: 0, reconnect: false });

    async function closeSocket(client: ReturnType<typeof reader>): Promise<void> {
      const transport = client.transport as unknown as { getRpcClient(): Promise<{ close(): void }> };
      (await transport.getRpcClient()).close();
    }

    it('watchPendingTransactions over WebSocket subscribes, and unsubscribes', async () => {
      const client = reader(overWebSocket());
      const seen: Hash[] = [];
      const unwatch = client.watchPendingTransactions({
        onTransactions: (hashes) => seen.push(...hashes),
        onError: (error) => assert.fail(error),
      });
      await eventually('a subscription', () => listeners() === 1);
      const hashes = [await submit(0n), await submit(1n)];
      await eventually('both', () => seen.length === 2);
      assert.deepEqual(seen, hashes);
      unwatch();
      await eventually('the end', () => listeners() === 0);
      await closeSocket(client);
    });

    it('watchPendingTransactions over HTTP makes a filter and asks it', async () => {
      const client = reader(http(url, { retryCount: 0 }));
      const seen: Hash[] = [];
      const unwatch = client.watchPendingTransactions({
        onTransactions: (hashes) => seen.push(...hashes),
        onError: (error) => assert.fail(error),
        batch: false,
      });
      // What comes before the filter stands is not told of.
      let nonce = 0n;
      const hashes: Hash[] = [];
      await eventually('a first', async () => {
        hashes.push(await submit(nonce++));
        return seen.length > 0;
      });
      const first = hashes.indexOf(seen[0]!);
      hashes.push(await submit(nonce++));
      await eventually('the rest', () => seen.length === hashes.length - first);
      assert.deepEqual(seen, hashes.slice(first));
      unwatch();
    });

    it('the filter actions', async () => {
      const client = reader(http(url, { retryCount: 0 }));
      const filter = await client.createPendingTransactionFilter();
      const hash = await submit();
      assert.deepEqual(await client.getFilterChanges({ filter }), [hash]);
      assert.equal(await client.uninstallFilter({ filter }), true);
      await assert.rejects(client.getFilterChanges({ filter }), /filter not found/);
    });

    it('watchBlockNumber over WebSocket follows the heads of a chain', async () => {
      await withChain();
      const client = reader(overWebSocket());
      const seen: bigint[] = [];
      const unwatch = client.watchBlockNumber({ onBlockNumber: (number) => seen.push(number) });
      await eventually('a subscription', () => listeners() === 1);
      chain.advance();
      chain.advance();
      await eventually('both', () => seen.length === 2);
      assert.deepEqual(seen, [1n, 2n]);
      unwatch();
      await closeSocket(client);
    });

    it('sendTransaction over WebSocket chooses nonce, gas and fees', async () => {
      const transport = overWebSocket();
      const account = privateKeyToAccount(privateKey);
      const wallet = createWalletClient({ account, chain: define(), transport });
      const hashes = [
        await wallet.sendTransaction({ to: STRANGER, value: 5n }),
        await wallet.sendTransaction({ to: STRANGER, value: 6n }),
      ];
      assert.deepEqual(
        hashes.map((hash) => backend.pool.get(hash)!.transaction.nonce),
        [0n, 1n],
      );
      await closeSocket(reader(transport));
    });
  });

  describe('ethers', () => {
    it('WebSocketProvider "pending" subscribes, and unsubscribes', async () => {
      const provider = new WebSocketProvider(webSocketUrl);
      const seen: string[] = [];
      await provider.on('pending', (hash: string) => void seen.push(hash));
      await eventually('a subscription', () => listeners() === 1);
      const hashes = [await submit(0n), await submit(1n)];
      await eventually('both', () => seen.length === 2);
      assert.deepEqual(seen, hashes);
      await provider.off('pending');
      await eventually('the end', () => listeners() === 0);
      await provider.destroy();
    });

    it('WebSocketProvider "block" follows the heads of a chain', async () => {
      await withChain();
      const provider = new WebSocketProvider(webSocketUrl);
      const seen: number[] = [];
      await provider.on('block', (number: number) => void seen.push(number));
      await eventually('a subscription', () => listeners() === 1);
      chain.advance();
      chain.advance();
      await eventually('both', () => seen.length === 2);
      assert.deepEqual(seen, [1, 2]);
      await provider.destroy();
    });

    it('a wallet over WebSocket sends with nonce, gas and fees chosen', async () => {
      const provider = new WebSocketProvider(webSocketUrl);
      const { hash } = await new Wallet(privateKey, provider).sendTransaction({ to: STRANGER, value: 5n });
      assert.equal(backend.pool.get(hash as Hex)!.status, 'pending');
      await provider.destroy();
    });

    it('JsonRpcProvider "pending" makes a filter, and asks it at each block', async () => {
      await withChain();
      const provider = new JsonRpcProvider(url, undefined, { pollingInterval: POLLING_MS });
      const seen: string[] = [];
      await provider.on('pending', (hash: string) => void seen.push(hash));
      let nonce = 0n;
      const hashes: string[] = [];
      // What comes before the filter stands is not told of.
      await eventually('a first', async () => {
        hashes.push(await submit(nonce++));
        chain.advance();
        return seen.length > 0;
      });
      const first = hashes.indexOf(seen[0]!);
      await eventually('the rest', () => {
        chain.advance();
        return seen.length === hashes.length - first;
      });
      assert.deepEqual(seen, hashes.slice(first));
      provider.destroy();
    });
  });
});
