import assert from 'node:assert/strict';
import { Accounts } from '../../../../src/state/upstream/accounts.ts';
import { CallQueue } from '../../../../src/state/upstream/call-queue.ts';
import { ETHER, makeTransaction, senderAddress } from '../../../helpers/make-transaction.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { FakeUpstream, settle } from './fake-upstream.ts';

const [a, b, c] = [senderAddress(0), senderAddress(1), senderAddress(2)];

describe('accounts of the upstream', () => {
  let clock: ManualClock;
  let upstream: FakeUpstream;
  let accounts: Accounts;
  let problem: string | undefined;

  beforeEach(() => {
    clock = new ManualClock();
    upstream = new FakeUpstream();
    upstream.mine([makeTransaction({ sender: a, nonce: 6 })]);
    upstream.balances.set(a, 5n);
    problem = undefined;
    accounts = new Accounts({
      queue: new CallQueue(upstream, clock, { maxRequests: 4, maxBatchCalls: 100 }),
      clock,
      maxAccounts: 4,
      patienceMs: 1000,
      problem: () => problem,
      head: upstream.head.hash,
    });
  });

  const prepare = async (addresses: Parameters<Accounts['prepare']>[0], ms = 0): Promise<void> => {
    const preparing = accounts.prepare(addresses);
    preparing?.catch(() => undefined);
    await settle(clock, ms);
    await preparing;
  };
  const gate = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    upstream.gate = { methods: ['eth_getBalance'], open: promise };
    return () => {
      upstream.gate = undefined;
      resolve(undefined);
    };
  };

  it('are asked for once, nonce and balance of the head in one request, and then are there', async () => {
    await prepare([a, b]);
    assert.deepEqual(accounts.get(a), { nonce: 7n, balance: 5n });
    assert.deepEqual(accounts.get(b), { nonce: 0n, balance: 100n * ETHER });
    assert.deepEqual(
      upstream.calls.map(({ params }) => params[1]),
      Array(4).fill({ blockHash: upstream.head.hash }),
    );
    assert.equal(accounts.prepare([a, b]), undefined);
    assert.equal(upstream.calls.length, 4);
  });

  it('are not asked for twice by those who ask at once', async () => {
    const open = gate();
    const both = [accounts.prepare([a, b]), accounts.prepare([b]), accounts.prepare([a])];
    await settle(clock);
    open();
    await settle(clock);
    for (const each of both) await each;
    assert.equal(upstream.calls.length, 4);
  });

  it('that were not prepared cannot be asked for', () => {
    assert.throws(() => accounts.get(c), {
      message: `account ${c} was not prepared before it was asked for`,
    });
  });

  it('are waited for so long and no longer; what comes later is there for the next', async () => {
    const open = gate();
    await assert.rejects(prepare([a], 1000), {
      message: 'account state is not available now: the upstream did not answer in 1000 ms; try again',
    });
    open();
    await settle(clock);
    assert.equal(accounts.prepare([a]), undefined);
    assert.equal(accounts.get(a).nonce, 7n);
  });

  it('while nobody answers: the unknown are refused at once, the known are known', async () => {
    await prepare([a]);
    problem = 'it is down';
    assert.equal(accounts.prepare([a]), undefined);
    await assert.rejects(prepare([a, b]), {
      message: 'account state is not available now: it is down; try again',
    });
    assert.equal(upstream.asked('eth_getBalance').length, 1);
  });

  it('that the upstream fails to answer for are refused, and asked for again next time', async () => {
    upstream.down = true;
    await assert.rejects(prepare([a]), {
      message: /^account state is not available now: fake does not answer/,
    });
    upstream.down = false;
    await prepare([a]);
    assert.equal(accounts.get(a).nonce, 7n);
  });

  it('of a head that was left meanwhile are not taken, but asked for at the new one', async () => {
    const open = gate();
    const preparing = accounts.prepare([a]);
    await settle(clock);
    upstream.mine([makeTransaction({ sender: a, nonce: 7 })]);
    accounts.moveOn(upstream.head.hash, [], new Map());
    open();
    await settle(clock);
    await preparing;
    assert.equal(accounts.get(a).nonce, 8n);
    assert.equal(upstream.asked('eth_getTransactionCount').length, 2);
  });

  it('that were all there when they were prepared are all there, whatever others asked for meanwhile', async () => {
    await prepare([a]);
    const open = gate();
    const preparing = accounts.prepare([a, b]);
    const others = Array.from({ length: 8 }, (_, k) => accounts.prepare([senderAddress(10 + k)]));
    await settle(clock);
    open();
    let known: boolean | undefined;
    void preparing!.then(() => (known = accounts.has(a) && accounts.has(b)));
    await settle(clock);
    await Promise.all([preparing, ...others]);
    assert.equal(known, true);
  });

  it('more at once than it keeps are refused', async () => {
    await assert.rejects(prepare(Array.from({ length: 5 }, (_, k) => senderAddress(k))), {
      message: 'account state is not available now: 5 accounts at once, of which it keeps 4; try again',
    });
  });

  it('an answer that is no quantity is an error', async () => {
    upstream.send = async (calls) => calls.map(() => ({ result: 'many' }));
    await assert.rejects(prepare([a]), {
      message: /the upstream's answer to eth_getTransactionCount is no quantity/,
    });
  });
});
