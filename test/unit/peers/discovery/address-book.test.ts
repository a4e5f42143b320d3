import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AddressBook } from '../../../../src/peers/discovery/address-book.ts';
import { defaultDiscoveryOptions } from '../../../../src/peers/discovery/options.ts';
import { streamOf } from '../../../../testnet/random.ts';
import { seeded } from '../../../helpers/seed.ts';

const options = {
  ...defaultDiscoveryOptions,
  maxKnown: 20,
  maxFromSource: 5,
  backoffMs: 100,
  maxBackoffMs: 1_000,
};
const at = (index: number): string => `/ip4/8.8.${index}.1/tcp/4001`;
const anybody = (): boolean => true;

function bookOf(forgotten: string[] = []): AddressBook {
  return new AddressBook(options, streamOf(1, 'book'), (peer) => forgotten.push(peer));
}
const peersOf = (book: AddressBook): string[] => [...book.entries()].map(({ peer }) => peer);

describe('AddressBook', () => {
  it('takes hearsay of one source up to its share, until dials have proved some of it', () => {
    const book = bookOf();
    for (let k = 0; k < 10; k++) book.learn(`p${k}`, [at(k)], 'liar', 0);
    assert.equal(book.size, 5);
    assert.equal(book.learn('other', [at(99)], 'honest', 0), true);
    book.proved('p0', at(0), 1);
    assert.equal(book.learn('p9', [at(9)], 'liar', 1), true);
    assert.equal(book.learn('p8', [at(8)], 'liar', 1), false);
    book.forgetFrom('liar');
    assert.deepEqual(peersOf(book).sort(), ['other', 'p0']);
    assert.equal(book.learn('p1', [at(1)], 'liar', 2), true);
  });

  it('does not let hearsay change what is tested', () => {
    const book = bookOf();
    book.learn('a', [at(1)], 's', 0);
    assert.equal(book.learn('a', [at(2)], 't', 0), true, 'untested, it may be anywhere it is said to be');
    book.proved('a', at(2), 1);
    assert.deepEqual(book.get('a')!.addresses, [at(2), at(1)]);
    assert.equal(book.learn('a', [at(3)], 't', 2), false);
    assert.deepEqual(book.get('a')!.addresses, [at(2), at(1)]);
  });

  it('tries a lost one where it is said to be too, after where it was', () => {
    const book = bookOf();
    book.proved('a', at(1), 0);
    book.disconnected('a', 60_000, 1);
    assert.equal(book.learn('a', [at(1)], 't', 2), false);
    for (const place of [2, 3, 4, 5, 6]) assert.equal(book.learn('a', [at(place)], 't', 2), true);
    assert.deepEqual(book.get('a')!.addresses, [at(1), at(6), at(5), at(4)]);
    book.proved('a', at(5), 3);
    assert.equal(book.get('a')!.addresses[0], at(5));
    assert.equal(book.learn('a', [at(7)], 't', 4), false);
  });

  it('forgets an untested one with its third failure, and keeps a tested one as lost, waiting ever longer', () => {
    const forgotten: string[] = [];
    const book = bookOf(forgotten);
    book.learn('rumour', [at(1)], 's', 0);
    book.proved('friend', at(2), 0);
    assert.deepEqual(
      [1, 2, 3].map(() => book.failed('rumour', 0)),
      [true, true, false],
    );
    assert.deepEqual(forgotten, ['rumour']);
    const waits: number[] = [];
    for (let k = 0; k < 8; k++) {
      book.failed('friend', 0);
      waits.push(book.get('friend')!.retryAtMs);
    }
    waits.forEach((wait, k) => {
      const mean = Math.min(100 * 2 ** k, 1_000);
      assert.ok(wait >= 0.75 * mean && wait <= 1.25 * mean, `wait ${k}: ${wait}`);
    });
    assert.equal(book.get('friend')!.lost, true);
    assert.deepEqual(book.candidates(1e9, anybody), []);
    assert.deepEqual(book.lost(0, anybody), []);
    assert.deepEqual(
      book.lost(1e9, anybody).map(({ peer }) => peer),
      ['friend'],
    );
    book.returned('friend');
    assert.equal(book.lost(0, anybody).length, 1);
    book.connected('friend', 0, 5);
    assert.deepEqual([book.get('friend')!.lost, book.lost(1e9, anybody)], [false, []]);
  });

  it('takes a connection that did not last for a failure, one that did for a loss', () => {
    const book = bookOf();
    book.proved('a', at(1), 0);
    for (let k = 0; k < 4; k++) {
      book.connected('a', 5_000, 0);
      book.disconnected('a', 5_000, 0);
    }
    assert.ok(
      book.get('a')!.retryAtMs >= 600,
      'whoever takes us and lets us go is left alone for longer each time',
    );
    book.connected('a', 60_000, 0);
    book.disconnected('a', 60_000, 0);
    assert.ok(book.get('a')!.retryAtMs <= 125);
    assert.equal(book.get('a')!.lost, true);
  });

  it('makes room: the untested that failed most and is heard of longest ago first, tested ones only for tested ones', () => {
    const forgotten: string[] = [];
    const book = bookOf(forgotten);
    for (let k = 0; k < 18; k++) book.proved(`t${k}`, at(k), k);
    book.learn('old', [at(50)], 's', 5);
    book.learn('failing', [at(51)], 's', 9);
    book.failed('failing', 9);
    assert.equal(book.learn('new1', [at(52)], 's', 10), true);
    assert.equal(book.learn('new2', [at(53)], 's', 10), true);
    assert.deepEqual(forgotten, ['failing', 'old']);
    book.proved('new1', at(52), 11);
    book.proved('new2', at(53), 11);
    assert.equal(book.learn('hearsay', [at(54)], 's', 12), false, 'all are tested');
    book.proved('best', at(55), 13);
    assert.deepEqual(forgotten.slice(2), ['t0']);
    assert.equal(book.size, 20);
  });

  it('offers tested and untested in turn', () => {
    const book = bookOf();
    for (let k = 0; k < 8; k++) book.proved(`t${k}`, at(k), 0);
    for (let k = 0; k < 4; k++) book.learn(`u${k}`, [at(50 + k)], 's', 0);
    const kinds = book.candidates(0, anybody).map(({ tested }) => tested);
    assert.deepEqual(kinds, [true, false, true, false, true, false, true, false, true, true, true, true]);
    assert.ok(book.candidates(0, ({ peer }) => peer !== 't3').every(({ peer }) => peer !== 't3'));
  });

  it('speaks for whom it was connected to lately', () => {
    const book = bookOf();
    for (const [peer, nowMs] of [
      ['late', 100],
      ['early', 10],
      ['lost', 100],
    ] as const) {
      book.proved(peer, at(nowMs), nowMs);
      book.connected(peer, 60_000, nowMs);
    }
    book.proved('never', at(1), 100);
    book.disconnected('lost', 60_000, 100);
    assert.deepEqual(
      book.sample(9, 50, anybody).map(({ peer }) => peer),
      ['late'],
    );
  });

  it('stays within its bounds whatever it is told', () => {
    const step = fc.tuple(fc.nat(5), fc.nat(40), fc.nat(6), fc.nat(3));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const book = bookOf();
        steps.forEach(([what, peer, source, more], nowMs) => {
          const name = `p${peer}`;
          if (what <= 1) book.learn(name, [at(peer), at(peer + more)], `s${source}`, nowMs);
          else if (what === 2) book.proved(name, at(peer + more), nowMs);
          else if (what === 3) book.failed(name, nowMs);
          else if (what === 4) book.disconnected(name, more * 20_000, nowMs);
          else book.forget(name);
          assert.ok(book.size <= options.maxKnown);
          const untested = new Map<string, number>();
          for (const { tested, source: by, addresses } of book.entries()) {
            assert.ok(addresses.length >= 1 && addresses.length <= 4);
            if (!tested) untested.set(by!, (untested.get(by!) ?? 0) + 1);
          }
          for (const count of untested.values()) assert.ok(count <= options.maxFromSource);
        });
      }),
      seeded(),
    );
  });
});
