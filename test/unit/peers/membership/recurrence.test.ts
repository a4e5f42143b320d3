import assert from 'node:assert/strict';
import { Recurrence, withinFirst } from '../../../../src/peers/membership/recurrence.ts';

describe('Recurrence', () => {
  it('is due from start to stop, and asks for the wait before it works', () => {
    const told: string[] = [];
    const recurrence = new Recurrence({
      firstMs: () => 3,
      againMs: () => told.push('wait'),
      work: (nowMs) => told.push(`work at ${nowMs}`),
    });
    recurrence.tick(1e9);
    assert.equal(recurrence.nextMs(), Infinity);

    recurrence.start(10);
    assert.equal(recurrence.nextMs(), 13);
    recurrence.tick(12.9);
    assert.deepEqual(told, []);
    recurrence.tick(13);
    assert.deepEqual(told, ['wait', 'work at 13']);
    assert.equal(recurrence.nextMs(), 14);
    // Late is once, and counts from then.
    recurrence.tick(50);
    assert.deepEqual(told.slice(2), ['wait', 'work at 50']);
    assert.equal(recurrence.nextMs(), 53);

    recurrence.stop();
    recurrence.tick(1e9);
    assert.equal(told.length, 4);
  });

  it('throws no die for what never comes', () => {
    let dice = 0;
    const random = { next: () => (dice++, 0.25) };
    assert.equal(withinFirst(0, random), Infinity);
    assert.equal(dice, 0);
    assert.equal(withinFirst(100, random), 25);
  });
});
