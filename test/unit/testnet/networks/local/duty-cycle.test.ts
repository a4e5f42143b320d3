import assert from 'node:assert/strict';
import { DutyCycle } from '../../../../../testnet/networks/local/duty-cycle.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

/** How long it ran, and whether it does. */
class Stopwatch {
  readonly #clock: ManualClock;
  #sinceMs: number | undefined;
  #ranMs = 0;
  stops = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
  }

  get runs(): boolean {
    return this.#sinceMs !== undefined;
  }

  get ranMs(): number {
    return this.#ranMs + (this.#sinceMs === undefined ? 0 : this.#clock.nowMs() - this.#sinceMs);
  }

  freeze(): void {
    this.#ranMs = this.ranMs;
    this.#sinceMs = undefined;
    this.stops++;
  }

  thaw(): void {
    this.#sinceMs ??= this.#clock.nowMs();
  }
}

describe('DutyCycle', () => {
  for (const [factor, periodMs] of [
    [1.25, 20],
    [2, 20],
    [10, 20],
    [100, 200],
  ] as const) {
    it(`lets it run 1/${factor} of the time, in turns of ${periodMs} ms`, () => {
      const clock = new ManualClock();
      const process = new Stopwatch(clock);
      const cycle = new DutyCycle(clock, process, factor);
      clock.advance(50 * periodMs - 0.001);
      assert.ok(Math.abs(process.ranMs - (50 * periodMs) / factor) < 0.1, `${process.ranMs} ms`);
      assert.equal(process.stops, 50);
      cycle.end();
      assert.ok(process.runs);
      clock.advance(1000);
      assert.equal(process.stops, 50);
    });
  }

  it('keeps its share when the timers are late, and makes up for no more than a period', () => {
    const clock = new ManualClock();
    const late = {
      nowMs: () => clock.nowMs(),
      after: (ms: number, f: () => void) => clock.after(ms + 0.9, f),
    };
    const process = new Stopwatch(clock);
    const cycle = new DutyCycle(late, process, 4);
    clock.advance(2000);
    assert.ok(Math.abs(process.ranMs - 500) < 10, `${process.ranMs} ms`);
    cycle.end();
  });

  it('refuses what is not slower', () => {
    const clock = new ManualClock();
    for (const factor of [1, 0.5, 0, -1, NaN, Infinity]) {
      assert.throws(() => new DutyCycle(clock, new Stopwatch(clock), factor), /factor above 1/);
    }
  });
});
