import assert from 'node:assert/strict';
import { defaultSyncOptions } from '../../../../src/propagation/sync/options.ts';
import { PeerBook } from '../../../../src/propagation/sync/peer-book.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('PeerBook', () => {
  const start = () => {
    const clock = new ManualClock();
    const book = new PeerBook(clock, { ...defaultSyncOptions, intervalMs: 1000 });
    book.of('peer');
    return { clock, book };
  };

  it('lets a peer with which much was compared in vain rest, twice as long each time, until it is of use', () => {
    const { clock, book } = start();
    const restsMs = (): number => {
      let ms = 0;
      for (; book.isResting('peer'); ms += 500) clock.advance(500);
      return ms;
    };
    const rests = Array.from({ length: 8 }, () => {
      book.rest('peer');
      return restsMs();
    });
    assert.deepEqual(rests, [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000]);
    book.rest('peer');
    book.useful('peer');
    assert.equal(book.isResting('peer'), false);
    book.rest('peer');
    assert.equal(restsMs(), 1000);
  });

  it('forgets what it knew of a peer that left, but not that it broke the rules', () => {
    const { clock, book } = start();
    book.rest('peer');
    book.shun('peer');
    book.forget('peer');
    assert.equal(book.isResting('peer'), false);
    // Nor does what a session that outlives the connection comes to bring it back.
    book.rest('peer');
    assert.equal(book.isResting('peer'), false);
    assert.ok(book.isShunned('peer'));
    clock.advance(600_000);
    assert.equal(book.isShunned('peer'), false);
  });

  it('remembers the latest thousand of those', () => {
    const { book } = start();
    for (let n = 0; n < 1100; n++) book.shun(`peer ${n}`);
    const shunned = Array.from({ length: 1100 }, (_, n) => book.isShunned(`peer ${n}`));
    assert.equal(shunned.filter(Boolean).length, 1024);
    assert.ok(shunned[1099]);
  });
});
