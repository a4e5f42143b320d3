import assert from 'node:assert/strict';
import { AccountCache } from '../../../../src/state/upstream/account-cache.ts';
import { senderAddress } from '../../../helpers/make-transaction.ts';

const account = (nonce: number) => ({ nonce: BigInt(nonce), balance: 1n });
const a = senderAddress(0);
const b = senderAddress(1);
const c = senderAddress(2);
const d = senderAddress(3);
const e = senderAddress(4);

describe('account cache', () => {
  it('forgets the longest unused of those nobody holds, and only those', () => {
    const cache = new AccountCache(2);
    cache.moveOn([a], new Map([[a, account(1)]]));
    cache.put(b, account(2));
    cache.put(c, account(3));
    cache.get(b);
    cache.put(d, account(4));
    assert.deepEqual(
      [a, b, c, d].map((address) => cache.has(address)),
      [true, true, false, true],
    );
    assert.equal(cache.size, 3);
  });

  it('at another head keeps what is held and was not asked for again, and forgets the rest', () => {
    const cache = new AccountCache(10);
    cache.moveOn(
      [a, b],
      new Map([
        [a, account(1)],
        [b, account(2)],
      ]),
    );
    cache.put(c, account(3));
    cache.put(d, account(4));
    // c entered the pool since, b left it, e only paid somebody back.
    cache.moveOn(
      [a, c],
      new Map([
        [a, account(11)],
        [e, account(5)],
      ]),
    );
    assert.deepEqual(
      [a, b, c, d, e].map((address) => cache.get(address)?.nonce),
      [11n, undefined, 3n, undefined, 5n],
    );
    // The longest unasked first.
    assert.deepEqual([...cache.held()], [c, a]);
  });

  it('still says what was known at the head before, but not as known, and not for longer', () => {
    const cache = new AccountCache(10);
    cache.moveOn([a], new Map([[a, account(1)]]));
    cache.put(b, account(2));
    cache.moveOn([], new Map());
    for (const address of [a, b]) assert.equal(cache.has(address), false);
    assert.deepEqual([cache.lastKnown(a)?.nonce, cache.lastKnown(b)?.nonce], [1n, 2n]);
    cache.put(b, account(3));
    assert.equal(cache.lastKnown(b)?.nonce, 3n);
    cache.moveOn([], new Map());
    assert.deepEqual([cache.lastKnown(a), cache.lastKnown(b)?.nonce], [undefined, 3n]);
  });

  it('renews a held one in its place', () => {
    const cache = new AccountCache(10);
    cache.moveOn([a], new Map([[a, account(1)]]));
    cache.put(a, account(2));
    assert.equal(cache.get(a)?.nonce, 2n);
    assert.equal(cache.size, 1);
  });
});
