import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { transactionView } from '../../../src/rpc/transaction-view.ts';
import { ChainError } from '../../../src/state/chain.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf, resultOf } from '../../helpers/rpc-client.ts';

const UNKNOWN = '0x1234';
const NOT_FOUND = { code: -32000, message: 'filter not found' };

describe('rpc eth filters', () => {
  let backend: FakeBackend;
  let dispatcher: Dispatcher;
  beforeEach(() => {
    backend = new FakeBackend();
    dispatcher = dispatcherOf(backend);
  });
  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);
  const error = (method: string, ...params: unknown[]) => errorOf(dispatcher, method, ...params);

  async function submit(nonce = 0n): Promise<Hex> {
    const outcome = await backend.submit(signed({ nonce }));
    assert.ok('hash' in outcome);
    return outcome.hash;
  }

  it('of pending transactions give hashes', async () => {
    const id = await result('eth_newPendingTransactionFilter');
    assert.match(id as string, /^0x[0-9a-f]{32}$/);
    const hash = await submit();
    assert.deepEqual(await result('eth_getFilterChanges', id), [hash]);
    assert.deepEqual(await result('eth_getFilterChanges', id), []);
  });

  it('of pending transactions give them whole with true, those that are still pooled', async () => {
    const id = await result('eth_newPendingTransactionFilter', true);
    const gone = await submit(0n);
    const there = await submit(1n);
    const { transaction } = backend.pool.get(there)!;
    backend.state.nonces.set(transaction.sender, 1n);
    backend.pool.onHead([transaction.sender], 0);
    assert.equal(backend.pool.has(gone), false);
    assert.deepEqual(await result('eth_getFilterChanges', id), [transactionView(transaction)]);
  });

  it('of blocks give none on genesis', async () => {
    const id = await result('eth_newBlockFilter');
    assert.deepEqual(await result('eth_getFilterChanges', id), []);
  });

  it('end when uninstalled, in the words of geth', async () => {
    const id = await result('eth_newBlockFilter');
    assert.equal(await result('eth_uninstallFilter', id), true);
    assert.equal(await result('eth_uninstallFilter', id), false);
    assert.deepEqual(await error('eth_getFilterChanges', id), NOT_FOUND);
    assert.deepEqual(await error('eth_getFilterChanges', UNKNOWN), NOT_FOUND);
  });

  it('take an id in any letter case, and nothing that is none', async () => {
    const id = (await result('eth_newBlockFilter')) as string;
    assert.deepEqual(await result('eth_getFilterChanges', `0x${id.slice(2).toUpperCase()}`), []);
    const { code, message } = await error('eth_getFilterChanges', 'x');
    assert.equal(code, -32602);
    assert.match(message, /^invalid argument 0 \(filter id\): expected an id as it was answered/);
  });

  it('of logs need a chain, and say so', async () => {
    for (const [method, param] of [
      ['eth_newFilter', {}],
      ['eth_getFilterLogs', UNKNOWN],
    ] as const) {
      const { code, message } = await error(method, param);
      assert.equal(code, -32000);
      assert.match(message, /^a filter of logs is not available: /);
    }
  });

  describe('over a chain', () => {
    let chain: FakeChain;
    beforeEach(() => {
      chain = new FakeChain();
      backend.chain = chain;
      dispatcher = dispatcherOf(backend);
    });

    it('of blocks give heads', async () => {
      const id = await result('eth_newBlockFilter');
      const { hash } = chain.advance();
      assert.deepEqual(await result('eth_getFilterChanges', id), [hash]);
    });

    it('of logs are the upstream’s', async () => {
      const logs = [{ address: '0x1' }];
      const answers: Record<string, unknown> = {
        eth_newFilter: UNKNOWN,
        eth_getFilterLogs: logs,
        eth_getFilterChanges: logs,
        eth_uninstallFilter: true,
      };
      chain.answer = (method) => answers[method];
      const filter = { address: '0x00000000000000000000000000000000000dead1' };
      const id = await result('eth_newFilter', filter);
      assert.equal(id, UNKNOWN);
      assert.deepEqual(await result('eth_getFilterLogs', id), logs);
      assert.deepEqual(await result('eth_getFilterChanges', id), logs);
      assert.equal(await result('eth_uninstallFilter', id), true);
      assert.deepEqual(chain.requests, [
        ['eth_newFilter', [filter]],
        ['eth_getFilterLogs', [UNKNOWN]],
        ['eth_getFilterChanges', [UNKNOWN]],
        ['eth_uninstallFilter', [UNKNOWN]],
      ]);
    });

    it('what the upstream refuses is passed back as it came', async () => {
      chain.answer = () => {
        throw new ChainError(-32000, 'filter not found');
      };
      assert.deepEqual(await error('eth_getFilterChanges', UNKNOWN), NOT_FOUND);
    });

    it('an upstream that does not answer is an error that says so', async () => {
      chain.answer = () => {
        throw new Error('the upstream gave no answer in 5 s');
      };
      const message = 'the upstream gave no answer in 5 s';
      assert.deepEqual(await error('eth_getFilterLogs', UNKNOWN), { code: -32000, message });
    });

    it('our own are not asked of the upstream', async () => {
      const id = await result('eth_newPendingTransactionFilter');
      await result('eth_getFilterChanges', id);
      await result('eth_uninstallFilter', id);
      assert.deepEqual(chain.requests, []);
    });
  });
});
