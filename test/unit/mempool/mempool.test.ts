import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { Mempool, type HeadChange, type Origin, type PoolChange } from '../../../src/mempool/mempool.ts';
import { MEMPOOL_PRESETS, type MempoolOptions } from '../../../src/mempool/options.ts';
import type { Admitted, Outcome, RefusalCode } from '../../../src/mempool/outcome.ts';
import type { Transaction } from '../../../src/transaction/transaction.ts';
import { FakeState } from '../../helpers/fake-state.ts';
import { ETHER, GWEI, makeTransaction, senderAddress } from '../../helpers/make-transaction.ts';

const [A, B, C] = [senderAddress(0), senderAddress(1), senderAddress(2)];
const HOUR_MS = 3_600_000;

/** `count` transactions of `sender` from nonce `from` up. */
function row(sender: Hex, from: number, count: number, tipCap = GWEI): Transaction[] {
  return Array.from({ length: count }, (_, i) => makeTransaction({ sender, nonce: from + i, tipCap }));
}

describe('Mempool', () => {
  let state: FakeState;
  let pool: Mempool;
  let nowMs: number;

  beforeEach(() => {
    state = new FakeState();
    nowMs = 0;
    open();
  });

  afterEach(() => pool.checkInvariants());

  function open(options: Partial<MempoolOptions> = {}): void {
    pool = new Mempool(state, options);
  }

  function offer(tx: Transaction, origin: Origin = 'remote'): Outcome {
    return pool.add(tx, origin, nowMs);
  }

  function admit(tx: Transaction, origin: Origin = 'remote'): Admitted {
    const outcome = offer(tx, origin);
    assert.ok(outcome.status !== 'refused', `refused: ${'message' in outcome ? outcome.message : ''}`);
    return outcome;
  }

  function admitAll(transactions: Transaction[], origin: Origin = 'remote'): void {
    for (const tx of transactions) admit(tx, origin);
  }

  /** Refused so, and the pool as before. */
  function refused(tx: Transaction, code: RefusalCode, message: string, origin: Origin = 'remote'): void {
    const before = picture();
    assert.deepEqual(offer(tx, origin), { status: 'refused', code, message });
    assert.deepEqual(picture(), before);
  }

  function picture(): unknown {
    return [pool.content(), pool.counts, [...pool.pendingTransactions()]];
  }

  function departures(outcome: Outcome | { departed: Admitted['departed'] }): [Transaction, string][] {
    assert.ok('departed' in outcome);
    return outcome.departed.map(({ transaction, reason }) => [transaction, reason]);
  }

  describe('admission', () => {
    it('rule 1: what is in the pool is known, pending or queued', () => {
      const [first, , third] = row(A, 0, 3) as [Transaction, Transaction, Transaction];
      admitAll([first, third]);
      refused(first, 'known', 'already known');
      refused(third, 'known', 'already known');
      assert.equal(pool.precheck(first, 'remote', nowMs)?.code, 'known');
      assert.ok(pool.has(first.hash));
      assert.equal(pool.get(third.hash)?.status, 'queued');
    });

    it('rule 2: the gas limit is at most the block gas limit', () => {
      admit(makeTransaction({ gasLimit: 30_000_000n, value: 0n }));
      const tx = makeTransaction({ nonce: 1, gasLimit: 30_000_001n });
      refused(tx, 'gas-limit-above-block', 'exceeds block gas limit');
      assert.equal(pool.precheck(tx, 'remote', nowMs)?.code, 'gas-limit-above-block');
    });

    it('rule 3: tip and fee cap reach the floor', () => {
      open({ minTipWei: 5n, minFeeCapWei: 70n });
      refused(
        makeTransaction({ tipCap: 4n, feeCap: 100n }),
        'tip-too-low',
        'transaction gas price below minimum: gas tip cap 4, minimum needed 5',
      );
      refused(
        makeTransaction({ tipCap: 5n, feeCap: 69n }),
        'tip-too-low',
        'transaction gas price below minimum: gas fee cap 69, minimum needed 70',
      );
      admit(makeTransaction({ tipCap: 5n, feeCap: 70n }));
    });

    it('rule 3: by default a tip of 1 wei is enough, and none is not', () => {
      admit(makeTransaction({ tipCap: 1n }));
      refused(
        makeTransaction({ sender: B, tipCap: 0n }),
        'tip-too-low',
        'transaction gas price below minimum: gas tip cap 0, minimum needed 1',
      );
    });

    it('rule 5: the nonce is not below the account nonce', () => {
      state.nonces.set(A, 7n);
      refused(makeTransaction({ nonce: 6 }), 'nonce-too-low', 'nonce too low: next nonce 7, tx nonce 6');
      assert.equal(admit(makeTransaction({ nonce: 7 })).status, 'pending');
    });

    it('rule 6: the nonce is not further ahead of the next than allowed', () => {
      open({ maxNonceGap: 10 });
      admit(makeTransaction({ nonce: 0 }));
      admit(makeTransaction({ nonce: 11 }));
      refused(makeTransaction({ nonce: 12 }), 'nonce-too-far', 'nonce too high: tx nonce 12, gapped nonce 1');
    });

    it('rule 6: by default any gap is allowed', () => {
      assert.equal(admit(makeTransaction({ nonce: 2n ** 64n - 2n })).status, 'queued');
    });

    it('rule 7: the balance covers gas limit x fee cap + value', () => {
      state.balances.set(A, 21_000n * 200n + 9n);
      refused(
        makeTransaction({ feeCap: 200n, tipCap: 1n, value: 10n }),
        'insufficient-funds',
        'insufficient funds for gas * price + value: balance 4200009, tx cost 4200010, overshot 1',
      );
      admit(makeTransaction({ feeCap: 200n, tipCap: 1n, value: 9n }));
    });

    it('rule 8: the balance covers all of a sender together, queued ones too', () => {
      state.balances.set(A, 10n * ETHER);
      const free = { feeCap: 1n, tipCap: 1n, gasLimit: 21_000n };
      admit(makeTransaction({ ...free, nonce: 0, value: 4n * ETHER }));
      admit(makeTransaction({ ...free, nonce: 5, value: 4n * ETHER }));
      refused(
        makeTransaction({ ...free, nonce: 1, value: 2n * ETHER }),
        'insufficient-funds-cumulative',
        'insufficient funds for gas * price + value: balance 10000000000000000000, ' +
          'queued cost 8000000000000042000, tx cost 2000000000000021000, overshot 63000',
      );
      admit(makeTransaction({ ...free, nonce: 1, value: 2n * ETHER - 63_000n }));
    });

    it('rule 8: a replacement counts by what it adds', () => {
      state.balances.set(A, 21_000n * 1_000n);
      admit(makeTransaction({ feeCap: 900n, tipCap: 100n }));
      refused(
        makeTransaction({ feeCap: 1_000n, tipCap: 200n, value: 1n }),
        'insufficient-funds',
        'insufficient funds for gas * price + value: balance 21000000, tx cost 21000001, overshot 1',
      );
      admit(makeTransaction({ feeCap: 990n, tipCap: 110n }));
      admit(makeTransaction({ nonce: 1, gasLimit: 21_000n, feeCap: 10n, tipCap: 10n }));
      refused(
        makeTransaction({ nonce: 1, feeCap: 11n, tipCap: 11n }),
        'insufficient-funds-cumulative',
        'insufficient funds for gas * price + value: balance 21000000, ' +
          'queued cost 21000000, tx bumped 21000, overshot 21000',
      );
    });

    it('rule 9: a replacement pays 10 % more, fee cap and tip alike', () => {
      const old = makeTransaction({ feeCap: 1_000n, tipCap: 100n });
      admit(old);
      const underpriced = 'replacement transaction underpriced';
      for (const [feeCap, tipCap] of [
        [1_099n, 110n],
        [1_100n, 109n],
        [1_000n, 1_000n],
        [5_000n, 100n],
      ] as const) {
        refused(makeTransaction({ feeCap, tipCap }), 'replacement-underpriced', underpriced);
      }
      const fresh = makeTransaction({ feeCap: 1_100n, tipCap: 110n });
      const outcome = admit(fresh);
      assert.equal(outcome.status, 'pending');
      assert.deepEqual(outcome.promoted, [fresh]);
      assert.deepEqual(departures(outcome), [[old, 'replaced']]);
      assert.ok(!pool.has(old.hash));
      assert.deepEqual(pool.contentFrom(A), { pending: [fresh], queued: [] });
    });

    it('rule 9: however small the price, the replacement is dearer', () => {
      admit(makeTransaction({ feeCap: 5n, tipCap: 5n }));
      refused(
        makeTransaction({ feeCap: 5n, tipCap: 5n }),
        'replacement-underpriced',
        'replacement transaction underpriced',
      );
      admit(makeTransaction({ feeCap: 6n, tipCap: 6n }));
    });

    it('rule 9: the bump is an option, and a queued one is replaced as well', () => {
      open({ replacementBumpPercent: 50 });
      const old = makeTransaction({ nonce: 3, feeCap: 100n, tipCap: 100n });
      admit(old);
      refused(
        makeTransaction({ nonce: 3, feeCap: 149n, tipCap: 149n }),
        'replacement-underpriced',
        'replacement transaction underpriced',
      );
      const outcome = admit(makeTransaction({ nonce: 3, feeCap: 150n, tipCap: 150n }));
      assert.equal(outcome.status, 'queued');
      assert.deepEqual(outcome.promoted, []);
      assert.deepEqual(departures(outcome), [[old, 'replaced']]);
    });

    it('the cheap rules come before the dear ones', () => {
      open({ minTipWei: 5n, maxNonceGap: 1 });
      state.nonces.set(A, 5n);
      state.balances.set(A, 0n);
      const gas = 30_000_001n;
      const code = (tx: Transaction): string => {
        const outcome = offer(tx);
        return outcome.status === 'refused' ? outcome.code : outcome.status;
      };
      assert.equal(code(makeTransaction({ nonce: 0, tipCap: 1n, gasLimit: gas })), 'gas-limit-above-block');
      assert.equal(code(makeTransaction({ nonce: 0, tipCap: 1n })), 'tip-too-low');
      assert.equal(code(makeTransaction({ nonce: 0 })), 'nonce-too-low');
      assert.equal(code(makeTransaction({ nonce: 9 })), 'nonce-too-far');
      assert.equal(code(makeTransaction({ nonce: 5 })), 'insufficient-funds');
    });
  });

  describe('pending and queued', () => {
    it('rule 10: pending runs without a gap from the account nonce, the rest is queued', () => {
      state.nonces.set(A, 4n);
      const [four, five, six, seven] = row(A, 4, 4) as [Transaction, Transaction, Transaction, Transaction];
      assert.equal(pool.nextNonce(A), 4n);
      assert.equal(admit(six).status, 'queued');
      assert.equal(pool.nextNonce(A), 4n);
      assert.equal(admit(four).status, 'pending');
      assert.equal(admit(seven).status, 'queued');
      assert.equal(pool.nextNonce(A), 5n);
      assert.deepEqual(pool.contentFrom(A), { pending: [four], queued: [six, seven] });

      const filling = admit(five);
      assert.equal(filling.status, 'pending');
      assert.deepEqual(filling.promoted, [five, six, seven]);
      assert.deepEqual(filling.departed, []);
      assert.equal(pool.nextNonce(A), 8n);
      assert.deepEqual([...pool.pendingTransactions()], [four, five, six, seven]);
      assert.deepEqual(pool.content(), new Map([[A, { pending: [four, five, six, seven], queued: [] }]]));
    });

    it('rule 10: arrival in reverse order ends like arrival in order', () => {
      const all = row(A, 0, 60);
      for (const tx of all.slice(1).reverse()) assert.deepEqual(admit(tx).promoted, []);
      assert.deepEqual(admit(all[0]!).promoted, all);
    });

    it('rule 11: at a head the included leave, and what they freed is promoted', () => {
      const [zero, one, , three] = row(A, 0, 4) as [Transaction, Transaction, Transaction, Transaction];
      admitAll([zero, one, three]);
      state.nonces.set(A, 3n); // nonce 2 was included without ever having been here
      const change = pool.onHead([A], nowMs);
      assert.deepEqual(departures(change), [
        [zero, 'included'],
        [one, 'included'],
      ]);
      assert.deepEqual(change.promoted, [three]);
      assert.deepEqual(change.demoted, []);
      assert.equal(pool.nextNonce(A), 4n);
    });

    it('rule 11: what alone costs more than the balance leaves, what stood on it is demoted', () => {
      const [zero, one, two, three] = row(A, 0, 4) as [Transaction, Transaction, Transaction, Transaction];
      const dear = { ...one, value: 5n * ETHER };
      admitAll([zero, dear, two, three]);
      state.balances.set(A, ETHER);
      const change = pool.onHead([A], nowMs);
      assert.deepEqual(departures(change), [[dear, 'unpayable']]);
      assert.deepEqual(change.demoted, [two, three]);
      assert.deepEqual(pool.contentFrom(A), { pending: [zero], queued: [two, three] });
      assert.equal(pool.get(two.hash)?.status, 'queued');
    });

    it('rule 11: what together costs more than the balance leaves, highest nonce first', () => {
      const four = Array.from({ length: 4 }, (_, nonce) => makeTransaction({ nonce, value: ETHER }));
      admitAll(four);
      state.balances.set(A, 3n * ETHER); // and no fee for the third
      const change = pool.onHead(undefined, nowMs);
      assert.deepEqual(departures(change), [
        [four[3], 'unpayable'],
        [four[2], 'unpayable'],
      ]);
      assert.deepEqual(pool.contentFrom(A).pending, four.slice(0, 2));
    });

    it('rule 11: a lowered block gas limit drops what no block can hold, of every sender', () => {
      const big = makeTransaction({ sender: B, gasLimit: 1_000_000n });
      admitAll([makeTransaction({ sender: A }), big]);
      state.blockGasLimit = 500_000n;
      assert.deepEqual(departures(pool.onHead([], nowMs)), [[big, 'unpayable']]);
    });

    it('rule 11: when the chain went back, all wait for the nonces that are missing again', () => {
      state.nonces.set(A, 5n);
      const both = row(A, 5, 2);
      admitAll(both);
      state.nonces.set(A, 4n);
      const change = pool.onHead([A], nowMs);
      assert.deepEqual(change.demoted, both);
      assert.equal(pool.nextNonce(A), 4n);
      const missing = makeTransaction({ nonce: 4 });
      assert.deepEqual(admit(missing).promoted, [missing, ...both]);
    });

    it('rule 11: what the chain gives back is there before what stands on it would be demoted', () => {
      state.nonces.set(A, 5n);
      // More than the queue would hold of one sender.
      const above = row(A, 5, 100);
      admitAll(above, 'local');
      const told: PoolChange[] = [];
      pool.subscribe((change) => told.push(change));
      state.nonces.set(A, 4n);
      const orphan = makeTransaction({ nonce: 4 });
      nowMs = 7;
      const change = pool.onHead([A], nowMs, [{ transaction: orphan, origin: 'local' }]);
      const { returned, ...rest } = change;
      assert.deepEqual(rest, { departed: [], promoted: [orphan], demoted: [] });
      assert.deepEqual(returned, [
        {
          transaction: orphan,
          origin: 'local',
          outcome: { status: 'pending', hash: orphan.hash, promoted: [orphan], departed: [] },
        },
      ]);
      assert.deepEqual(told, [rest]);
      assert.deepEqual(pool.contentFrom(A), { pending: [orphan, ...above], queued: [] });
      assert.equal(pool.get(orphan.hash)?.addedAtMs, 7);
    });

    it('rule 11: what the chain gives back above a gap waits, with all that stands on it', () => {
      state.nonces.set(A, 5n);
      const above = row(A, 5, 2);
      admitAll(above);
      state.nonces.set(A, 3n);
      const orphan = makeTransaction({ nonce: 4 });
      const change = pool.onHead([A], nowMs, [{ transaction: orphan, origin: 'remote' }]);
      assert.deepEqual(change.demoted, above);
      assert.deepEqual(change.promoted, []);
      assert.equal(change.returned[0]!.outcome.status, 'queued');
      assert.deepEqual(pool.contentFrom(A), { pending: [], queued: [orphan, ...above] });
    });

    it('rule 11: what the chain gives back to a full pool makes the cheapest leave, itself or another', () => {
      open({ maxPendingTransactions: 2 });
      const [dear, cheap] = [9n, 1n].map((tip, n) =>
        makeTransaction({ sender: senderAddress(n + 1), tipCap: tip * GWEI }),
      ) as [Transaction, Transaction];
      admitAll([dear, cheap]);
      const give = (tipCap: bigint): HeadChange =>
        pool.onHead([], nowMs, [{ transaction: makeTransaction({ tipCap }), origin: 'remote' }]);
      const tooCheap = give(GWEI / 2n);
      assert.deepEqual(tooCheap.returned[0]!.outcome, {
        status: 'refused',
        code: 'pool-full',
        message: 'txpool is full',
      });
      assert.deepEqual([tooCheap.departed, tooCheap.promoted], [[], []]);
      const enough = give(2n * GWEI);
      assert.equal(enough.returned[0]!.outcome.status, 'pending');
      assert.deepEqual(departures(enough), [[cheap, 'evicted']]);
    });

    it('rule 11: all that leave at a head have left before any is promoted', () => {
      open({ maxPendingTransactions: 2, maxQueuedTransactions: 9 });
      const freed = makeTransaction({ sender: A, nonce: 1, tipCap: 5n * GWEI });
      const included = row(B, 0, 1, 9n * GWEI)[0]!;
      const bystander = makeTransaction({ sender: C, tipCap: 1n * GWEI });
      admitAll([included, bystander, freed]);
      state.nonces.set(A, 1n);
      state.nonces.set(B, 1n);
      const change = pool.onHead([A, B], nowMs);
      assert.deepEqual(departures(change), [[included, 'included']]);
      assert.deepEqual(change.promoted, [freed]);
      assert.equal(pool.get(bystander.hash)?.status, 'pending');
    });

    it('rule 21: all that expire have left before any has to leave for the limits', () => {
      open({ maxQueuedTransactions: 2, pendingLifetimeMs: 1_000, queuedLifetimeMs: 1_000 });
      const [stood, stands] = row(A, 0, 2) as [Transaction, Transaction];
      const waiting = row(B, 1, 2);
      admitAll([stood, ...waiting]);
      nowMs = 500;
      admit(stands);
      const gone = departures({ departed: pool.expire(1_200) });
      assert.deepEqual(
        gone,
        [stood, ...waiting].map((tx) => [tx, 'expired']),
      );
      assert.deepEqual(pool.contentFrom(A), { pending: [], queued: [stands] });
    });

    it('rule 11: a head that changed nothing for the pool changes nothing', () => {
      admitAll([...row(A, 0, 2), ...row(B, 3, 2)]);
      const before = picture();
      const nothing = { departed: [], promoted: [], demoted: [], returned: [] };
      assert.deepEqual(pool.onHead([C], nowMs), nothing);
      assert.deepEqual(pool.onHead(undefined, nowMs), nothing);
      assert.deepEqual(picture(), before);
    });

    it('rule 11: one taken out by hand demotes what stood on it', () => {
      const three = row(A, 0, 3);
      admitAll(three);
      const change = pool.remove(three[1]!.hash, 'included');
      assert.deepEqual(departures(change), [[three[1], 'included']]);
      assert.deepEqual(change.demoted, [three[2]]);
      assert.deepEqual(pool.remove(three[1]!.hash, 'included').departed, []);
    });
  });

  describe('limits', () => {
    it('rule 12: pending per sender, in transactions, slots and bytes', () => {
      open({ maxPendingTransactionsPerSender: 2 });
      admitAll(row(A, 0, 2));
      refused(makeTransaction({ nonce: 2 }), 'sender-limit', 'account limit exceeded: pooled 2 txs');

      open({ maxPendingSlotsPerSender: 3, slotBytes: 100 });
      admitAll([makeTransaction({ bytes: 101 }), makeTransaction({ nonce: 1, bytes: 100 })]);
      refused(makeTransaction({ nonce: 2 }), 'sender-limit', 'account limit exceeded: pooled 2 txs');

      open({ maxPendingBytesPerSender: 300 });
      admitAll([makeTransaction({ bytes: 200 })]);
      refused(
        makeTransaction({ nonce: 1, bytes: 101 }),
        'sender-limit',
        'account limit exceeded: pooled 1 txs',
      );
      admit(makeTransaction({ nonce: 1, bytes: 100 }));
    });

    it('rule 12: queued per sender: a nearer nonce takes the place of the furthest', () => {
      open({ maxQueuedTransactionsPerSender: 2 });
      const [two, three, four, five] = row(A, 2, 4) as [Transaction, Transaction, Transaction, Transaction];
      admitAll([three, four]);
      refused(five, 'sender-limit', 'account limit exceeded: pooled 2 txs');
      assert.deepEqual(departures(admit(two)), [[four, 'evicted']]);
      assert.deepEqual(pool.contentFrom(A).queued, [two, three]);
      // Not for its price, so it may come back at once.
      assert.equal(pool.precheck(four, 'remote', nowMs), undefined);
    });

    it('rule 12: by default 64 queued per sender', () => {
      admitAll(row(A, 1, 64));
      refused(makeTransaction({ nonce: 65 }), 'sender-limit', 'account limit exceeded: pooled 64 txs');
    });

    it('rule 13: pending and queued are limited apart, and a queued one never evicts a pending one', () => {
      open({ maxPendingTransactions: 1, maxQueuedTransactions: 1 });
      admit(makeTransaction({ sender: A, tipCap: GWEI }));
      admit(makeTransaction({ sender: B, nonce: 1, tipCap: 2n * GWEI }));
      const dear = makeTransaction({ sender: C, nonce: 1, tipCap: 9n * GWEI });
      assert.equal(admit(dear).departed[0]?.transaction.sender, B);
      assert.equal(pool.contentFrom(A).pending.length, 1);
      refused(
        makeTransaction({ sender: B, nonce: 1, tipCap: 8n * GWEI }),
        'underpriced',
        'transaction underpriced',
      );
    });

    it('rule 13: slots and bytes fill the pool as transactions do', () => {
      for (const options of [{ maxPendingSlots: 4, slotBytes: 100 }, { maxPendingBytes: 400 }]) {
        open(options);
        admit(makeTransaction({ sender: A, bytes: 400 }));
        refused(makeTransaction({ sender: B, bytes: 1 }), 'underpriced', 'transaction underpriced');
        const better = makeTransaction({ sender: B, bytes: 1, tipCap: 2n * GWEI });
        assert.equal(admit(better).departed.length, 1);
      }
    });

    it('rule 13: a larger replacement needs room too', () => {
      open({ maxPendingBytes: 300 });
      const other = makeTransaction({ sender: B, bytes: 100, tipCap: GWEI });
      const old = makeTransaction({ sender: A, bytes: 200, tipCap: GWEI, feeCap: 10n * GWEI });
      admitAll([other, old]);
      const larger = makeTransaction({ sender: A, bytes: 201, tipCap: 2n * GWEI, feeCap: 20n * GWEI });
      assert.deepEqual(departures(admit(larger)), [
        [old, 'replaced'],
        [other, 'evicted'],
      ]);
    });

    it('rule 13: the defaults are those of geth: 5,120 pending and 1,024 queued', () => {
      for (let n = 0; n < 5_120; n++) admit(makeTransaction({ sender: senderAddress(n) }));
      for (let n = 0; n < 1_024; n++) admit(makeTransaction({ sender: senderAddress(n), nonce: 2 }));
      assert.deepEqual(pool.counts, {
        pending: 5_120,
        queued: 1_024,
        pendingSlots: 5_120,
        queuedSlots: 1_024,
        pendingBytes: 5_120 * 110,
        queuedBytes: 1_024 * 110,
        senders: 5_120,
      });
      refused(makeTransaction({ sender: senderAddress(6_000) }), 'underpriced', 'transaction underpriced');
      refused(
        makeTransaction({ sender: senderAddress(6_000), nonce: 1 }),
        'underpriced',
        'transaction underpriced',
      );
    });

    it('rule 14: when full the cheapest leaves, a sender from its highest nonce down', () => {
      open({ maxPendingTransactions: 4 });
      const [cheapest, dear] = row(A, 0, 2, 5n * GWEI) as [Transaction, Transaction];
      const [b0, b1] = [
        makeTransaction({ sender: B, nonce: 0, tipCap: GWEI }),
        makeTransaction({ sender: B, nonce: 1, tipCap: 3n * GWEI }),
      ];
      admitAll([cheapest, dear, b0, b1]);
      // b0 pays least, but b1 stands on it.
      assert.deepEqual(departures(admit(makeTransaction({ sender: C, tipCap: 4n * GWEI }))), [
        [b1, 'evicted'],
      ]);
      const next = makeTransaction({ sender: C, nonce: 1, tipCap: 4n * GWEI });
      assert.deepEqual(departures(admit(next)), [[b0, 'evicted']]);
    });

    it('rule 14: a newcomer no dearer than everything is underpriced; of equals the newest leaves', () => {
      open({ maxPendingTransactions: 2 });
      const [older, newer] = [makeTransaction({ sender: A }), makeTransaction({ sender: B })];
      admitAll([older, newer]);
      refused(makeTransaction({ sender: C }), 'underpriced', 'transaction underpriced');
      assert.deepEqual(departures(admit(makeTransaction({ sender: C, tipCap: GWEI + 1n }))), [
        [newer, 'evicted'],
      ]);
    });

    it('rule 14: what counts is the tip that is left at the base fee of the head', () => {
      open({ maxPendingTransactions: 2 });
      const capped = makeTransaction({ sender: A, tipCap: 9n * GWEI, feeCap: 10n * GWEI });
      const steady = makeTransaction({ sender: B, tipCap: 4n * GWEI, feeCap: 90n * GWEI });
      admitAll([capped, steady]);
      state.baseFee = 8n * GWEI; // leaves `capped` 2 gwei
      pool.onHead([], nowMs);
      const newcomer = makeTransaction({ sender: C, tipCap: 3n * GWEI });
      assert.deepEqual(departures(admit(newcomer)), [[capped, 'evicted']]);
      state.baseFee = 88n * GWEI; // leaves `steady` 2 gwei
      pool.onHead([], nowMs);
      const last = makeTransaction({ sender: senderAddress(9), tipCap: 3n * GWEI });
      assert.deepEqual(departures(admit(last)), [[steady, 'evicted']]);
    });

    it('rule 14: one large newcomer pushes out several small ones, cheapest first', () => {
      open({ maxPendingSlots: 5, slotBytes: 100 });
      const five = [3n, 1n, 2n, 9n, 8n].map((tip, n) =>
        makeTransaction({ sender: senderAddress(n), tipCap: tip * GWEI, bytes: 100 }),
      );
      admitAll(five);
      const large = makeTransaction({ sender: senderAddress(8), tipCap: 4n * GWEI, bytes: 300 });
      assert.deepEqual(departures(admit(large)), [
        [five[1], 'evicted'],
        [five[2], 'evicted'],
        [five[0], 'evicted'],
      ]);
      const dearest = makeTransaction({ sender: senderAddress(9), tipCap: 5n * GWEI, bytes: 400 });
      refused(dearest, 'underpriced', 'transaction underpriced');
    });

    it('rule 15: surplus leaves before anything guaranteed, even when it pays more', () => {
      open({ maxPendingTransactions: 5, guaranteedSlotsPerSender: 2 });
      const rich = row(A, 0, 4, 5n * GWEI);
      const modest = makeTransaction({ sender: B, tipCap: GWEI });
      admitAll([...rich, modest]);
      const newcomer = makeTransaction({ sender: C, tipCap: 6n * GWEI });
      assert.deepEqual(departures(admit(newcomer)), [[rich[3], 'evicted']]);
    });

    it('rule 15: a guaranteed slot yields to a guaranteed slot only', () => {
      open({ maxPendingTransactions: 3, guaranteedSlotsPerSender: 2 });
      const modest = makeTransaction({ sender: B, tipCap: GWEI });
      admitAll([...row(A, 0, 2, 5n * GWEI), modest]);
      const third = makeTransaction({ sender: A, nonce: 2, tipCap: 50n * GWEI });
      refused(third, 'pool-full', 'txpool is full');
      const newcomer = makeTransaction({ sender: C, tipCap: 2n * GWEI });
      assert.deepEqual(departures(admit(newcomer)), [[modest, 'evicted']]);
    });

    it('rule 16: a newcomer never evicts what it stands on', () => {
      open({ maxPendingTransactions: 2 });
      admitAll(row(A, 0, 2));
      refused(makeTransaction({ nonce: 2, tipCap: 50n * GWEI }), 'pool-full', 'txpool is full');
      assert.equal(pool.nextNonce(A), 2n);
    });

    it('rule 17: exempt local transactions need no floor and are not evicted for their price', () => {
      open({ maxPendingTransactions: 2, exemptLocals: true, minTipWei: GWEI });
      const own = makeTransaction({ sender: A, tipCap: 1n });
      const other = makeTransaction({ sender: B, tipCap: GWEI });
      admit(own, 'local');
      admit(other);
      const dear = makeTransaction({ sender: C, tipCap: 9n * GWEI });
      assert.deepEqual(departures(admit(dear)), [[other, 'evicted']]);
      // It takes the place of the cheapest whatever it pays, until only exempt ones are left.
      const second = makeTransaction({ sender: B, tipCap: 1n });
      assert.deepEqual(departures(admit(second, 'local')), [[dear, 'evicted']]);
      refused(dear, 'recently-evicted', recentlyEvicted(60));
      refused(makeTransaction({ sender: C, tipCap: 99n * GWEI }), 'pool-full', 'txpool is full');
    });

    it('rule 17: by default local transactions are treated like all', () => {
      open({ maxPendingTransactions: 1 });
      admit(makeTransaction({ sender: A }), 'local');
      const message = 'transaction gas price below minimum: gas tip cap 0, minimum needed 1';
      refused(makeTransaction({ sender: B, tipCap: 0n }), 'tip-too-low', message, 'local');
      assert.equal(admit(makeTransaction({ sender: B, tipCap: 2n * GWEI })).departed.length, 1);
    });

    it('rule 18: one newcomer pushes out at most so many', () => {
      open({ maxPendingBytes: 400, maxEvictionsPerTransaction: 2 });
      for (let n = 0; n < 4; n++) admit(makeTransaction({ sender: senderAddress(n), bytes: 100 }));
      const tipCap = 2n * GWEI;
      refused(
        makeTransaction({ sender: senderAddress(7), tipCap, bytes: 300 }),
        'pool-full',
        'txpool is full',
      );
      assert.equal(
        admit(makeTransaction({ sender: senderAddress(7), tipCap, bytes: 200 })).departed.length,
        2,
      );
    });

    it('rule 19: what a filled gap frees and has no room leaves; the pool holds no executable queued one', () => {
      open({ maxPendingTransactions: 2 });
      const [zero, one, two, three] = row(A, 0, 4) as [Transaction, Transaction, Transaction, Transaction];
      admit(makeTransaction({ sender: B, tipCap: 9n * GWEI }));
      admitAll([one, two, three]);
      const outcome = admit(zero);
      assert.deepEqual(outcome.promoted, [zero]);
      assert.deepEqual(departures(outcome), [[one, 'evicted']]);
      assert.deepEqual(pool.contentFrom(A), { pending: [zero], queued: [two, three] });
    });

    it('rule 19: what a filled gap frees pushes out the cheaper', () => {
      open({ maxPendingTransactions: 2 });
      const cheap = makeTransaction({ sender: B, tipCap: 1n });
      const [zero, one] = row(A, 0, 2) as [Transaction, Transaction];
      admitAll([cheap, one]);
      const outcome = admit(zero);
      assert.deepEqual(outcome.promoted, [zero, one]);
      assert.deepEqual(departures(outcome), [[cheap, 'evicted']]);
    });

    it('rule 19: demotion keeps the queue within its limits', () => {
      open({ maxQueuedTransactions: 2, maxQueuedTransactionsPerSender: 2 });
      const waiting = makeTransaction({ sender: B, nonce: 1, tipCap: 1n });
      const five = row(A, 0, 5);
      admitAll([waiting, ...five]);
      const change = pool.remove(five[0]!.hash, 'unpayable');
      assert.deepEqual(change.demoted, five.slice(1, 3));
      assert.deepEqual(departures(change), [
        [five[0], 'unpayable'],
        [five[4], 'evicted'],
        [five[3], 'evicted'],
        [waiting, 'evicted'],
      ]);
    });
  });

  describe('memory and time', () => {
    const bouncing = makeTransaction({ sender: A });

    it('rule 4: what was evicted is not taken from a peer for a while', () => {
      open({ maxPendingTransactions: 1 });
      admit(bouncing);
      nowMs = 500;
      admit(makeTransaction({ sender: B, tipCap: 9n * GWEI }));
      assert.equal(pool.precheck(bouncing, 'remote', nowMs)?.code, 'recently-evicted');
      nowMs = 60_499;
      refused(bouncing, 'recently-evicted', recentlyEvicted(1));
      nowMs = 60_500;
      refused(bouncing, 'underpriced', 'transaction underpriced');
    });

    it('rule 4: who submits it here gets the answer of the moment', () => {
      open({ maxPendingTransactions: 1 });
      admit(bouncing);
      const dear = makeTransaction({ sender: B, tipCap: 9n * GWEI });
      admit(dear);
      refused(bouncing, 'underpriced', 'transaction underpriced', 'local');
      pool.remove(dear.hash, 'included');
      admit(bouncing, 'local');
    });

    it('rule 20: only so many are remembered, the latest', () => {
      open({ maxPendingTransactions: 1, maxEvictedRemembered: 2 });
      const rising = [1n, 2n, 3n, 4n].map((tip, n) =>
        makeTransaction({ sender: senderAddress(n), tipCap: tip * GWEI }),
      );
      admitAll(rising);
      const remembered = rising.map((tx) => pool.precheck(tx, 'remote', nowMs)?.code);
      assert.deepEqual(remembered, [undefined, 'recently-evicted', 'recently-evicted', 'known']);
    });

    it('rule 20: what found no room beside its own sender may come back as soon as there is some', () => {
      open({ maxPendingTransactionsPerSender: 2 });
      const [zero, one, two] = row(A, 0, 3) as [Transaction, Transaction, Transaction];
      admitAll([one, two]);
      const outcome = admit(zero);
      assert.deepEqual(outcome.promoted, [zero, one]);
      assert.deepEqual(departures(outcome), [[two, 'evicted']]);
      refused(two, 'sender-limit', 'account limit exceeded: pooled 2 txs');
      state.nonces.set(A, 1n);
      pool.onHead([A], nowMs);
      admit(two);
    });

    it('rule 21: queued ones expire after 3 h, pending ones never by default', () => {
      const [pending, , gapped] = row(A, 0, 3) as [Transaction, Transaction, Transaction];
      admitAll([pending, gapped]);
      assert.deepEqual(pool.expire(3 * HOUR_MS), []);
      assert.deepEqual(departures({ departed: pool.expire(3 * HOUR_MS + 1) }), [[gapped, 'expired']]);
      assert.deepEqual(pool.expire(1_000 * HOUR_MS), []);
      assert.ok(pool.has(pending.hash));
    });

    it('rule 21: the time queued counts from when it was last demoted', () => {
      const both = row(A, 0, 2);
      admitAll(both);
      nowMs = 5 * HOUR_MS;
      pool.onHead(undefined, nowMs);
      pool.remove(both[0]!.hash, 'unpayable');
      assert.deepEqual(pool.expire(8 * HOUR_MS), []);
      assert.equal(pool.expire(8 * HOUR_MS + 1).length, 1);
    });

    it('rule 21: pending ones expire by option, and what stood on them waits', () => {
      open({ pendingLifetimeMs: 1_000 });
      const both = row(A, 0, 2);
      admit(both[0]!);
      nowMs = 700;
      admit(both[1]!);
      assert.deepEqual(departures({ departed: pool.expire(1_001) }), [[both[0], 'expired']]);
      assert.deepEqual(pool.contentFrom(A), { pending: [], queued: [both[1]] });
    });
  });

  it('rule 22: a refused transaction changes nothing, not even what it would have pushed out', () => {
    open({ maxPendingSlots: 4, slotBytes: 100, minTipWei: GWEI });
    const four = [1n, 2n, 3n, 9n].map((tip, n) =>
      makeTransaction({ sender: senderAddress(n), tipCap: tip * GWEI, bytes: 100 }),
    );
    admitAll(four);
    // Dearer than three, but it would need the place of the fourth.
    refused(
      makeTransaction({ sender: senderAddress(8), tipCap: 4n * GWEI, bytes: 400 }),
      'underpriced',
      'transaction underpriced',
    );
    for (const tx of four) assert.equal(pool.precheck(tx, 'remote', nowMs)?.code, 'known');
    assert.equal(pool.nextNonce(senderAddress(8)), 0n);
  });

  it('tells origin and time of what it holds', () => {
    const tx = makeTransaction();
    nowMs = 12.5;
    admit(tx, 'local');
    assert.deepEqual(pool.get(tx.hash), {
      transaction: tx,
      status: 'pending',
      origin: 'local',
      addedAtMs: 12.5,
    });
    assert.equal(pool.get(makeTransaction().hash), undefined);
    assert.deepEqual(pool.contentFrom(C), { pending: [], queued: [] });
  });

  it('forgets senders that have nothing left', () => {
    admitAll([...row(A, 0, 3), ...row(B, 4, 1)]);
    state.nonces.set(A, 3n);
    pool.onHead([A], nowMs);
    pool.expire(4 * HOUR_MS);
    assert.deepEqual(pool.counts, new Mempool(state).counts);
    assert.equal(pool.content().size, 0);
  });

  it('the experiment preset has room for few senders far ahead, in any order', () => {
    open(MEMPOOL_PRESETS.experiment);
    state.balances.set(A, ETHER * ETHER);
    state.balances.set(B, ETHER * ETHER);
    for (const tx of row(A, 0, 10_000)) offer(tx);
    for (const tx of row(B, 0, 4_097).reverse()) offer(tx);
    assert.equal(pool.counts.pending, 14_097);
  });

  function recentlyEvicted(seconds: number): string {
    return `transaction underpriced: recently evicted from a full pool, try again in ${seconds} s`;
  }
});
