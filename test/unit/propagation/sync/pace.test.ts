import assert from 'node:assert/strict';
import { Pace } from '../../../../src/propagation/sync/pace.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('Pace', () => {
  it('lets a burst through at once, then so many bytes a second, and a burst again after a pause', async () => {
    const clock = new ManualClock();
    const startMs = clock.nowMs();
    const pace = new Pace(clock, 1000, 500);
    const passed: number[] = [];
    const pass = async (bytes: number): Promise<void> => {
      await pace.pass(bytes);
      passed.push(clock.nowMs() - startMs);
    };
    const all = [pass(300), pass(200), pass(400), pass(100)];
    for (let ms = 0; ms < 1000; ms += 100) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    await Promise.all(all);
    assert.deepEqual(passed, [0, 0, 400, 500]);
    clock.advance(10_000);
    await pass(500);
    assert.equal(passed.at(-1), 11_000);
  });
});
