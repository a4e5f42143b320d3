import assert from 'node:assert/strict';

import { ClockDriver } from '../../../../../testnet/networks/simulated/clock-driver.ts';
import { OUTSIDE, VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';

function setUp() {
  const clock = new VirtualClock();
  return { clock, driver: new ClockDriver(clock) };
}

describe('ClockDriver', () => {
  it('wakes each sleeper at its moment, when all events of that moment have run', async () => {
    const { clock, driver } = setUp();
    const woken: string[] = [];
    clock.schedule(0, 20, () => clock.schedule(0, 20, () => woken.push('event')));
    const sleeper = async (name: string, everyMs: number): Promise<void> => {
      for (let atMs = everyMs; atMs <= 60; atMs += everyMs) {
        await driver.sleepUntil(atMs);
        assert.equal(clock.nowMs(), atMs);
        woken.push(`${name}@${atMs}`);
      }
    };
    await Promise.all([sleeper('a', 30), sleeper('b', 20)]);
    assert.deepEqual(woken, ['event', 'b@20', 'a@30', 'b@40', 'a@60', 'b@60']);
  });

  it('stands still while all are awake', async () => {
    const { clock, driver } = setUp();
    await driver.sleepUntil(10);
    clock.after(1, () => assert.fail('time went on'));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(clock.nowMs(), 10);
  });

  it('asks a node in its own name, and answers outside of it, at that moment', async () => {
    const { clock, driver } = setUp();
    clock.schedule(0, 1000, () => undefined);
    const answer = await driver.ask(3, async () => {
      await new Promise<void>((resolve) => clock.after(5, resolve));
      return clock.owner;
    });
    assert.deepEqual([answer, clock.owner, clock.nowMs()], [3, OUTSIDE, 5]);
    await assert.rejects(
      driver.ask(3, () => {
        throw new Error('odd');
      }),
      /odd/,
    );
  });

  it('gives up an answer that does not come in time, or whose node died', async () => {
    const { clock, driver } = setUp();
    const never = (): Promise<void> => new Promise(() => undefined);
    await assert.rejects(driver.ask(3, never, { timeoutMs: 50 }), /node 3 did not answer within 50 ms/);
    assert.equal(clock.nowMs(), 50);
    const died = new AbortController();
    clock.after(20, () => died.abort(new Error('it died')));
    await assert.rejects(driver.ask(3, never, { timeoutMs: 50, signal: died.signal }), /it died/);
    assert.equal(clock.nowMs(), 70);
    assert.equal(clock.statistics.pending, 0);
    await assert.rejects(driver.ask(3, never), /no pending event can bring about/);
  });

  it('fails all who wait when an event throws, and goes on afterwards', async () => {
    const { clock, driver } = setUp();
    clock.after(5, () => {
      throw new Error('bug');
    });
    const waiting = [
      driver.sleepUntil(10),
      driver.sleepUntil(20),
      driver.ask(0, () => new Promise(() => undefined)),
    ];
    for (const { status } of await Promise.allSettled(waiting)) assert.equal(status, 'rejected');
    await driver.sleepUntil(30);
    assert.equal(clock.nowMs(), 30);
  });
});
