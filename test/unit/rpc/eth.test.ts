import assert from 'node:assert/strict';
import { toHex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import {
  BASE_FEE,
  DEV_ACCOUNTS,
  DEV_BALANCE,
  FakeBackend,
  signed,
  STRANGER,
} from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf, resultOf } from '../../helpers/rpc-client.ts';

const [alice, bob] = DEV_ACCOUNTS.map(({ address }) => address) as [`0x${string}`, `0x${string}`];
const NO_HASH = `0x${'00'.repeat(32)}`;

describe('rpc eth', () => {
  let backend: FakeBackend;
  let dispatcher: Dispatcher;
  beforeEach(() => {
    backend = new FakeBackend();
    dispatcher = dispatcherOf(backend);
  });

  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);
  const error = (method: string, ...params: unknown[]) => errorOf(dispatcher, method, ...params);
  const genesisHash = async () =>
    ((await result('eth_getBlockByNumber', 'latest', false)) as { hash: string }).hash;

  describe('eth_sendRawTransaction', () => {
    it('answers with the hash, and the transaction is in the pool', async () => {
      const raw = signed();
      const hash = toHex(keccak256(raw));
      assert.equal(await result('eth_sendRawTransaction', toHex(raw)), hash);
      assert.equal(backend.pool.get(hash)!.status, 'pending');
    });

    it('takes a queued one as well', async () => {
      const raw = signed({ nonce: 5n });
      assert.equal(await result('eth_sendRawTransaction', toHex(raw)), toHex(keccak256(raw)));
      assert.equal(backend.pool.counts.queued, 1);
    });

    it('takes hexadecimal in capitals', async () => {
      const raw = signed();
      assert.equal(
        await result('eth_sendRawTransaction', `0x${toHex(raw).slice(2).toUpperCase()}`),
        toHex(keccak256(raw)),
      );
    });

    it('passes on why it was refused', async () => {
      const poor = await error('eth_sendRawTransaction', toHex(signed({ value: DEV_BALANCE })));
      assert.equal(poor.code, -32000);
      assert.deepEqual(poor.data, { code: 'insufficient-funds' });
      assert.match(poor.message, /^insufficient funds for gas \* price \+ value/);

      const garbage = await error('eth_sendRawTransaction', '0x');
      assert.deepEqual(garbage.data, { code: 'malformed' });
    });
  });

  describe('eth_getTransactionByHash', () => {
    it('shows a pooled transaction', async () => {
      const hash = await result('eth_sendRawTransaction', toHex(signed()));
      const shown = (await result('eth_getTransactionByHash', hash)) as Record<string, unknown>;
      assert.equal(shown['hash'], hash);
      assert.equal(shown['from'], alice);
    });

    it('is null for one it has not', async () => {
      assert.equal(await result('eth_getTransactionByHash', NO_HASH), null);
    });
  });

  it('eth_getRawTransactionByHash gives the very bytes, 0x for none', async () => {
    const raw = toHex(signed());
    const hash = await result('eth_sendRawTransaction', raw);
    assert.equal(await result('eth_getRawTransactionByHash', hash), raw);
    assert.equal(await result('eth_getRawTransactionByHash', NO_HASH), '0x');
  });

  it('eth_getTransactionReceipt is null, for a pooled one too', async () => {
    const hash = await result('eth_sendRawTransaction', toHex(signed()));
    assert.equal(await result('eth_getTransactionReceipt', hash), null);
  });

  it('eth_getTransactionCount is the chain for latest, the pool for pending', async () => {
    for (const nonce of [0n, 1n, 3n]) await backend.submit(signed({ nonce }));
    for (const tag of ['latest', 'earliest', 'safe', 'finalized', '0x0', { blockNumber: '0x0' }]) {
      assert.equal(await result('eth_getTransactionCount', alice, tag), '0x0');
    }
    assert.equal(await result('eth_getTransactionCount', alice, 'pending'), '0x2');
    assert.equal(await result('eth_getTransactionCount', alice, { blockNumber: 'pending' }), '0x2');
    assert.equal(await result('eth_getTransactionCount', bob, 'pending'), '0x0');
  });

  it('eth_getTransactionCount starts from the nonce of the state', async () => {
    backend.state.nonces.set(bob, 300n);
    assert.equal(await result('eth_getTransactionCount', bob, 'latest'), '0x12c');
    assert.equal(await result('eth_getTransactionCount', bob, 'pending'), '0x12c');
  });

  it('accounts are found whatever the case of the address', async () => {
    const shouted = `0x${alice.slice(2).toUpperCase()}`;
    assert.equal(await result('eth_getBalance', shouted, 'latest'), '0x21e19e0c9bab2400000');
  });

  it('eth_getBalance', async () => {
    assert.equal(await result('eth_getBalance', alice, 'latest'), '0x21e19e0c9bab2400000');
    assert.equal(await result('eth_getBalance', alice, 'pending'), '0x21e19e0c9bab2400000');
    assert.equal(await result('eth_getBalance', STRANGER, 'latest'), '0x0');
  });

  it('eth_getCode is none', async () => {
    assert.equal(await result('eth_getCode', alice, 'latest'), '0x');
  });

  it('state at a block that is not there is an error, as geth words it', async () => {
    for (const method of ['eth_getBalance', 'eth_getTransactionCount', 'eth_getCode']) {
      assert.deepEqual(await error(method, alice, '0x1'), { code: -32000, message: 'header not found' });
      const byHash = { blockHash: NO_HASH, requireCanonical: true };
      assert.deepEqual(await error(method, alice, byHash), {
        code: -32000,
        message: 'header for hash not found',
      });
    }
  });

  it('state at genesis by its hash (EIP-1898)', async () => {
    const hash = await genesisHash();
    assert.equal(await result('eth_getBalance', alice, { blockHash: hash }), '0x21e19e0c9bab2400000');
    assert.equal(await result('eth_getBalance', alice, hash), '0x21e19e0c9bab2400000');
  });

  it('eth_chainId, eth_blockNumber, eth_syncing, eth_accounts', async () => {
    assert.equal(await result('eth_chainId'), '0x7a69');
    assert.equal(await result('eth_blockNumber'), '0x0');
    assert.equal(await result('eth_syncing'), false);
    assert.deepEqual(await result('eth_accounts'), []);
  });

  it('eth_getBlockByNumber gives genesis, null above it', async () => {
    const latest = (await result('eth_getBlockByNumber', 'latest', false)) as Record<string, unknown>;
    assert.equal(latest['number'], '0x0');
    assert.equal(latest['baseFeePerGas'], `0x${BASE_FEE.toString(16)}`);
    assert.equal(latest['gasLimit'], '0x1c9c380');
    assert.deepEqual(await result('eth_getBlockByNumber', '0x0', true), latest);
    assert.equal(await result('eth_getBlockByNumber', '0x1', false), null);
    assert.match(
      (await error('eth_getBlockByNumber', 'pending', false)).message,
      /pending block is not available/,
    );
  });

  it('eth_getBlockByHash', async () => {
    const genesis = await result('eth_getBlockByNumber', 'latest', false);
    assert.deepEqual(await result('eth_getBlockByHash', await genesisHash(), false), genesis);
    assert.equal(await result('eth_getBlockByHash', NO_HASH, false), null);
  });

  it('eth_gasPrice is base fee and tip, eth_maxPriorityFeePerGas the tip', async () => {
    assert.equal(await result('eth_maxPriorityFeePerGas'), '0x3b9aca00');
    assert.equal(await result('eth_gasPrice'), '0x3b9aca07');
  });

  it('eth_feeHistory and eth_estimateGas are answered', async () => {
    assert.deepEqual(await result('eth_feeHistory', '0x4', 'latest', [50]), {
      oldestBlock: '0x0',
      baseFeePerGas: ['0x7', '0x7'],
      gasUsedRatio: [0],
      reward: [['0x0']],
    });
    assert.equal(await result('eth_estimateGas', { from: alice, to: bob, value: '0x1' }), '0x5208');
    assert.equal(
      await result('eth_estimateGas', { from: alice, to: bob, value: '0x1' }, 'pending', null),
      '0x5208',
    );
  });

  it('eth_estimateGas refuses overrides and blocks it has not', async () => {
    const overrides = { [alice]: { balance: '0x0' } };
    assert.match(
      (await error('eth_estimateGas', { to: bob }, 'latest', overrides)).message,
      /overrides is not available/,
    );
    assert.equal((await error('eth_estimateGas', { to: bob }, '0x5')).message, 'header not found');
    assert.equal(await result('eth_estimateGas', { to: bob }, 'latest', {}), '0x5208');
  });

  it('what needs a chain says so', async () => {
    for (const method of [
      'eth_call',
      'eth_getLogs',
      'eth_getProof',
      'eth_getStorageAt',
      'eth_createAccessList',
    ]) {
      const { code, message } = await error(method, {}, 'latest');
      assert.equal(code, -32000);
      assert.equal(
        message,
        `${method} is not available: this node keeps a transaction pool over genesis accounts, it has no blocks and executes nothing`,
      );
    }
  });
});
