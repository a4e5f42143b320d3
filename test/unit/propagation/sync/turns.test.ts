import assert from 'node:assert/strict';
import { realClock } from '../../../../src/environment.ts';
import { finish, inTurns } from '../../../../src/propagation/sync/turns.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('work in turns', () => {
  it('is done in one go where it takes no time', async () => {
    const clock = new ManualClock();
    function* work(): Generator<void, number> {
      for (let n = 0; n < 1000; n++) yield;
      return 7;
    }
    assert.equal(await inTurns(clock, work()), 7);
    assert.equal(finish(work()), 7);
  });

  it('lets others have their turn every few milliseconds', async () => {
    let turns = 0;
    const look = setInterval(() => turns++, 1);
    function* work(): Generator<void, number> {
      for (let n = 0; n < 60; n++) {
        const endMs = realClock.nowMs() + 1;
        while (realClock.nowMs() < endMs);
        yield;
      }
      return turns;
    }
    const seen = await inTurns(realClock, work());
    clearInterval(look);
    assert.ok(seen >= 8, `${seen} turns in 60 ms of work`);
  });
});
