import assert from 'node:assert/strict';
import type { Hex } from '../../../src/bytes.ts';
import { GapHold, type HeldMessage } from '../../../src/propagation/gap-hold.ts';

const held = (idKey: string, expiresAtMs: number, ...hashes: Hex[]): HeldMessage => {
  return { idKey, source: 'peer', hashes, expiresAtMs };
};

describe('GapHold', () => {
  it('gives back the message that holds a hash, once, by any of its hashes', () => {
    const hold = new GapHold(10);
    const message = held('m', 100, '0xaa', '0xbb');
    hold.hold(message);
    assert.equal(hold.release('0xbb'), message);
    assert.equal(hold.release('0xaa'), undefined);
    assert.equal(hold.size, 0);
  });

  it('lets go of those whose time is over, in whatever order they came, and keeps the rest', () => {
    const hold = new GapHold(10);
    const [first, second, third] = [held('1', 100, '0x01'), held('2', 200, '0x02'), held('3', 300, '0x03')];
    for (const message of [third, first, second]) hold.hold(message);
    assert.deepEqual(hold.expire(200), [first, second]);
    assert.equal(hold.release('0x01'), undefined);
    assert.equal(hold.release('0x03'), third);
  });

  it('holds no more than its bound', () => {
    const hold = new GapHold(1);
    assert.equal(hold.hold(held('1', 100, '0x01')), true);
    assert.equal(hold.hold(held('2', 100, '0x02')), false);
    assert.equal(hold.release('0x02'), undefined);
    hold.release('0x01');
    assert.equal(hold.hold(held('2', 100, '0x02')), true);
  });
});
