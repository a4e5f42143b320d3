import assert from 'node:assert/strict';
import { toHex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { ChainError } from '../../../src/state/chain.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import { decodeTransaction } from '../../../src/transaction/decode.ts';
import { recoverSender } from '../../../src/transaction/recover.ts';
import { DEFAULT_TRANSACTION_RULES } from '../../../src/transaction/rules.ts';
import type { DecodedTransaction, Transaction } from '../../../src/transaction/transaction.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import {
  BASE_FEE,
  CHAIN_ID,
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

  it('eth_getCode and eth_getStorageAt know the code of genesis', async () => {
    backend.state.codes.set(STRANGER, '0x6001');
    assert.equal(await result('eth_getCode', STRANGER, 'latest'), '0x6001');
    assert.equal(await result('eth_getCode', alice, 'latest'), '0x');
    const zeros = `0x${'00'.repeat(32)}`;
    assert.equal(await result('eth_getStorageAt', alice, '0x00', 'latest'), zeros);
    const { message } = await error('eth_getStorageAt', STRANGER, '0x0', 'latest');
    assert.match(message, /^the storage of a contract is not available/);
    assert.equal((await error('eth_getStorageAt', alice, 'first', 'latest')).code, -32602);
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

  it('eth_estimateGas and eth_call refuse what would run code of genesis', async () => {
    backend.state.codes.set(STRANGER, '0x6001');
    const call = { from: alice, to: STRANGER };
    assert.match((await error('eth_estimateGas', call)).message, /^the gas of a call to a contract is not/);
    assert.match((await error('eth_call', call, 'latest')).message, /^the result of a call to a contract/);
  });

  it('eth_call returns nothing where nothing runs', async () => {
    assert.equal(await result('eth_call', { to: bob, data: '0x70a08231' }, 'latest'), '0x');
    assert.equal(await result('eth_call', { to: bob }), '0x');
    const { message } = await error('eth_call', { from: STRANGER, to: bob, value: '0x1' }, 'latest');
    assert.equal(message, 'insufficient funds for transfer');
    assert.match((await error('eth_call', {}, 'latest')).message, /^the result of a contract creation/);
    const overrides = { [bob]: { code: '0x6001' } };
    assert.match(
      (await error('eth_call', { to: bob }, 'latest', overrides)).message,
      /^eth_call with overrides is not available/,
    );
  });

  it('genesis holds nothing, other blocks are not there', async () => {
    const genesis = await genesisHash();
    for (const what of ['eth_getBlockTransactionCountBy', 'eth_getUncleCountByBlock']) {
      assert.equal(await result(`${what}Number`, 'latest'), '0x0');
      assert.equal(await result(`${what}Number`, '0x1'), null);
      assert.equal(await result(`${what}Hash`, genesis), '0x0');
      assert.equal(await result(`${what}Hash`, NO_HASH), null);
    }
    for (const what of ['eth_getTransactionByBlock', 'eth_getUncleByBlock']) {
      assert.equal(await result(`${what}NumberAndIndex`, 'latest', '0x0'), null);
      assert.equal(await result(`${what}HashAndIndex`, genesis, '0x0'), null);
    }
    assert.deepEqual(await result('eth_getBlockReceipts', 'latest'), []);
    assert.equal(await result('eth_getBlockReceipts', '0x1'), null);
    assert.deepEqual(await result('eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' }), []);
    assert.deepEqual(await result('eth_getLogs', { blockHash: genesis }), []);
    assert.equal((await error('eth_getLogs', { blockHash: NO_HASH })).message, 'unknown block');
  });

  it('eth_pendingTransactions are those submitted here, without the queued', async () => {
    const local = await result('eth_sendRawTransaction', toHex(signed()));
    await backend.submit(signed({ nonce: 5n }));
    const remote = recoverSender(
      decodeTransaction(signed({}, 1), {
        ...DEFAULT_TRANSACTION_RULES,
        chainId: CHAIN_ID,
      }) as DecodedTransaction,
    ) as Transaction;
    assert.equal(backend.pool.add(remote, 'remote', 0).status, 'pending');
    const listed = (await result('eth_pendingTransactions')) as { hash: string }[];
    assert.deepEqual(
      listed.map(({ hash }) => hash),
      [local],
    );
  });

  it('what needs a key says what to do instead', async () => {
    for (const method of ['eth_sendTransaction', 'eth_sign', 'eth_signTransaction']) {
      const { code, message } = await error(method, { from: alice });
      assert.equal(code, -32000);
      assert.match(message, /^unknown account: .*eth_sendRawTransaction/);
    }
  });

  it('what needs a chain says so', async () => {
    for (const method of ['eth_getProof', 'eth_createAccessList', 'eth_simulateV1', 'eth_blobBaseFee']) {
      const { code, message } = await error(method, {}, 'latest');
      assert.equal(code, -32000);
      assert.match(message, new RegExp(`^${method} is not available: .* --upstream`));
    }
    const { message } = await error('eth_sendRawTransactionSync', toHex(signed()));
    assert.match(message, /^eth_sendRawTransactionSync is not available/);
    assert.equal(backend.pool.counts.pending, 0);
  });
});

