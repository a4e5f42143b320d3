import assert from 'node:assert/strict';
import { getAddress } from 'ethers';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { FakeBackend, signed, STRANGER } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, resultOf } from '../../helpers/rpc-client.ts';

// EIP-55 forms of the first two accounts every development chain has.
const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

type Group = Record<string, Record<string, { hash: string; nonce: string }>>;

describe('rpc txpool', () => {
  let backend: FakeBackend;
  let dispatcher: Dispatcher;
  beforeEach(async () => {
    backend = new FakeBackend();
    dispatcher = dispatcherOf(backend);
    for (const nonce of [0n, 1n, 4n]) await backend.submit(signed({ nonce }));
    await backend.submit(signed({ nonce: 2n, to: undefined, gasLimit: 60_000n }, 1));
  });
  const result = (method: string, ...params: unknown[]) => resultOf(dispatcher, method, ...params);

  it('txpool_status counts', async () => {
    assert.deepEqual(await result('txpool_status'), { pending: '0x2', queued: '0x2' });
  });

  it('txpool_content is by checksummed sender and decimal nonce', async () => {
    const { pending, queued } = (await result('txpool_content')) as { pending: Group; queued: Group };
    assert.deepEqual(Object.keys(pending), [ALICE]);
    assert.deepEqual(Object.keys(pending[ALICE]!), ['0', '1']);
    assert.deepEqual(Object.keys(queued).sort(), [BOB, ALICE].sort());
    assert.deepEqual(Object.keys(queued[ALICE]!), ['4']);
    assert.deepEqual(Object.keys(queued[BOB]!), ['2']);
    const shown = queued[ALICE]!['4']!;
    assert.equal(shown.nonce, '0x4');
    assert.deepEqual(await result('eth_getTransactionByHash', shown.hash), shown);
  });

  it('txpool_contentFrom is one sender', async () => {
    const all = (await result('txpool_content')) as { pending: Group; queued: Group };
    assert.deepEqual(await result('txpool_contentFrom', ALICE), {
      pending: all.pending[ALICE],
      queued: all.queued[ALICE],
    });
    assert.deepEqual(await result('txpool_contentFrom', BOB), { pending: {}, queued: all.queued[BOB] });
    assert.deepEqual(await result('txpool_contentFrom', STRANGER), { pending: {}, queued: {} });
  });

  it('txpool_inspect is a line each, in the words of geth', async () => {
    const line = `${getAddress(STRANGER)}: 1 wei + 21000 gas × 2000000000 wei`;
    assert.deepEqual(await result('txpool_inspect'), {
      pending: { [ALICE]: { 0: line, 1: line } },
      queued: {
        [ALICE]: { 4: line },
        [BOB]: { 2: 'contract creation: 1 wei + 60000 gas × 2000000000 wei' },
      },
    });
  });

  it('an empty pool shows empty groups', async () => {
    dispatcher = dispatcherOf(new FakeBackend());
    assert.deepEqual(await result('txpool_content'), { pending: {}, queued: {} });
    assert.deepEqual(await result('txpool_status'), { pending: '0x0', queued: '0x0' });
  });
});
