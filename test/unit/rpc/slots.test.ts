import assert from 'node:assert/strict';
import { Slots } from '../../../src/rpc/slots.ts';

describe('rpc slots', () => {
  it('are taken up to the limit, and again when released', () => {
    const slots = new Slots(2);
    assert.deepEqual([slots.tryTake(), slots.tryTake(), slots.tryTake()], [true, true, false]);
    slots.release();
    assert.equal(slots.taken, 1);
    assert.equal(slots.tryTake(), true);
  });

  it('go to who has waited longest; one that does not take it passes it on', () => {
    const slots = new Slots(1);
    slots.tryTake();
    const woken: string[] = [];
    slots.whenFree(() => woken.push('gone'));
    slots.whenFree(() => woken.push(`second ${slots.tryTake()}`));
    slots.whenFree(() => woken.push('third'));
    slots.release();
    assert.deepEqual(woken, ['gone', 'second true']);
    slots.release();
    assert.deepEqual(woken, ['gone', 'second true', 'third']);
    assert.equal(slots.taken, 0);
  });

  it('are not offered to who no longer waits', () => {
    const slots = new Slots(1);
    slots.tryTake();
    const cancel = slots.whenFree(() => assert.fail('no longer waits'));
    cancel();
    slots.release();
  });
});
