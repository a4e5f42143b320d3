import assert from 'node:assert/strict';
import { pino } from 'pino';
import { toHex, type Hex } from '../../../../src/bytes.ts';
import { Mempool } from '../../../../src/mempool/mempool.ts';
import { ChainError } from '../../../../src/state/chain.ts';
import { NoAnswerError } from '../../../../src/state/upstream/connection.ts';
import { Forwarder } from '../../../../src/state/upstream/forwarder.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { FakeState } from '../../../helpers/fake-state.ts';
import { makeTransaction, senderAddress } from '../../../helpers/make-transaction.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('forwarder', () => {
  let clock: ManualClock;
  let pool: Mempool;
  let forwarder: Forwarder;
  let sent: Hex[];
  let noAnswers: number;
  let answer: (raw: Hex) => Promise<unknown>;
  const made: Transaction[] = [];

  beforeEach(() => {
    clock = new ManualClock();
    pool = new Mempool(new FakeState());
    sent = [];
    noAnswers = 0;
    answer = (raw) => Promise.resolve(raw);
    forwarder = new Forwarder({
      pool,
      queue: {
        call: (method, params) => {
          assert.equal(method, 'eth_sendRawTransaction');
          sent.push(params[0] as Hex);
          return answer(params[0] as Hex);
        },
      },
      maxUnderWay: 2,
      clock,
      retryMs: 100,
      log: pino({ level: 'silent' }),
      onNoAnswer: () => noAnswers++,
    });
    made.length = 0;
  });

  /** Transactions of their own sender each, in the pool, told apart by their bytes. */
  const pooled = (count: number): Transaction[] =>
    Array.from({ length: count }, () => {
      const raw = Uint8Array.of(made.length);
      const transaction = { ...makeTransaction({ sender: senderAddress(made.length) }), raw };
      made.push(transaction);
      assert.equal(pool.add(transaction, 'remote', 0).status, 'pending');
      return transaction;
    });
  const settle = (): Promise<void> => new Promise(setImmediate);
  const rawsOf = (transactions: readonly Transaction[]): Hex[] => transactions.map(({ raw }) => toHex(raw));

  it('hands on what it is offered, in order, so many at once', async () => {
    const open: (() => void)[] = [];
    answer = () => new Promise((resolve) => open.push(() => resolve(null)));
    const all = pooled(4);
    forwarder.offer(all);
    await settle();
    assert.deepEqual(sent, rawsOf(all.slice(0, 2)));
    open[1]!();
    await settle();
    assert.deepEqual(sent, rawsOf(all.slice(0, 3)));
    open[0]!();
    open[2]!();
    await settle();
    assert.deepEqual(sent, rawsOf(all));
  });

  it('leaves out what left the pool, or is queued, by the time it has its turn', async () => {
    const [first, second] = pooled(2) as [Transaction, Transaction];
    const queued = makeTransaction({ sender: senderAddress(99), nonce: 5 });
    pool.add(queued, 'remote', 0);
    pool.remove(first.hash, 'expired');
    forwarder.offer([first, queued, second]);
    await settle();
    assert.deepEqual(sent, rawsOf([second]));
  });

  it('is content when the upstream has it already, in the words of each', async () => {
    for (const words of [
      'already known',
      'transaction already imported',
      'AlreadyKnown',
      'known transaction: 0x',
    ]) {
      answer = () => Promise.reject(new ChainError(-32000, words));
      forwarder.offer(pooled(1));
      await settle();
    }
    assert.equal(sent.length, 4);
    for (let head = 0; head < 20; head++) forwarder.onHead();
    await settle();
    assert.equal(sent.length, 4);
  });

  it('tries a refused one again after 1, 2, 4, ... heads, 8 times in all', async () => {
    answer = () => Promise.reject(new ChainError(-32000, 'txpool is full'));
    forwarder.offer(pooled(1));
    await settle();
    const heads: number[] = [];
    for (let head = 1; head <= 300; head++) {
      const before = sent.length;
      forwarder.onHead();
      await settle();
      if (sent.length > before) heads.push(head);
    }
    assert.deepEqual(heads, [1, 3, 7, 15, 31, 63, 127]);
  });

  it('does not try again what left the pool meanwhile, or was taken at last', async () => {
    let full = true;
    answer = () => (full ? Promise.reject(new ChainError(-32000, 'txpool is full')) : Promise.resolve(null));
    const [left, taken] = pooled(2) as [Transaction, Transaction];
    forwarder.offer([left, taken]);
    await settle();
    pool.remove(left.hash, 'included');
    full = false;
    sent = [];
    for (let head = 0; head < 10; head++) {
      forwarder.onHead();
      await settle();
    }
    assert.deepEqual(sent, rawsOf([taken]));
  });

  it('sends nothing in an outage, and afterwards all that is pending', async () => {
    const before = pooled(2);
    forwarder.offer(before);
    await settle();
    forwarder.pause();
    const meanwhile = pooled(3);
    forwarder.offer(meanwhile);
    forwarder.onHead();
    await settle();
    assert.deepEqual(sent, rawsOf(before));
    sent = [];
    forwarder.resume();
    await settle();
    assert.deepEqual(sent, rawsOf([...before, ...meanwhile]));
  });

  it('says when it got no answer, and sends all that is pending again, but not at once', async () => {
    answer = () => Promise.reject(new NoAnswerError('lost'));
    const all = pooled(2);
    forwarder.offer(all);
    await settle();
    assert.equal(noAnswers, 2);
    answer = () => Promise.resolve(null);
    sent = [];
    forwarder.catchUp(clock.nowMs() + 99);
    await settle();
    assert.deepEqual(sent, []);
    forwarder.catchUp(clock.nowMs() + 100);
    await settle();
    assert.deepEqual(sent, rawsOf(all));
    forwarder.catchUp(clock.nowMs() + 300);
    await settle();
    assert.equal(sent.length, 2);
  });
});