describe('rpc eth over a chain', () => {
  let backend: FakeBackend;
  let chain: FakeChain;
  let dispatcher: Dispatcher;
  beforeEach(() => {
    backend = new FakeBackend();
    chain = new FakeChain();
    backend.chain = chain;
    dispatcher = dispatcherOf(backend);
  });

  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);
  const error = (method: string, ...params: unknown[]) => errorOf(dispatcher, method, ...params);

  const call = { to: bob, input: '0x70a08231', nonce: '0x1', blobVersionedHashes: [NO_HASH] };
  const BLOCK = { number: '0x5', hash: NO_HASH, withdrawals: [] };
  const PASSED: [method: string, params: unknown[], answer: unknown][] = [
    ['eth_call', [call, 'latest'], '0x01'],
    ['eth_call', [call, '0x5', { [bob]: { balance: '0x1' } }, { number: '0x6' }], '0x01'],
    ['eth_estimateGas', [call], '0x5209'],
    ['eth_getCode', [bob, 'pending'], '0x60'],
    ['eth_getStorageAt', [bob, '0x00', '0x5'], NO_HASH],
    ['eth_getProof', [bob, ['0x0'], 'latest'], { accountProof: [] }],
    ['eth_getBalance', [bob, 'safe'], '0x7'],
    ['eth_getBalance', [bob, { blockHash: NO_HASH, requireCanonical: true }], '0x7'],
    ['eth_getTransactionCount', [bob, 'latest'], '0x8'],
    ['eth_getTransactionCount', [bob, '0x3'], '0x2'],
    ['eth_getLogs', [{ address: bob, topics: [null, [NO_HASH]] }], []],
    ['eth_getBlockByNumber', ['latest', true], BLOCK],
    ['eth_getBlockByNumber', ['pending', false], BLOCK],
    ['eth_getBlockByHash', [NO_HASH, false], null],
    ['eth_getBlockReceipts', ['0x5'], [{ status: '0x1' }]],
    ['eth_getBlockTransactionCountByNumber', ['latest'], '0x9'],
    ['eth_getTransactionByBlockHashAndIndex', [NO_HASH, '0x0'], { hash: NO_HASH }],
    ['eth_getTransactionReceipt', [NO_HASH], { status: '0x1' }],
    ['eth_getTransactionByHash', [NO_HASH], { hash: NO_HASH }],
    ['eth_getRawTransactionByHash', [NO_HASH], '0x02'],
    ['eth_feeHistory', ['0x4', 'latest', [10, 50.5]], { oldestBlock: '0x1', gasUsedRatio: [0.5] }],
    ['eth_gasPrice', [], '0x10'],
    ['eth_maxPriorityFeePerGas', [], '0x2'],
    ['eth_blobBaseFee', [], '0x1'],
    ['eth_blockNumber', [], '0x5'],
    ['eth_syncing', [], { currentBlock: '0x1', highestBlock: '0x5' }],
    ['eth_createAccessList', [call, 'latest'], { accessList: [] }],
    ['eth_simulateV1', [{ blockStateCalls: [] }, 'latest'], []],
  ];

  it('passes on what turns on blocks or execution, as it came, and answers as the chain does', async () => {
    for (const [method, params, answer] of PASSED) {
      chain.requests.length = 0;
      chain.answer = () => answer;
      assert.deepEqual(await result(method, ...params), answer, method);
      assert.deepEqual(chain.requests, [[method, params]]);
    }
  });

  it('passes errors back unchanged', async () => {
    chain.answer = () => {
      throw new ChainError(3, 'execution reverted: no', '0x08c379a0');
    };
    for (const [method, params] of PASSED) {
      const refused = { code: 3, message: 'execution reverted: no', data: '0x08c379a0' };
      assert.deepEqual(await error(method, ...params), refused, method);
    }
  });

  it('says so when the chain does not answer', async () => {
    chain.answer = () => {
      throw new Error('the upstream http://127.0.0.1:1 does not answer: connection refused');
    };
    for (const [method, params] of PASSED) {
      const { code, message } = await error(method, ...params);
      assert.deepEqual(
        [code, message],
        [-32000, 'the upstream http://127.0.0.1:1 does not answer: connection refused'],
      );
    }
  });

  it('checks parameters before it asks', async () => {
    assert.equal((await error('eth_getBalance', '0x1', 'latest')).code, -32602);
    assert.deepEqual(chain.requests, []);
  });

  it('what the pool has is answered by the pool', async () => {
    const raw = toHex(signed());
    const hash = await result('eth_sendRawTransaction', raw);
    const shown = (await result('eth_getTransactionByHash', hash)) as { from: string };
    assert.equal(shown.from, alice);
    assert.equal(await result('eth_getRawTransactionByHash', hash), raw);
    assert.equal(await result('eth_chainId'), '0x7a69');
    assert.deepEqual(chain.requests, []);
  });

  it('a pending nonce is the pool over the state, which is prepared for it', async () => {
    const prepared: string[] = [];
    backend.state.prepare = async (addresses) => {
      prepared.push(...addresses);
      backend.state.nonces.set(bob, 7n);
    };
    assert.equal(await result('eth_getTransactionCount', bob, 'pending'), '0x7');
    assert.deepEqual(prepared, [bob]);
    for (const nonce of [0n, 1n]) await backend.submit(signed({ nonce }));
    assert.equal(await result('eth_getTransactionCount', alice, 'pending'), '0x2');
    assert.deepEqual(chain.requests, []);
  });

  it('a pending nonce that cannot be known is an error', async () => {
    backend.state.prepare = () => Promise.reject(new Error('the upstream does not answer'));
    assert.deepEqual(await error('eth_getTransactionCount', bob, 'pending'), {
      code: -32000,
      message: 'the upstream does not answer',
    });
  });

  it('suggestions are never below what the pool takes', async () => {
    backend = new FakeBackend({ minTipWei: 5n, minFeeCapWei: 9n });
    backend.chain = chain;
    dispatcher = dispatcherOf(backend);
    chain.answer = () => '0x1';
    assert.equal(await result('eth_maxPriorityFeePerGas'), '0x5');
    assert.equal(await result('eth_gasPrice'), '0x9');
    chain.answer = () => '0xa';
    assert.equal(await result('eth_maxPriorityFeePerGas'), '0xa');
    assert.equal(await result('eth_gasPrice'), '0xa');
  });
});
