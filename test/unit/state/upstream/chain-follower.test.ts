import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Hex } from '../../../../src/bytes.ts';
import { Mempool, type GivenBack } from '../../../../src/mempool/mempool.ts';
import { ChainError } from '../../../../src/state/chain.ts';
import { ChainFollower } from '../../../../src/state/upstream/chain-follower.ts';
import { NoAnswerError } from '../../../../src/state/upstream/connection.ts';
import { defaultUpstreamOptions, type UpstreamOptions } from '../../../../src/state/upstream/options.ts';
import { UpstreamState } from '../../../../src/state/upstream/upstream-state.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { ETHER, makeTransaction, senderAddress } from '../../../helpers/make-transaction.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { FakeUpstream, settle, type FakeBlock } from './fake-upstream.ts';

const POLL_MS = 1000;
const [a, b, c] = [senderAddress(0), senderAddress(1), senderAddress(2)];

describe('following the chain', () => {
  let clock: ManualClock;
  let upstream: FakeUpstream;
  let state: UpstreamState;
  let pool: Mempool;
  let follower: ChainFollower;
  let warnings: string[];
  let departed: [Hex, string][];
  let promoted: Hex[];
  let readmitted: GivenBack[];

  const start = async (options: Partial<UpstreamOptions> = {}): Promise<void> => {
    state = await UpstreamState.over(upstream, clock, {
      ...defaultUpstreamOptions,
      forward: false,
      ...options,
    });
    pool = new Mempool(state);
    warnings = [];
    departed = [];
    promoted = [];
    readmitted = [];
    const lines = new Writable({
      write(line: Buffer, _, done) {
        warnings.push((JSON.parse(line.toString()) as { msg: string }).msg);
        done();
      },
    });
    follower = new ChainFollower({
      state,
      pool,
      clock,
      log: pino({ level: 'warn' }, lines),
      onChange(change) {
        departed.push(
          ...change.departed.map(({ transaction, reason }): [Hex, string] => [transaction.hash, reason]),
        );
        promoted.push(...change.promoted.map(({ hash }) => hash));
        for (const { outcome, ...givenBack } of change.returned) {
          assert.equal(outcome.status, 'pending');
          readmitted.push(givenBack);
        }
      },
    });
    follower.start();
    await settle(clock);
  };

  beforeEach(() => {
    clock = new ManualClock();
    upstream = new FakeUpstream();
  });

  afterEach(async () => {
    pool.checkInvariants();
    const stopping = follower.stop();
    await settle(clock);
    await stopping;
    assert.equal(upstream.closed, true);
    // Nothing is asked for after the end.
    const { length } = upstream.calls;
    await settle(clock, 10 * POLL_MS);
    assert.equal(upstream.calls.length, length);
  });

  const add = async (...transactions: Transaction[]): Promise<void> => {
    for (const transaction of transactions) {
      const preparing = state.prepare([transaction.sender]);
      await settle(clock);
      await preparing;
      const { status } = pool.add(transaction, 'remote', clock.nowMs());
      assert.notEqual(status, 'refused');
    }
  };
  const poll = (): Promise<void> => settle(clock, POLL_MS);
  const mine = async (transactions: Transaction[] = [], parent?: FakeBlock): Promise<FakeBlock> => {
    const block = upstream.mine(transactions, parent);
    await poll();
    return block;
  };

  it('the included leave, the stale are dropped, what a gap was filled for becomes pending', async () => {
    await start();
    const [mined, stale] = [makeTransaction({ sender: a }), makeTransaction({ sender: b })];
    const waiting = makeTransaction({ sender: c, nonce: 1 });
    await add(mined, stale, waiting);
    await mine([mined, makeTransaction({ sender: b }), makeTransaction({ sender: c })]);
    assert.deepEqual(departed, [
      [mined.hash, 'included'],
      [stale.hash, 'included'],
    ]);
    assert.deepEqual(promoted, [waiting.hash]);
    assert.equal(pool.get(waiting.hash)?.status, 'pending');
    assert.equal(state.head.hash, upstream.head.hash);
    assert.equal(state.health().headNumber, 1n);
  });

  it('what can no longer be paid leaves, when the block touched its sender', async () => {
    await start({ maxRefreshed: 0 });
    const dear = makeTransaction({ sender: a, value: 50n * ETHER });
    await add(dear);
    upstream.balances.set(a, ETHER);
    // The balance of a sender no block names is not asked for again here.
    await mine([makeTransaction({ sender: b })]);
    assert.equal(pool.has(dear.hash), true);
    await mine([{ ...makeTransaction({ sender: b, nonce: 1 }), to: a }]);
    assert.deepEqual(departed, [[dear.hash, 'unpayable']]);
  });

  it('senders no block touched are asked for again in turn, so many a head', async () => {
    await start({ maxRefreshed: 2 });
    const senders = Array.from({ length: 5 }, (_, k) => senderAddress(k));
    await add(...senders.map((sender) => makeTransaction({ sender })));
    const askedOn = async (): Promise<Hex[]> => {
      upstream.calls.length = 0;
      await mine();
      return upstream
        .asked('eth_getBalance')
        .map(({ params }) => params[0] as Hex)
        .sort();
    };
    // None is held from an earlier head: they are known, and as they were.
    assert.deepEqual(await askedOn(), []);
    assert.deepEqual(await askedOn(), senders.slice(0, 2));
    assert.deepEqual(await askedOn(), senders.slice(2, 4));
    assert.deepEqual(await askedOn(), [senders[0], senders[4]]);
  });

  it('a sender that enters the pool while accounts are asked for is asked for too', async () => {
    await start();
    const [first, late] = [makeTransaction({ sender: a }), makeTransaction({ sender: b })];
    await add(first);
    const preparing = state.prepare([b]);
    await settle(clock);
    await preparing;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    upstream.gate = { methods: ['eth_getBalance'], open: promise };
    await mine([first, makeTransaction({ sender: b })]);
    assert.equal(state.head.number, 0n);
    assert.equal(pool.add(late, 'remote', clock.nowMs()).status, 'pending');
    upstream.gate = undefined;
    resolve(undefined);
    await settle(clock);
    assert.equal(state.head.number, 1n);
    assert.deepEqual(departed, [
      [first.hash, 'included'],
      [late.hash, 'included'],
    ]);
  });

  it('several heads at once: one step for the pool, every head for who listens', async () => {
    await start();
    const heads: bigint[] = [];
    const unsubscribe = state.onHead(({ number }) => heads.push(number));
    const transactions = [0, 1, 2].map((nonce) => makeTransaction({ sender: a, nonce }));
    await add(...transactions);
    for (const transaction of transactions.slice(0, 2)) upstream.mine([transaction]);
    upstream.mine();
    await poll();
    assert.deepEqual(heads, [1n, 2n, 3n]);
    assert.equal(departed.length, 2);
    assert.equal(pool.counts.pending, 1);
    unsubscribe();
    await mine();
    assert.deepEqual(heads, [1n, 2n, 3n]);
  });

  it('a reorganisation gives back what is not in the new chain, with its origin, in nonce order', async () => {
    await start();
    const genesis = upstream.head;
    const [a0, a1, b0] = [
      makeTransaction({ sender: a }),
      makeTransaction({ sender: a, nonce: 1 }),
      makeTransaction({ sender: b }),
    ];
    await add(a0, b0);
    pool.add(a1, 'local', 0);
    const first = await mine([a0]);
    await mine([a1, b0]);
    assert.equal(pool.counts.pending, 0);
    // Other blocks after the first: b's is in them, a's second is not.
    upstream.mine([b0], first);
    await mine();
    assert.deepEqual(
      readmitted.map(({ transaction, origin }) => [transaction.hash, origin]),
      [[a1.hash, 'local']],
    );
    assert.equal(pool.get(a1.hash)?.status, 'pending');
    assert.equal(pool.counts.pending, 1);
    // All of it is undone, even b's, that an earlier reorganisation did not bring back.
    readmitted = [];
    await mine([], genesis);
    assert.deepEqual(
      new Set(readmitted.map(({ transaction }) => transaction.hash)),
      new Set([a0.hash, b0.hash]),
    );
    assert.equal(pool.counts.pending, 3);
    assert.deepEqual(warnings, []);
  });

  it('a reorganisation strands nothing that stands on what it gives back', async () => {
    await start();
    const genesis = upstream.head;
    const orphan = makeTransaction({ sender: a });
    // More than the queue would hold of one sender.
    const above = Array.from({ length: 100 }, (_, k) => makeTransaction({ sender: a, nonce: k + 1 }));
    await add(orphan);
    for (const transaction of above) pool.add(transaction, 'local', 0);
    await mine([orphan]);
    departed.length = 0;
    await mine([], genesis);
    assert.deepEqual(pool.contentFrom(a), { pending: [orphan, ...above], queued: [] });
    assert.deepEqual([departed, promoted], [[], [orphan.hash]]);
  });

  it('a reorganisation asks for all senders: the orphaned blocks may have paid any', async () => {
    await start({ maxRefreshed: 0 });
    const transaction = makeTransaction({ sender: a });
    const genesis = upstream.head;
    await add(transaction);
    await mine([makeTransaction({ sender: c })]);
    upstream.balances.set(a, 0n);
    await mine([], genesis);
    assert.deepEqual(departed, [[transaction.hash, 'unpayable']]);
  });

  it('a gap deeper than is walked: everything is asked for again, and the included are found out', async () => {
    await start({ maxDepth: 3, maxRefreshed: 0 });
    const [mined, left] = [makeTransaction({ sender: a }), makeTransaction({ sender: b })];
    await add(mined, left);
    upstream.mine([mined]);
    for (let block = 0; block < 6; block++) upstream.mine();
    upstream.calls.length = 0;
    await poll();
    assert.equal(upstream.asked('eth_getBlockByHash').length, 3);
    assert.deepEqual(departed, [[mined.hash, 'included']]);
    assert.equal(pool.counts.pending, 1);
    assert.deepEqual(warnings, ['no ancestor known of the new head: all accounts were asked for again']);
    // The known chain goes on from there.
    await mine([left]);
    assert.equal(departed.length, 2);
    assert.equal(warnings.length, 1);
  });

  it('while the upstream is away: said once, the head stays, and it recovers by itself', async () => {
    await start({ forward: true });
    const [mined, late] = [makeTransaction({ sender: a }), makeTransaction({ sender: b })];
    await add(mined, late);
    await settle(clock);
    assert.equal(upstream.sent.length, 2);
    upstream.down = true;
    for (let attempt = 0; attempt < 5; attempt++) await poll();
    assert.deepEqual(warnings, ['upstream does not answer: going on with its last head']);
    const { reachable, problem, headAgeMs } = state.health();
    assert.deepEqual([reachable, problem], [false, 'fake does not answer: it is down']);
    assert.ok(headAgeMs >= 5 * POLL_MS);
    // The known are known, the unknown refused at once.
    assert.equal(state.prepare([a, b]), undefined);
    await assert.rejects(state.prepare([c])!, { message: /not available now: fake does not answer/ });
    await assert.rejects(state.request('eth_call', []), { name: 'NoAnswerError' });

    upstream.down = false;
    upstream.mine([mined]);
    upstream.mine();
    upstream.sent.length = 0;
    await poll();
    assert.deepEqual(warnings.slice(1), ['upstream answers again']);
    assert.equal(state.health().reachable, true);
    assert.equal(state.health().problem, undefined);
    assert.deepEqual(departed, [[mined.hash, 'included']]);
    // The upstream may have lost it.
    assert.equal(upstream.sent.length, 1);
  });

  it('one call without an answer is looked into at once, and is no outage by itself', async () => {
    await start({ forward: true });
    let lost = 1;
    upstream.onSend = () => (lost-- > 0 ? new NoAnswerError('lost') : undefined);
    upstream.calls.length = 0;
    await add(makeTransaction({ sender: a }));
    await settle(clock);
    assert.equal(upstream.asked('eth_getBlockByNumber').length, 1);
    assert.deepEqual([warnings, upstream.sent.length], [[], 0]);
    // What got none goes again, without a head to wait for.
    await poll();
    assert.deepEqual([warnings, upstream.sent.length], [[], 1]);
  });

  it('a transaction the upstream refuses goes again on the next head', async () => {
    await start({ forward: true });
    let full = true;
    upstream.onSend = () => (full ? new ChainError(-32000, 'txpool is full') : undefined);
    await add(makeTransaction({ sender: a }));
    await settle(clock);
    full = false;
    await poll();
    assert.equal(upstream.sent.length, 0);
    await mine();
    assert.equal(upstream.sent.length, 1);
  });

  it('an error answered while a head is followed is tried again, and said when it stays', async () => {
    await start();
    await add(makeTransaction({ sender: a }));
    const head = upstream.mine([makeTransaction({ sender: a })]);
    // Its state is gone, as after a reorganisation in that moment.
    const answer = upstream.send.bind(upstream);
    upstream.send = async (calls) => {
      const answers = await answer(calls);
      return answers.map((each, index) =>
        calls[index]!.method === 'eth_getBalance'
          ? { error: new ChainError(-32001, 'Resource not found') }
          : each,
      );
    };
    await poll();
    assert.equal(state.health().reachable, true);
    await poll();
    assert.equal(state.health().reachable, false);
    assert.equal(state.health().problem, 'Resource not found');
    upstream.send = answer;
    await poll();
    assert.equal(state.health().reachable, true);
    assert.equal(state.head.hash, head.hash);
    assert.equal(warnings.length, 2);
  });

  it('another chain in its place is not followed', async () => {
    await start();
    upstream.down = true;
    await poll();
    upstream.down = false;
    upstream.chainId = 1;
    upstream.mine();
    await poll();
    assert.equal(state.health().problem, 'fake is now of chain 1, this node of 31337');
    assert.equal(state.head.number, 0n);
    upstream.chainId = 31_337;
    await poll();
    assert.equal(state.head.number, 1n);
  });

  it('told of heads, it asks only to see whether the connection lives; cut off, it subscribes again', async () => {
    const subscriptions: { onHead: () => void; onLost: () => void }[] = [];
    Object.assign(upstream, {
      subscribe: (onHead: () => void, onLost: () => void) => {
        if (upstream.down) return Promise.reject(new Error('down'));
        subscriptions.push({ onHead, onLost });
        return Promise.resolve();
      },
    });
    await start();
    upstream.calls.length = 0;
    await settle(clock, 14_000);
    assert.equal(upstream.calls.length, 0);
    await settle(clock, 1000);
    assert.equal(upstream.calls.length, 1);
    upstream.mine();
    subscriptions[0]!.onHead();
    await settle(clock);
    assert.equal(state.head.number, 1n);
    upstream.down = true;
    subscriptions[0]!.onLost();
    await poll();
    await poll();
    assert.equal(state.health().reachable, false);
    upstream.mine();
    upstream.down = false;
    await poll();
    assert.equal(subscriptions.length, 2);
    assert.equal(state.head.number, 2n);
    upstream.mine();
    subscriptions[1]!.onHead();
    await settle(clock);
    assert.equal(state.head.number, 3n);
  });
});
