import fc from 'fast-check';
import assert from 'node:assert/strict';
import { Mempool } from '../../../src/mempool/mempool.ts';
import { poolDigest } from '../../../src/rpc/pool-digest.ts';
import { FakeState } from '../../helpers/fake-state.ts';
import { makeTransaction, senderAddress } from '../../helpers/make-transaction.ts';
import { seeded } from '../../helpers/seed.ts';

const transactions = Array.from({ length: 12 }, (_, n) => ({
  ...makeTransaction({ sender: senderAddress(n) }),
  // Large, so that sums pass 2^256.
  hash: `0x${'f'.repeat(62)}${n.toString(16).padStart(2, '0')}` as const,
}));

function poolOf(chosen: readonly number[]): Mempool {
  const pool = new Mempool(new FakeState());
  for (const n of chosen) assert.equal(pool.add(transactions[n]!, 'remote', 0).status, 'pending');
  return pool;
}

describe('poolDigest', () => {
  it('is the sum of the hashes modulo 2^256', () => {
    assert.equal(poolDigest(poolOf([])), `0x${'0'.repeat(64)}`);
    assert.equal(poolDigest(poolOf([3])), transactions[3]!.hash);
    // (2^256 - 256 + 1) + (2^256 - 256 + 2) = 2^257 - 509.
    assert.equal(poolDigest(poolOf([1, 2])), `0x${((1n << 256n) - 509n).toString(16)}`);
  });

  it('is of the set: equal for another order, different for another set', () => {
    const set = fc.uniqueArray(fc.nat(transactions.length - 1));
    fc.assert(
      fc.property(set, set, (a, b) => {
        const isSame = a.length === b.length && a.every((n) => b.includes(n));
        assert.equal(poolDigest(poolOf(a)), poolDigest(poolOf([...a].reverse())));
        if (!isSame && sum(a) !== sum(b)) assert.notEqual(poolDigest(poolOf(a)), poolDigest(poolOf(b)));
      }),
      seeded(),
    );
  });

  it('leaves the queued out', () => {
    const pool = poolOf([1]);
    pool.add(makeTransaction({ sender: senderAddress(99), nonce: 4 }), 'remote', 0);
    assert.equal(pool.counts.queued, 1);
    assert.equal(poolDigest(pool), transactions[1]!.hash);
  });
});

/** These hashes follow one another, so that sets of one size can have one sum. */
function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, numbers.length * 1000);
}
