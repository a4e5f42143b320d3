import assert from 'node:assert/strict';

import fc from 'fast-check';

import { EventHeap, VirtualEvent } from '../../../../../testnet/networks/simulated/event-heap.ts';
import { seeded } from '../../../../helpers/seed.ts';

const nothing = (): void => undefined;

describe('EventHeap', () => {
  it('gives back what was not cancelled, by time and then sequence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ timeMs: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() })),
        (plan) => {
          const heap = new EventHeap();
          const events = plan.map(({ timeMs }, sequence) => new VirtualEvent(timeMs, sequence, 0, nothing));
          for (const event of events) heap.push(event);
          events.forEach((event, index) => plan[index]!.cancelled && heap.cancel(event));
          const expected = events
            .filter((_, index) => !plan[index]!.cancelled)
            .sort((a, b) => a.timeMs - b.timeMs || a.sequence - b.sequence);
          assert.equal(heap.live, expected.length);
          const popped: VirtualEvent[] = [];
          for (let event = heap.pop(); event !== undefined; event = heap.pop()) popped.push(event);
          assert.deepEqual(popped, expected);
        },
      ),
      seeded(),
    );
  });

  it('does not keep cancelled events: timers re-armed for ever take bounded room', () => {
    const heap = new EventHeap();
    heap.push(new VirtualEvent(1e9, 0, 0, nothing));
    let largest = 0;
    for (let sequence = 1; sequence < 100_000; sequence++) {
      const event = new VirtualEvent(1e6 + sequence, sequence, 0, nothing);
      heap.push(event);
      heap.cancel(event);
      largest = Math.max(largest, heap.slots);
    }
    assert.ok(largest < 600, `${largest} slots for one live event`);
    assert.equal(heap.live, 1);
    assert.equal(heap.pop()?.timeMs, 1e9);
  });

  it('keeps the order when it throws dead events out', () => {
    const heap = new EventHeap();
    const events = Array.from({ length: 2000 }, (_, sequence) => {
      const event = new VirtualEvent((sequence * 7919) % 1000, sequence, sequence % 3, nothing);
      heap.push(event);
      return event;
    });
    heap.cancelWhere(({ owner }) => owner !== 1);
    assert.equal(heap.slots, events.filter(({ owner }) => owner === 1).length);
    let before = -1;
    for (let event = heap.pop(); event !== undefined; event = heap.pop()) {
      assert.equal(event.owner, 1);
      assert.ok(event.timeMs >= before);
      before = event.timeMs;
    }
  });
});
