/** Wallets as they are, with automatic nonce, gas and fees, against a node on nothing but genesis. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers';
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  parseGwei,
  publicActions,
  WaitForTransactionReceiptTimeoutError,
  type Hash,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { toHex, type Hex } from '../../../src/bytes.ts';
import { launchNode, type RunningNode } from '../../../src/launch.ts';
import { DEFAULT_BASE_FEE } from '../../../src/state/genesis.ts';
import { atMost } from '../../../testnet/at-most.ts';
import { PATIENT_UPSTREAM, startAnvil, type Anvil } from '../../helpers/anvil.ts';
import { CHAIN_ID, DEV_ACCOUNTS, DEV_BALANCE, STRANGER } from '../../helpers/rpc-backend.ts';

const privateKey = toHex(DEV_ACCOUNTS[0]!.privateKey);
const alice = DEV_ACCOUNTS[0]!.address;
const GWEI = 10n ** 9n;
const BASE_FEE = DEFAULT_BASE_FEE;
/** Processes at once, each of which takes a core for some tenths of a second. */
const CASTS = 4;

describe('wallets', () => {
  let running: RunningNode;
  let url: string;
  beforeEach(async () => {
    running = await launchNode({ 'http.port': 0, verbosity: 1 });
    url = running.rpcUrl;
  });
  afterEach(() => running.stop());

  const pool = () => running.node.pool;
  const pooled = (hash: string) => {
    const found = pool().get(hash as Hex);
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
      assert.equal(pool().has(first), false);
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

    it('waits for a receipt until its patience is at an end', async () => {
      const { wallet, reader } = clients();
      const hash = await wallet.sendTransaction({ to: STRANGER });
      const receipt = reader.waitForTransactionReceipt({ hash, timeout: 300, pollingInterval: 50 });
      await assert.rejects(receipt, WaitForTransactionReceiptTimeoutError);
      assert.equal(pooled(hash).status, 'pending');
    });

    it('sends and calls where there is no code', async () => {
      const { wallet, reader } = clients();
      const request = await wallet.prepareTransactionRequest({ to: STRANGER, data: '0x1234' });
      assert.equal(request.gas, 21_080n);
      const hash = await wallet.sendRawTransaction({
        serializedTransaction: await wallet.signTransaction(request),
      });
      assert.equal(pooled(hash).transaction.nonce, 0n);
      assert.deepEqual(await reader.call({ account: alice, to: STRANGER, data: '0x1234' }), {
        data: undefined,
      });
      assert.deepEqual(await reader.getLogs({ fromBlock: 'earliest' }), []);
      assert.equal(await reader.getTransactionCount({ address: alice, blockTag: 'pending' }), 1);
    });

    it('shows that a contract cannot be created without a chain', async () => {
      const { wallet } = clients();
      await assert.rejects(wallet.deployContract({ abi: [], bytecode: '0x6001' }), /--upstream/);
      const hash = await wallet.deployContract({ abi: [], bytecode: '0x6001', gas: 100_000n });
      assert.equal(pooled(hash).transaction.to, undefined);
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
      assert.equal(pool().counts.pending, 5);
    });

    it('sends legacy', async () => {
      const wallet = new Wallet(privateKey, provider);
      const { hash } = await wallet.sendTransaction({ to: STRANGER, type: 0 });
      assert.equal(pooled(hash).transaction.feeCap, BASE_FEE + GWEI);
    });

    it('waits for a transaction until its patience is at an end', async () => {
      const wallet = new Wallet(privateKey, provider);
      const sent = await wallet.sendTransaction({ to: STRANGER });
      await assert.rejects(sent.wait(1, 300), { code: 'TIMEOUT' });
    });

    it('sends one after another', async () => {
      // By default it takes what it heard for the truth for 250 ms, the nonce too.
      const fresh = new JsonRpcProvider(url, undefined, { cacheTimeout: -1 });
      const wallet = new Wallet(privateKey, fresh);
      for (const nonce of [0, 1, 2])
        assert.equal((await wallet.sendTransaction({ to: STRANGER })).nonce, nonce);
      fresh.destroy();
      assert.equal(pool().counts.pending, 3);
    });

    it('shows why a transaction was refused', async () => {
      const wallet = new Wallet(privateKey, provider);
      const poor = wallet.sendTransaction({ to: STRANGER, value: DEV_BALANCE, gasLimit: 21_000n });
      await assert.rejects(poor, { code: 'INSUFFICIENT_FUNDS' });
      const fees = { gasLimit: 21_000n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: GWEI };
      await wallet.sendTransaction({ to: STRANGER, nonce: 0, ...fees });
      const cheap = wallet.sendTransaction({ to: STRANGER, nonce: 0, value: 1n, ...fees });
      await assert.rejects(cheap, { code: 'REPLACEMENT_UNDERPRICED' });
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
    /** @throws {Error} what it complains of: the launcher of the npm package ends with 0 whatever the program did. */
    const cast = async (...args: string[]) => {
      const { stdout, stderr } = await run(program, [...args, '--rpc-url', url]);
      if (stderr.startsWith('Error')) throw new Error(stderr);
      return stdout.trim();
    };

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

    it('looks up what was sent', async () => {
      const hash = await send();
      assert.match(await cast('tx', hash), new RegExp(`from +${alice}`, 'i'));
      assert.equal(await cast('tx', hash, 'nonce'), '0');
      assert.equal(await cast('tx', hash, '--raw'), toHex(pooled(hash).transaction.raw));
      const explained = JSON.parse(await cast('rpc', 'txgossip_explainTransaction', hash)) as {
        fate: string;
      };
      assert.equal(explained.fate, 'pending');
      await assert.rejects(cast('receipt', '--async', hash), /not found/);
    });

    it('shows why a transaction was refused', async () => {
      await send('--nonce', '0', '--gas-price', '3gwei', '--priority-gas-price', '1gwei');
      await assert.rejects(
        send('--nonce', '0', '--gas-price', '3gwei', '--priority-gas-price', '1gwei', '--gas-limit', '22000'),
        /replacement transaction underpriced/,
      );
    });

    it('reads the chain', async () => {
      const reads: [asked: string[], said: string | RegExp][] = [
        [['chain-id'], CHAIN_ID.toString()],
        [['block-number'], '0'],
        [['balance', alice], DEV_BALANCE.toString()],
        [['nonce', alice], '0'],
        [['gas-price'], (BASE_FEE + GWEI).toString()],
        [['base-fee'], BASE_FEE.toString()],
        [['estimate', '--from', alice, STRANGER], '21000'],
        [['client'], running.node.clientVersion],
        [['block', 'latest'], /^number +0$/m],
        [['rpc', 'txpool_status'], '{"pending":"0x0","queued":"0x0"}'],
        [['rpc', 'eth_getBlockByNumber', 'latest', 'false'], /"number":"0x0"/],
        [['tx-pool', 'status'], /pending/],
        [['code', alice], '0x'],
        [['storage', alice, '0'], `0x${'00'.repeat(32)}`],
        [['call', STRANGER, '0x1234'], '0x'],
        [['logs', '--from-block', '0', '--to-block', 'latest', '--address', STRANGER], ''],
      ];
      await atMost(CASTS, reads, async ([asked, said]) => {
        const printed = await cast(...asked);
        if (typeof said === 'string') assert.equal(printed, said, asked.join(' '));
        else assert.match(printed, said, asked.join(' '));
      });
    });
  });
});

describe('wallets over a chain', () => {
  let anvil: Anvil;
  let running: RunningNode;
  before(async () => {
    anvil = await startAnvil();
    running = await launchNode({ 'http.port': 0, verbosity: 1, upstream: anvil.wsUrl, ...PATIENT_UPSTREAM });
  });
  after(async () => {
    await running.stop();
    await anvil.stop();
  });

  /** Returns 42 when called: constructor, then the code it leaves. */
  const ANSWERS_42 = '0x600a600c600039600a6000f3602a60005260206000f3';

  it('viem creates a contract, waits for it, and calls it', async () => {
    const transport = http(running.rpcUrl, { retryCount: 0 });
    const wallet = createWalletClient({
      account: privateKeyToAccount(privateKey),
      chain: foundry,
      transport,
    }).extend(publicActions);
    const hash = await wallet.deployContract({ abi: [], bytecode: ANSWERS_42 });
    const receipt = await wallet.waitForTransactionReceipt({ hash, pollingInterval: 50 });
    assert.equal(receipt.status, 'success');
    const { data } = await wallet.call({ to: receipt.contractAddress! });
    assert.equal(BigInt(data!), 42n);
    // By default it takes what it heard for the truth for 4 s.
    assert.equal(await wallet.getBlockNumber({ cacheTime: 0 }), receipt.blockNumber);
  });

  it('viem sends and gets the receipt in one call', async () => {
    const transport = http(running.rpcUrl, { retryCount: 0 });
    const account = privateKeyToAccount(toHex(DEV_ACCOUNTS[1]!.privateKey));
    const wallet = createWalletClient({ account, chain: foundry, transport });
    const receipt = await wallet.sendTransactionSync({ to: STRANGER, value: 7n, timeout: 20_000 });
    assert.equal(receipt.status, 'success');
    assert.equal(receipt.from, account.address.toLowerCase());
  });

  it('ethers sends and waits', async () => {
    const provider = new JsonRpcProvider(running.rpcUrl, undefined, { pollingInterval: 50 });
    const wallet = new Wallet(toHex(DEV_ACCOUNTS[2]!.privateKey), provider);
    const sent = await wallet.sendTransaction({ to: STRANGER, value: 7n });
    const receipt = await sent.wait(1, 30_000);
    assert.equal(receipt!.status, 1);
    provider.destroy();
  });

  it('hear from the chain itself why a call fails', async () => {
    const transport = http(running.rpcUrl, { retryCount: 0 });
    const reader = createPublicClient({ chain: foundry, transport });
    // PUSH0 PUSH0 REVERT, run as the code of a creation.
    const reverts = reader.call({ data: '0x5f5ffd' });
    await assert.rejects(reverts, /revert/);
  });
});
