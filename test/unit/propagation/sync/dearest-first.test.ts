import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Mempool } from '../../../../src/mempool/mempool.ts';
import { effectiveTip } from '../../../../src/mempool/price.ts';
import { dearestFirst } from '../../../../src/propagation/sync/dearest-first.ts';
import { finish } from '../../../../src/propagation/sync/turns.ts';
import type { Transaction } from '../../../../src/transaction/transaction.ts';
import { FakeState } from '../../../helpers/fake-state.ts';
import { GWEI, makeTransaction, senderAddress } from '../../../helpers/make-transaction.ts';
import { seeded } from '../../../helpers/seed.ts';

function poolOf(...all: Transaction[]): Mempool {
  const pool = new Mempool(new FakeState());
  for (const transaction of all) assert.notEqual(pool.add(transaction, 'remote', 0).status, 'refused');
  return pool;
}

const tx = (sender: number, nonce: number, gwei: number): Transaction =>
  makeTransaction({ sender: senderAddress(sender), nonce, tipCap: BigInt(gwei) * GWEI });

describe('dearestFirst', () => {
  it('orders by tip across senders, by nonce within one', () => {
    const [cheapFirst, dear, middle, other] = [tx(0, 0, 2), tx(0, 1, 50), tx(1, 0, 5), tx(2, 0, 1)];
    const pool = poolOf(cheapFirst, dear, middle, other);
    const hashes = [other, dear, middle, cheapFirst].map(({ hash }) => hash);
    // What stands behind a tip of 2 is worth no more than that.
    assert.deepEqual(
      finish(dearestFirst(hashes, pool, 0n)),
      [middle, cheapFirst, dear, other].map(({ hash }) => hash),
    );
  });

  it('counts what is paid over the base fee', () => {
    const capped = makeTransaction({ sender: senderAddress(0), tipCap: 50n * GWEI, feeCap: 50n * GWEI });
    const plain = makeTransaction({ sender: senderAddress(1), tipCap: 20n * GWEI, feeCap: 100n * GWEI });
    const pool = poolOf(capped, plain);
    const hashes = [plain.hash, capped.hash];
    assert.deepEqual(finish(dearestFirst(hashes, pool, 0n)), [capped.hash, plain.hash]);
    assert.deepEqual(finish(dearestFirst(hashes, pool, 40n * GWEI)), [plain.hash, capped.hash]);
  });

  it('leaves out what left or is queued', () => {
    const [pending, gap] = [tx(0, 0, 1), tx(1, 3, 9)];
    const pool = poolOf(pending, gap);
    assert.deepEqual(finish(dearestFirst([gap.hash, `0x${'9'.repeat(64)}`, pending.hash], pool, 0n)), [
      pending.hash,
    ]);
  });

  it('never puts a nonce before a lower one, nor a sender that pays less all along before one that pays more', () => {
    const senders = fc.array(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(senders, (tips) => {
        const all = tips.flatMap((each, sender) => each.map((gwei, nonce) => tx(sender, nonce, gwei)));
        const pool = poolOf(...all);
        const ordered = finish(
          dearestFirst(
            all.map(({ hash }) => hash),
            pool,
            0n,
          ),
        );
        assert.equal(new Set(ordered).size, all.length);
        const place = new Map(ordered.map((hash, index) => [hash, index]));
        const worth = (one: Transaction): bigint =>
          all
            .filter(({ sender, nonce }) => sender === one.sender && nonce <= one.nonce)
            .map((each) => effectiveTip(each, 0n))
            .reduce((least, tip) => (tip < least ? tip : least));
        for (const one of all) {
          for (const other of all) {
            const before = one.sender === other.sender ? one.nonce < other.nonce : worth(one) > worth(other);
            if (before) assert.ok(place.get(one.hash)! < place.get(other.hash)!);
          }
        }
      }),
      { numRuns: 60, ...seeded() },
    );
  });
});
