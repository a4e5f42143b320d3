import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Mempool, type PoolChange } from '../../../../src/mempool/mempool.ts';
import { SettledSet } from '../../../../src/propagation/sync/settled-set.ts';
import { FakeState } from '../../../helpers/fake-state.ts';
import { GWEI, makeTransaction, senderAddress } from '../../../helpers/make-transaction.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { seeded } from '../../../helpers/seed.ts';

const GRACE_MS = 3000;

function start(graceMs = GRACE_MS) {
  const clock = new ManualClock();
  const pool = new Mempool(new FakeState(), { maxPendingTransactions: 6, maxPendingSlots: 6 });
  return { clock, pool, settled: new SettledSet(pool, clock, graceMs) };
}

const count = (settled: SettledSet): number => settled.summary().count;
const digest = (settled: SettledSet): string => Buffer.from(settled.summary().digest).toString('hex');
const low = (sum: bigint): string => BigInt.asUintN(128, sum).toString(16).padStart(32, '0');

describe('SettledSet', () => {
  it('leaves out what became pending within the grace, and takes it in when that is over', () => {
    const { clock, pool, settled } = start();
    const one = makeTransaction();
    pool.add(one, 'remote', clock.nowMs());
    assert.deepEqual([count(settled), settled.among([one.hash]), settled.hashes()], [0, [], []]);
    assert.equal(digest(settled), low(0n));
    clock.advance(GRACE_MS - 1);
    assert.equal(count(settled), 0);
    clock.advance(1);
    assert.deepEqual(
      [count(settled), settled.among([one.hash]), settled.hashes()],
      [1, [one.hash], [one.hash]],
    );
    assert.equal(digest(settled), low(BigInt(one.hash)));
  });

  it('has at once what gossip is not to bring, and what was in the pool before', () => {
    const clock = new ManualClock();
    const pool = new Mempool(new FakeState());
    const [early, late] = [makeTransaction(), makeTransaction({ nonce: 1 })];
    pool.add(early, 'remote', clock.nowMs());
    const settled = new SettledSet(pool, clock, GRACE_MS);
    pool.add(late, 'remote', clock.nowMs());
    assert.deepEqual(settled.hashes(), [early.hash]);
    settled.settle([late.hash]);
    assert.deepEqual(settled.hashes(), [early.hash, late.hash]);
  });

  it('looks at what became pending once, however often something is settled', () => {
    const clock = new ManualClock();
    let promote: (change: PoolChange) => void = () => assert.fail('nobody listens');
    const pool = {
      get: () => undefined,
      pendingDigest: 0n,
      counts: { pending: 0 },
      subscribe: (listener: typeof promote) => {
        promote = listener;
        return () => undefined;
      },
    } as unknown as Mempool;
    const settled = new SettledSet(pool, clock, GRACE_MS);
    let looks = 0;
    const { hash } = makeTransaction();
    const watched = Object.defineProperty(makeTransaction(), 'hash', {
      get: () => {
        looks++;
        return hash;
      },
    });
    promote({ promoted: [watched], demoted: [], departed: [] });
    for (let page = 0; page < 10; page++) settled.settle([makeTransaction({ nonce: page + 1 }).hash]);
    clock.advance(GRACE_MS);
    for (let page = 0; page < 10; page++) settled.settle([makeTransaction({ nonce: page + 1 }).hash]);
    assert.equal(looks, 1);
  });

  it('begins anew for what became pending again', () => {
    const { clock, pool, settled } = start();
    const [first, second] = [makeTransaction(), makeTransaction({ nonce: 1 })];
    pool.add(first, 'remote', clock.nowMs());
    pool.add(second, 'remote', clock.nowMs());
    clock.advance(GRACE_MS);
    assert.equal(count(settled), 2);
    pool.remove(first.hash, 'expired');
    assert.deepEqual([count(settled), settled.among([second.hash])], [0, []]);
    pool.add(first, 'remote', clock.nowMs());
    assert.equal(count(settled), 0);
    clock.advance(GRACE_MS);
    assert.equal(count(settled), 2);
  });

  it('without a grace is all that is pending', () => {
    const { clock, pool, settled } = start(0);
    pool.add(makeTransaction(), 'remote', clock.nowMs());
    pool.add(makeTransaction({ nonce: 2 }), 'remote', clock.nowMs());
    assert.equal(count(settled), 1);
  });

  it('knows its digest, whatever the pool goes through', () => {
    const action = fc.record({
      sender: fc.nat(3),
      nonce: fc.nat(3),
      tip: fc.integer({ min: 1, max: 40 }),
      leaves: fc.boolean(),
      settles: fc.boolean(),
      waitMs: fc.nat(2000),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { clock, pool, settled } = start();
        const since = new Map<string, number>();
        pool.subscribe(({ promoted }) => {
          for (const { hash } of promoted) since.set(hash, clock.nowMs());
        });
        for (const { sender, nonce, tip, leaves, settles, waitMs } of actions) {
          clock.advance(waitMs);
          const there = pool.contentFrom(senderAddress(sender));
          const [victim] = [...there.pending, ...there.queued];
          if (leaves && victim !== undefined) pool.remove(victim.hash, 'expired');
          else {
            const tipCap = BigInt(tip) * GWEI;
            pool.add(
              makeTransaction({ sender: senderAddress(sender), nonce, tipCap }),
              'remote',
              clock.nowMs(),
            );
          }
          pool.checkInvariants();
          if (settles && there.pending.length > 0) {
            const settledEarly = there.pending.map(({ hash }) => hash);
            settled.settle(settledEarly);
            for (const hash of settledEarly) since.set(hash, -Infinity);
          }
          const expected = [...pool.pendingTransactions()]
            .map(({ hash }) => hash)
            .filter((hash) => since.get(hash)! <= clock.nowMs() - GRACE_MS);
          assert.deepEqual(settled.hashes(), expected);
          assert.equal(count(settled), expected.length);
          assert.equal(digest(settled), low(expected.reduce((sum, hash) => sum + BigInt(hash), 0n)));
        }
      }),
      { numRuns: 200, ...seeded() },
    );
  });
});
