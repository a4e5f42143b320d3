import assert from 'node:assert/strict';

import { OUTSIDE, VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';

/** Real work that ends when the real event loop gets round to it. */
const reallyAsync = <T>(value: T, turns: number): Promise<T> =>
  new Promise((resolve) => {
    const turn = (left: number): void => {
      if (left === 0) resolve(value);
      else setImmediate(turn, left - 1);
    };
    turn(turns);
  });

describe('VirtualClock', () => {
  it('runs events by time, and those of one instant in the order they were scheduled', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const at = (timeMs: number, name: string): void => {
      clock.schedule(0, timeMs, () => ran.push(`${name}@${clock.nowMs()}`));
    };
    at(20, 'late');
    at(10, 'first');
    at(10, 'second');
    at(0.5, 'early');
    await clock.runUntil(20);
    assert.deepEqual(ran, ['early@0.5', 'first@10', 'second@10', 'late@20']);
    assert.equal(clock.nowMs(), 20);
  });

  it('stops at the time asked for, and leaves the rest', async () => {
    const clock = new VirtualClock();
    let ran = 0;
    clock.after(11, () => (ran += 1));
    await clock.runUntil(10.5);
    assert.deepEqual([ran, clock.nowMs(), clock.statistics.pending], [0, 10.5, 1]);
    await clock.runUntil(11);
    assert.equal(ran, 1);
  });

  it('lets all promises of an event settle before the next event, whatever their depth', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(0, 1, () => {
      void (async () => {
        for (let hop = 0; hop < 500; hop++) await Promise.resolve();
        await new Promise<void>((resolve) => process.nextTick(resolve));
        await new Promise<void>((resolve) => queueMicrotask(resolve));
        ran.push(`deep, owner ${clock.owner}`);
      })();
    });
    clock.schedule(1, 1, () => ran.push('next event of the instant'));
    await clock.runUntil(1);
    assert.deepEqual(ran, ['deep, owner 0', 'next event of the instant']);
  });

  it('says whose code runs, hands it on to timers, and is nobody outside', async () => {
    const clock = new VirtualClock();
    const owners: number[] = [];
    clock.schedule(7, 1, () => clock.after(1, () => owners.push(clock.owner)));
    clock.schedule(8, 1, () => clock.after(1, () => owners.push(clock.owner)));
    clock.after(1, () => owners.push(clock.owner));
    await clock.runUntil(5);
    assert.deepEqual(owners, [OUTSIDE, 7, 8]);
    assert.equal(clock.owner, OUTSIDE);
  });

  it('cancels, also what has run, also twice', async () => {
    const clock = new VirtualClock();
    let ran = 0;
    const cancelled = clock.after(5, () => (ran += 100));
    const kept = clock.after(5, () => (ran += 1));
    cancelled();
    cancelled();
    await clock.runUntil(6);
    kept();
    assert.equal(ran, 1);
    assert.equal(clock.statistics.pending, 0);
  });

  it('forgets all events of a dead owner and of nobody else', async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    for (const owner of [1, 2, 1, 3]) clock.schedule(owner, 10, () => ran.push(owner));
    clock.abandon(1);
    clock.schedule(1, 11, () => ran.push(11));
    await clock.runUntil(20);
    assert.deepEqual(ran, [2, 3, 11]);
  });

  it('does not step over work that is held, and hands results over in the order of the calls', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const work = (owner: number, turns: number): void => {
      clock.schedule(owner, 1, () => {
        void clock.hold(reallyAsync(owner, turns)).then((value) => {
          log.push(`work ${value} as ${clock.owner} at ${clock.nowMs()}`);
        });
      });
    };
    work(1, 50);
    work(2, 1);
    clock.schedule(3, 2, () => log.push(`next at ${clock.nowMs()}`));
    await clock.runUntil(3);
    assert.deepEqual(log, ['work 1 as 1 at 1', 'work 2 as 2 at 1', 'next at 2']);
  });

  it('can charge virtual time for real work, and goes on meanwhile', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.schedule(1, 1, () => {
      void clock.hold(reallyAsync('done', 20), 3).then((value) => log.push(`${value} at ${clock.nowMs()}`));
    });
    clock.schedule(2, 2, () => log.push('meanwhile'));
    await clock.runUntil(10);
    assert.deepEqual(log, ['meanwhile', 'done at 4']);
  });

  it('passes on the failure of held work', async () => {
    const clock = new VirtualClock();
    const failing = reallyAsync(0, 3).then(() => {
      throw new Error('no');
    });
    await assert.rejects(
      clock.perform(1, () => clock.hold(failing)),
      /no/,
    );
  });

  it('performs: runs as the owner until the answer is there, and answers outside', async () => {
    const clock = new VirtualClock();
    const answer = await clock.perform(4, async () => {
      await new Promise<void>((resolve) => clock.after(25, resolve));
      return clock.owner;
    });
    assert.equal(answer, 4);
    assert.equal(clock.nowMs(), 25);
    assert.equal(clock.owner, OUTSIDE);
    await assert.rejects(
      clock.perform(4, () => {
        throw new Error('broken');
      }),
      /broken/,
    );
    await assert.rejects(
      clock.perform(4, () => new Promise(() => undefined)),
      /no pending event/,
    );
  });

  it('performs several at once, and one within a run, without a second driver', async () => {
    const clock = new VirtualClock();
    const wait = (delayMs: number) => () =>
      new Promise<number>((resolve) => clock.after(delayMs, () => resolve(clock.nowMs())));
    const together = [clock.perform(1, wait(30)), clock.perform(2, wait(10))];
    assert.deepEqual(await Promise.all(together), [30, 10]);
    let within: Promise<number> | undefined;
    clock.schedule(OUTSIDE, 40, () => {
      within = clock.perform(1, wait(5));
    });
    await clock.runUntil(50);
    assert.equal(await within, 45);
    assert.equal(await clock.perform(1, () => clock.perform(2, wait(1))), 51);
  });

  it('ends the run with what an event throws, and can go on after it', async () => {
    const clock = new VirtualClock();
    let ran = 0;
    clock.after(1, () => {
      throw new Error('bug');
    });
    clock.after(2, () => (ran += 1));
    await assert.rejects(clock.runUntil(5), /bug/);
    assert.equal(clock.nowMs(), 1);
    await clock.runUntil(5);
    assert.equal(ran, 1);
  });

  it('refuses the past, times that are none, and a second driver', async () => {
    const clock = new VirtualClock({ startMs: 100 });
    assert.throws(() => clock.schedule(0, 99, () => undefined), /time does not go back/);
    assert.throws(() => clock.after(NaN, () => undefined), RangeError);
    await assert.rejects(clock.runUntil(99), RangeError);
    const run = clock.runUntil(200);
    await assert.rejects(clock.runUntil(200), /already runs/);
    await run;
  });

  it('runs until idle', async () => {
    const clock = new VirtualClock();
    let left = 200;
    const again = (): void => {
      left -= 1;
      if (left > 0) clock.after(1.5, again);
    };
    again();
    await clock.runUntilIdle();
    assert.equal(left, 0);
    assert.equal(clock.nowMs(), 199 * 1.5);
    assert.equal(clock.statistics.executed, 199);
  });

  it('can be ended where it stands', async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    for (const atMs of [1, 2, 3]) clock.schedule(0, atMs, () => ran.push(atMs));
    await clock.runUntil(Infinity, () => ran.length === 2);
    assert.deepEqual([ran, clock.nowMs()], [[1, 2], 2]);
    await clock.runUntil(10, () => false);
    assert.deepEqual([ran, clock.nowMs()], [[1, 2, 3], 10]);
    await assert.rejects(clock.runUntil(Infinity), RangeError);
  });

  describe('freezing an owner', () => {
    const setUp = () => {
      const clock = new VirtualClock();
      const ran: string[] = [];
      const note = (name: string) => () => ran.push(`${name}@${clock.nowMs()}`);
      return { clock, ran, note };
    };

    it('holds back its events, and runs them at the thaw in the order they were due', async () => {
      const { clock, ran, note } = setUp();
      clock.schedule(1, 30, note('late'));
      clock.schedule(1, 20, note('early'));
      clock.schedule(1, 90, note('after'));
      clock.schedule(2, 25, note('other'));
      clock.freeze(1);
      clock.freeze(1);
      await clock.runUntil(50);
      assert.deepEqual(ran, ['other@25']);
      assert.equal(clock.statistics.pending, 3);
      clock.thaw(1);
      clock.thaw(1);
      await clock.runUntilIdle();
      assert.deepEqual(ran, ['other@25', 'early@50', 'late@50', 'after@90']);
    });

    it('shifts its work, begun or held back, by the time it stood still', async () => {
      const { clock, ran, note } = setUp();
      clock.schedule(1, 30, note('due meanwhile'), 'work');
      clock.schedule(1, 80, note('due after'), 'work');
      clock.schedule(2, 80, note('of another'), 'work');
      await clock.runUntil(10);
      clock.freeze(1);
      await clock.runUntil(50);
      clock.thaw(1);
      await clock.runUntilIdle();
      assert.deepEqual(ran, ['due meanwhile@70', 'of another@80', 'due after@120']);
    });

    it('stretches what is left of its work, of nobody else and nothing else', async () => {
      const { clock, ran, note } = setUp();
      clock.schedule(1, 30, note('first'), 'work');
      clock.schedule(1, 30, note('second'), 'work');
      clock.schedule(1, 50, note('third'), 'work');
      clock.schedule(1, 55, note('timer'));
      clock.schedule(2, 51, note('of another'), 'work');
      await clock.runUntil(10);
      clock.stretchWork(1, 4);
      await clock.runUntil(50);
      clock.stretchWork(1, 1 / 4);
      await clock.runUntilIdle();
      assert.deepEqual(ran, ['of another@51', 'timer@55', 'first@60', 'second@60', 'third@80']);
    });

    it('stretches it while it stands still, to go on at the thaw with what is left', async () => {
      const { clock, ran, note } = setUp();
      clock.schedule(1, 30, note('due meanwhile'), 'work');
      clock.schedule(1, 80, note('due after'), 'work');
      await clock.runUntil(10);
      clock.freeze(1);
      await clock.runUntil(50);
      clock.stretchWork(1, 1 / 2);
      assert.equal(clock.statistics.pending, 2);
      await clock.runUntil(60);
      clock.thaw(1);
      await clock.runUntilIdle();
      assert.deepEqual(ran, ['due meanwhile@70', 'due after@95']);
    });

    it('leaves alone what is physical, as does the death of the owner', async () => {
      const { clock, ran, note } = setUp();
      clock.schedule(1, 10, note('packet'), 'physical');
      clock.schedule(1, 30, note('another'), 'physical');
      clock.schedule(1, 10, note('timer'));
      clock.schedule(1, 30, note('timer to come'));
      clock.freeze(1);
      await clock.runUntil(20);
      clock.abandon(1);
      clock.thaw(1);
      clock.schedule(1, 40, note('next life'));
      await clock.runUntilIdle();
      assert.deepEqual(ran, ['packet@10', 'another@30', 'next life@40']);
      assert.equal(clock.statistics.pending, 0);
    });

    it('lets what is held back be cancelled', async () => {
      const { clock, ran, note } = setUp();
      const held = clock.schedule(1, 10, note('cancelled'));
      clock.freeze(1);
      await clock.runUntil(20);
      clock.cancel(held);
      assert.equal(clock.statistics.pending, 0);
      clock.thaw(1);
      await clock.runUntilIdle();
      assert.deepEqual(ran, []);
    });
  });
});
