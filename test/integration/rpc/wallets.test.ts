/** Wallets as they are, with automatic nonce, gas and fees, on nothing but genesis. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import { createPublicClient, createWalletClient, defineChain, http, parseGwei, type Hash } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { createRpcServer, type RpcServer } from '../../../src/rpc/server.ts';
import {
  BASE_FEE,
  CHAIN_ID,
  DEV_ACCOUNTS,
  DEV_BALANCE,
  FakeBackend,
  STRANGER,
} from '../../helpers/rpc-backend.ts';

const privateKey = toHex(DEV_ACCOUNTS[0]!.privateKey);
const alice = DEV_ACCOUNTS[0]!.address;
const GWEI = 10n ** 9n;

describe('wallets', () => {
  let backend: FakeBackend;
  let server: RpcServer;
  let url: string;
  beforeEach(async () => {
    backend = new FakeBackend();
    server = createRpcServer(backend, { port: 0 });
    ({ url } = await server.start());
  });
  afterEach(() => server.stop());

  const pooled = (hash: string) => {
    const found = backend.pool.get(hash as Hex);
    assert.notEqual(found, undefined, `${hash} is not in the pool`);
    return found!;
  };

  describe('viem', () => {
    const clients = (batch = false) => {
      const rpcUrls = { default: { http: [url] } };
      const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
      const chain = defineChain({ id: Number(CHAIN_ID), name: 'test', nativeCurrency, rpcUrls });
      const transport = http(url, { batch, retryCount: 0 });
      return {
        wallet: createWalletClient({ account: privateKeyToAccount(privateKey), chain, transport }),
        reader: createPublicClient({ chain, transport }),
      };
    };

    it('sendTransaction chooses nonce, gas and fees', async () => {
      const { wallet } = clients();
      const hash = await wallet.sendTransaction({ to: STRANGER, value: 5n });
      const { status, transaction } = pooled(hash);
      assert.equal(status, 'pending');
      assert.equal(transaction.type, 2);
      assert.equal(transaction.nonce, 0n);
      assert.equal(transaction.gasLimit, 21_000n);
      assert.equal(transaction.tipCap, GWEI);
      assert.ok(transaction.feeCap >= BASE_FEE + GWEI);
      assert.equal(transaction.sender, alice);
    });

    it('sends one after another', async () => {
      const { wallet } = clients();
      const hashes: Hash[] = [];
      for (let i = 0; i < 3; i++) hashes.push(await wallet.sendTransaction({ to: STRANGER, value: 1n }));
      assert.deepEqual(
        hashes.map((hash) => pooled(hash).transaction.nonce),
        [0n, 1n, 2n],
      );
    });

    it('sends every type', async () => {
      const { wallet } = clients();
      const accessList = [{ address: STRANGER, storageKeys: [] }];
      const authorization = await wallet.signAuthorization({ contractAddress: STRANGER, executor: 'self' });
      const hashes = [
        await wallet.sendTransaction({ to: STRANGER, type: 'legacy' }),
        await wallet.sendTransaction({ to: STRANGER, type: 'eip2930', accessList }),
        await wallet.sendTransaction({ to: STRANGER, type: 'eip1559', data: '0x1234' }),
        await wallet.sendTransaction({ to: STRANGER, authorizationList: [authorization], gas: 100_000n }),
      ];
      assert.deepEqual(
        hashes.map((hash) => pooled(hash).transaction.type),
        [0, 1, 2, 4],
      );
      const { reader } = clients();
      const shown = await Promise.all(hashes.map((hash) => reader.getTransaction({ hash })));
      assert.deepEqual(
        shown.map(({ type }) => type),
        ['legacy', 'eip2930', 'eip1559', 'eip7702'],
      );
      for (const transaction of shown) {
        assert.deepEqual(
          [transaction.blockHash, transaction.blockNumber, transaction.transactionIndex],
          [null, null, null],
        );
      }
      assert.equal(shown[3]!.authorizationList![0]!.address, STRANGER);
    });

    it('replaces a transaction at its nonce', async () => {
      const { wallet } = clients();
      const first = await wallet.sendTransaction({ to: STRANGER });
      const fees = { maxFeePerGas: parseGwei('5'), maxPriorityFeePerGas: parseGwei('2') };
      const second = await wallet.sendTransaction({ to: STRANGER, nonce: 0, ...fees });
      assert.equal(backend.pool.has(first), false);
      assert.equal(pooled(second).transaction.nonce, 0n);
    });

    it('shows why a transaction was refused', async () => {
      const { wallet } = clients();
      await assert.rejects(
        wallet.sendTransaction({ to: STRANGER, value: DEV_BALANCE * 2n }),
        /insufficient funds/,
      );
      const same = {
        to: STRANGER,
        nonce: 0,
        gas: 21_000n,
        maxFeePerGas: 2n * GWEI,
        maxPriorityFeePerGas: GWEI,
      } as const;
      await wallet.sendTransaction(same);
      await assert.rejects(wallet.sendTransaction(same), /already known/);
    });

    it('reads the chain, batched', async () => {
      const { reader } = clients(true);
      const [id, number, block, balance, count, code, fees, gasPrice, history] = await Promise.all([
        reader.getChainId(),
        reader.getBlockNumber(),
        reader.getBlock(),
        reader.getBalance({ address: alice }),
        reader.getTransactionCount({ address: alice }),
        reader.getCode({ address: alice }),
        reader.estimateFeesPerGas(),
        reader.getGasPrice(),
        reader.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] }),
      ]);
      assert.equal(id, Number(CHAIN_ID));
      assert.equal(number, 0n);
      assert.equal(block.baseFeePerGas, BASE_FEE);
      assert.equal(balance, DEV_BALANCE);
      assert.equal(count, 0);
      assert.equal(code, undefined);
      assert.equal(fees.maxPriorityFeePerGas, GWEI);
      assert.equal(gasPrice, BASE_FEE + GWEI);
      assert.deepEqual(history.baseFeePerGas, [BASE_FEE, BASE_FEE]);
    });
  });

  describe('ethers', () => {
    let provider: JsonRpcProvider;
    beforeEach(() => (provider = new JsonRpcProvider(url)));
    afterEach(() => provider.destroy());

    it('sendTransaction chooses nonce, gas and fees', async () => {
      const wallet = new Wallet(privateKey, provider);
      const { hash } = await wallet.sendTransaction({ to: STRANGER, value: 5n });
      const { status, transaction } = pooled(hash);
      assert.equal(status, 'pending');
      assert.equal(transaction.type, 2);
      assert.equal(transaction.gasLimit, 21_000n);
      assert.equal(transaction.tipCap, GWEI);
      const shown = await provider.getTransaction(hash);
      assert.equal(shown!.from.toLowerCase(), alice);
      assert.equal(shown!.blockNumber, null);
      assert.equal(await provider.getTransactionReceipt(hash), null);
    });

    it('sends many at once through a nonce manager', async () => {
      const signer = new NonceManager(new Wallet(privateKey, provider));
      const sent = await Promise.all(
        Array.from({ length: 5 }, () => signer.sendTransaction({ to: STRANGER })),
      );
      assert.deepEqual(sent.map(({ nonce }) => nonce).sort(), [0, 1, 2, 3, 4]);
      assert.equal(backend.pool.counts.pending, 5);
    });

    it('sends legacy', async () => {
      const wallet = new Wallet(privateKey, provider);
      const { hash } = await wallet.sendTransaction({ to: STRANGER, type: 0 });
      assert.equal(pooled(hash).transaction.feeCap, BASE_FEE + GWEI);
    });

    it('shows why a transaction was refused', async () => {
      const wallet = new Wallet(privateKey, provider);
      const poor = wallet.sendTransaction({ to: STRANGER, value: DEV_BALANCE, gasLimit: 21_000n });
      await assert.rejects(poor, { code: 'INSUFFICIENT_FUNDS' });
    });

    it('reads the chain', async () => {
      assert.equal((await provider.getNetwork()).chainId, CHAIN_ID);
      assert.equal((await provider.getBlock('latest'))!.baseFeePerGas, BASE_FEE);
      assert.equal((await provider.getFeeData()).maxPriorityFeePerGas, GWEI);
      assert.equal(await provider.getBalance(alice), DEV_BALANCE);
    });
  });

  describe('cast', () => {
    const run = promisify(execFile);
    const program = fileURLToPath(new URL('../../../node_modules/.bin/cast', import.meta.url));
    const cast = async (...args: string[]) => (await run(program, [...args, '--rpc-url', url])).stdout.trim();

    const send = (...more: string[]) =>
      cast('send', '--async', '--private-key', privateKey, '--value', '5', STRANGER, ...more);

    it('send --async chooses nonce, gas and fees', async () => {
      const hash = await send();
      const { status, transaction } = pooled(hash);
      assert.equal(status, 'pending');
      assert.equal(transaction.nonce, 0n);
      assert.equal(transaction.gasLimit, 21_000n);
      assert.match(await cast('tx', hash), new RegExp(`hash +${hash}`));
    });

    it('send --async --nonce sends the next, for cast counts from the chain, not from the pool', async () => {
      await send();
      const next = await cast('nonce', alice, '--block', 'pending');
      const hash = await send('--nonce', next);
      assert.equal(pooled(hash).transaction.nonce, 1n);
    });

    it('send --async --legacy', async () => {
      const hash = await cast('send', '--async', '--legacy', '--private-key', privateKey, STRANGER);
      assert.equal(pooled(hash).transaction.type, 0);
    });

    it('reads the chain', async () => {
      assert.equal(await cast('chain-id'), CHAIN_ID.toString());
      assert.equal(await cast('block-number'), '0');
      assert.equal(await cast('balance', alice), DEV_BALANCE.toString());
      assert.equal(await cast('nonce', alice), '0');
      assert.equal(await cast('gas-price'), (BASE_FEE + GWEI).toString());
      assert.equal(await cast('base-fee'), BASE_FEE.toString());
      assert.equal(await cast('estimate', '--from', alice, STRANGER), '21000');
      assert.equal(await cast('client'), backend.clientVersion);
      assert.match(await cast('block', 'latest'), /^number +0$/m);
      assert.deepEqual(JSON.parse(await cast('rpc', 'txpool_status')), { pending: '0x0', queued: '0x0' });
      assert.match(await cast('tx-pool', 'status'), /pending/);
    });
  });
});
