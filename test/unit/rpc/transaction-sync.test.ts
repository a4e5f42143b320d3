import assert from 'node:assert/strict';
import { toHex } from '../../../src/bytes.ts';
import type { Dispatcher } from '../../../src/rpc/dispatcher.ts';
import { goDuration } from '../../../src/rpc/transaction-sync.ts';
import { keccak256 } from '../../../src/transaction/crypto.ts';
import { FakeChain } from '../../helpers/fake-chain.ts';
import { eventually } from '../../helpers/poll.ts';
import { FakeBackend, signed } from '../../helpers/rpc-backend.ts';
import { dispatcherOf, errorOf, resultOf } from '../../helpers/rpc-client.ts';

const RECEIPT = { status: '0x1', blockNumber: '0x1' };
const raw = toHex(signed());
const hash = toHex(keccak256(signed()));

describe('rpc eth_sendRawTransactionSync', () => {
  let backend: FakeBackend;
  let chain: FakeChain;
  let dispatcher: Dispatcher;
  let listenersBefore: number;
  beforeEach(() => {
    backend = new FakeBackend();
    chain = new FakeChain();
    chain.answer = () => null;
    backend.chain = chain;
    dispatcher = dispatcherOf(backend);
    listenersBefore = chain.listenerCount;
  });
  afterEach(() => assert.equal(chain.listenerCount, listenersBefore, 'still listens for heads'));

  const sync = (...more: unknown[]) => resultOf(dispatcher, 'eth_sendRawTransactionSync', raw, ...more);
  const asked = () => chain.requests.length;

  it('answers at once when the receipt is there', async () => {
    chain.answer = (method, params) => {
      assert.deepEqual([method, params], ['eth_getTransactionReceipt', [hash]]);
      return RECEIPT;
    };
    assert.deepEqual(await sync(), RECEIPT);
    assert.equal(backend.pool.has(hash), true);
  });

  it('answers with the head that has it', async () => {
    const answer = sync();
    await eventually('the first question', () => asked() === 1);
    chain.advance();
    await eventually('the question of the head', () => asked() === 2);
    chain.answer = () => RECEIPT;
    chain.advance();
    assert.deepEqual(await answer, RECEIPT);
    assert.equal(asked(), 3);
  });

  it('asks again for a head that came while it asked', async () => {
    let release: (receipt: unknown) => void = () => undefined;
    chain.answer = () => new Promise((resolve) => (release = resolve));
    const answer = sync();
    await eventually('the first question', () => asked() === 1);
    chain.advance();
    chain.answer = () => RECEIPT;
    release(null);
    assert.deepEqual(await answer, RECEIPT);
  });

  it('asks again by itself, and outlives a chain that does not answer', async () => {
    chain.answer = () => {
      chain.answer = () => RECEIPT;
      throw new Error('the upstream does not answer');
    };
    assert.deepEqual(await sync(), RECEIPT);
    assert.equal(asked(), 2);
  });

  it('says in the words of geth that the time is over, with code 4 and the hash', async () => {
    const late = await errorOf(dispatcher, 'eth_sendRawTransactionSync', raw, 20);
    assert.deepEqual(late, {
      code: 4,
      message: "The transaction was added to the transaction pool but wasn't processed in 20ms",
      data: hash,
    });
    assert.equal(backend.pool.has(hash), true);
  });

  it('takes the time as quantity too, and none, or 0, for the default', async () => {
    backend.txSync = { defaultTimeoutMs: 30, maxTimeoutMs: 50 };
    const waited = async (given: unknown, nonce: bigint): Promise<string> => {
      const next = toHex(signed({ nonce }));
      const { message } = await errorOf(dispatcher, 'eth_sendRawTransactionSync', next, given);
      return /processed in (.*)$/.exec(message)![1]!;
    };
    assert.equal(await waited('0xa', 0n), '10ms');
    assert.equal(await waited(null, 1n), '30ms');
    assert.equal(await waited(0, 2n), '30ms');
    assert.equal(await waited(99_999_999, 3n), '50ms');
  });

  it('passes a refusal on and does not wait', async () => {
    await backend.submit(signed());
    const refused = await errorOf(dispatcher, 'eth_sendRawTransactionSync', raw);
    assert.deepEqual(refused, { code: -32000, message: 'already known', data: { code: 'known' } });
    assert.equal(asked(), 0);
  });

  it('refuses a time that is none', async () => {
    for (const wrong of [-1, 1.5, 'soon']) {
      assert.equal((await errorOf(dispatcher, 'eth_sendRawTransactionSync', raw, wrong)).code, -32602);
    }
  });

  it('writes times as Go does', () => {
    assert.deepEqual([20, 999, 1000, 1500, 59_999, 60_000, 90_500].map(goDuration), [
      ...['20ms', '999ms', '1s', '1.5s', '59.999s'],
      ...['1m0s', '1m30.5s'],
    ]);
  });
});
