import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DelayLine } from '../../../../../testnet/networks/local/delay-line.ts';
import type { Clock } from '../../../../../src/environment.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { seeded } from '../../../../helpers/seed.ts';

/** A timer counts whole milliseconds: what a delivery may be early or late on a clock without load. */
const EARLIEST_MS = -0.65;
const LATEST_MS = 0.35;
const ROUNDING_MS = 1e-6;

/** A line on which everything is due `delayMs` after it is handed over. */
class TestLine extends DelayLine<{ bytes: number; deliver: () => void }> {
  delayMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock, delayMs: number) {
    super(clock, ({ deliver }) => deliver());
    this.#clock = clock;
    this.delayMs = delayMs;
  }

  put(bytes: number, deliver: () => void): void {
    this.send({ bytes, deliver }, this.#clock.nowMs() + this.delayMs);
  }

  end(deliver: () => void): void {
    this.reset({ bytes: 0, deliver }, this.#clock.nowMs() + this.delayMs);
  }
}

describe('DelayLine', () => {
  let clock: ManualClock;
  let delivered: string[];
  beforeEach(() => {
    clock = new ManualClock();
    delivered = [];
  });
  const note = (name: string) => () => void delivered.push(name);

  it('delivers everything once, in order, at max(t + delay, the one before) to the resolution of a timer', () => {
    const parcels = fc.array(
      fc.record({
        afterMs: fc.double({ min: 0, max: 30, noNaN: true }),
        delayMs: fc.double({ min: 0, max: 100, noNaN: true }),
        bytes: fc.nat(5000),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(parcels, (sent) => {
        const clock = new ManualClock();
        const line = new TestLine(clock, 0);
        const arrivals: { index: number; atMs: number }[] = [];
        const dueMs: number[] = [];
        for (const [index, parcel] of sent.entries()) {
          clock.advance(parcel.afterMs);
          line.delayMs = parcel.delayMs;
          dueMs.push(Math.max(clock.nowMs() + parcel.delayMs, dueMs.at(-1) ?? 0));
          line.put(parcel.bytes, () => arrivals.push({ index, atMs: clock.nowMs() }));
          assert.equal(
            line.bytes,
            sent.slice(arrivals.length, index + 1).reduce((sum, { bytes }) => sum + bytes, 0),
          );
        }
        clock.advance(200);
        assert.equal(line.bytes, 0);
        assert.deepEqual(
          arrivals.map(({ index }) => index),
          [...sent.keys()],
        );
        for (const { index, atMs } of arrivals) {
          const errorMs = atMs - dueMs[index]!;
          assert.ok(
            errorMs >= EARLIEST_MS - ROUNDING_MS && errorMs <= LATEST_MS + ROUNDING_MS,
            `parcel ${index} was ${errorMs} ms off`,
          );
        }
      }),
      seeded(),
    );
  });

  it('delivers nothing while it is held, and what came due meanwhile at once on release', () => {
    const line = new TestLine(clock, 10);
    line.put(1, note('first'));
    line.hold();
    line.put(2, note('second'));
    clock.advance(50);
    line.put(4, note('later'));
    assert.deepEqual(delivered, []);
    assert.equal(line.bytes, 7);
    line.release();
    assert.deepEqual(delivered, ['first', 'second']);
    clock.advance(10);
    assert.deepEqual(delivered, ['first', 'second', 'later']);
  });

  it('stops within a burst when a delivery holds it', () => {
    const line = new TestLine(clock, 10);
    line.put(1, () => {
      delivered.push('first');
      line.hold();
    });
    line.put(1, note('second'));
    clock.advance(20);
    assert.deepEqual(delivered, ['first']);
    line.release();
    assert.deepEqual(delivered, ['first', 'second']);
  });

  it('takes what a delivery sends on', () => {
    const line = new TestLine(clock, 10);
    line.put(1, () => {
      delivered.push('first');
      line.put(1, note('second'));
    });
    clock.advance(11);
    assert.deepEqual(delivered, ['first']);
    clock.advance(10);
    assert.deepEqual(delivered, ['first', 'second']);
  });

  it('resets behind the data under way, and takes nothing more', () => {
    const line = new TestLine(clock, 10);
    line.put(1, note('data'));
    clock.advance(5);
    line.end(note('reset'));
    line.put(1, note('too late'));
    line.end(note('twice'));
    clock.advance(6);
    assert.deepEqual(delivered, ['data']);
    clock.advance(60);
    assert.deepEqual(delivered, ['data', 'reset']);
    assert.equal(line.bytes, 0);
  });

  it('resets when it is due though the line is held, and what is held is lost', () => {
    const line = new TestLine(clock, 10);
    line.hold();
    line.put(1, note('held up'));
    line.end(note('reset'));
    clock.advance(9);
    assert.deepEqual(delivered, []);
    clock.advance(2);
    assert.deepEqual(delivered, ['reset']);
    line.release();
    clock.advance(60);
    assert.deepEqual(delivered, ['reset']);
  });

  it('hands back what it holds, in order, and goes on', () => {
    const line = new TestLine(clock, 10);
    line.put(1, note('first'));
    line.put(2, note('second'));
    assert.deepEqual(
      line.take().map(({ bytes }) => bytes),
      [1, 2],
    );
    assert.equal(line.bytes, 0);
    clock.advance(5);
    line.put(1, note('third'));
    clock.advance(20);
    assert.deepEqual(delivered, ['third']);
  });

  it('delivers at once what is due at once, unless something is before it', () => {
    const line = new TestLine(clock, 0);
    line.put(1, note('first'));
    assert.deepEqual(delivered, ['first']);
    line.delayMs = 10;
    line.put(1, note('second'));
    line.delayMs = 0;
    line.put(1, note('third'));
    assert.deepEqual(delivered, ['first']);
    clock.advance(10);
    assert.deepEqual(delivered, ['first', 'second', 'third']);
  });

  it('throws everything away on close', () => {
    const line = new TestLine(clock, 10);
    line.put(1, note('data'));
    line.end(note('reset'));
    line.close();
    line.put(1, note('more'));
    clock.advance(60);
    assert.deepEqual(delivered, []);
    assert.equal(line.bytes, 0);
  });
});
