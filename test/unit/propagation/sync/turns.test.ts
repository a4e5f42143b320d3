import assert from 'node:assert/strict';
import { realClock } from '../../../../src/environment.ts';
import { finish, inTurn, inTurns } from '../../../../src/propagation/sync/turns.ts';
import { Turn } from '../../../../src/propagation/turn.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

describe('work in turns', () => {
  it('is done in one go where it takes no time', async () => {
    const clock = new ManualClock();
    function* work(): Generator<void, number> {
      for (let n = 0; n < 1000; n++) yield;
      return 7;
    }
    assert.equal(await inTurns(new Turn(clock), work()), 7);
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
    const seen = await inTurns(new Turn(realClock), work());
    clearInterval(look);
    assert.ok(seen >= 8, `${seen} turns in 60 ms of work`);
  });

  it('counts what was done in the same turn before, however it was cut', async () => {
    let nowMs = 0;
    let turns = 0;
    // Others have their turn whenever something is to happen later.
    const clock = {
      nowMs: () => nowMs,
      after: (_delayMs: number, callback: () => void) => {
        turns++;
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const turn = new Turn(clock);
    function* work(): Generator<void, void> {
      nowMs += 1.5;
      yield;
      nowMs += 1.5;
    }
    await inTurns(turn, work());
    await inTurn(turn, () => (nowMs += 1.5));
    assert.equal(turns, 0);
    await inTurns(turn, work());
    assert.equal(turns, 1);
    await inTurn(turn, () => (nowMs += 1.5));
    await inTurn(turn, () => Promise.resolve());
    assert.equal(turns, 2);
  });
});
