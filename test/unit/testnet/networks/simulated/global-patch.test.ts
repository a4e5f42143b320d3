import assert from 'node:assert/strict';

import type { Random } from '../../../../../src/environment.ts';
import { patchGlobals } from '../../../../../testnet/networks/simulated/global-patch.ts';
import { OUTSIDE, VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { streamOf } from '../../../../../testnet/random.ts';

const EPOCH_MS = 1_700_000_000_000;

async function patched(
  work: (clock: VirtualClock) => Promise<void>,
  diceOf?: (owner: number) => Random,
): Promise<void> {
  const clock = new VirtualClock();
  const unpatch = patchGlobals({
    clock,
    diceOf: diceOf ?? ((owner) => streamOf(5, 'node', owner)),
    epochMs: EPOCH_MS,
  });
  try {
    await work(clock);
  } finally {
    unpatch();
  }
}

describe('patchGlobals', () => {
  it('puts everything back as it was', async () => {
    const state = (): unknown[] => [
      ...[
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'Date',
      ].map((name) => Reflect.get(globalThis, name) as unknown),
      Date.now,
      performance.now,
      Math.random,
      AbortSignal.timeout,
      crypto.getRandomValues,
      crypto.randomUUID,
    ];
    const before = state();
    await patched(async () => {
      state().forEach((now, index) => assert.notEqual(now, before[index], `number ${index} is not patched`));
      assert.throws(
        () => patchGlobals({ clock: new VirtualClock(), diceOf: () => streamOf(1) }),
        /patched already/,
      );
    });
    assert.deepEqual(state(), before);
    await patched(async () => undefined);
  });

  it('gives Date and performance the time of the clock', () =>
    patched(async (clock) => {
      await clock.runUntil(1234.75);
      assert.equal(Date.now(), EPOCH_MS + 1234);
      assert.equal(new Date().getTime(), EPOCH_MS + 1234);
      assert.equal(new Date(5).getTime(), 5);
      assert.equal(new Date(2020, 1, 3).getFullYear(), 2020);
      assert.equal(typeof Date(), 'string');
      assert.ok(new Date() instanceof Date);
      assert.equal(Date.parse('1970-01-01T00:00:01Z'), 1000);
      assert.equal(performance.now(), 1234.75);
    }));

  it('serves timers as Node does: arguments, whole milliseconds, at least one', () =>
    patched(async (clock) => {
      const ran: string[] = [];
      setTimeout((a, b) => ran.push(`${a}${b} ${clock.nowMs()}`), 10.9, 'x', 'y');
      setTimeout(() => ran.push(`none ${clock.nowMs()}`));
      setTimeout(() => ran.push(`too long ${clock.nowMs()}`), 2 ** 31);
      setImmediate((a: string) => ran.push(`${a} ${clock.nowMs()}`), 'now');
      await clock.runUntil(20);
      assert.deepEqual(ran, ['now 0', 'none 1', 'too long 1', 'xy 10']);
    }));

  it('repeats intervals until cleared, also from within', () =>
    patched(async (clock) => {
      const ticks: number[] = [];
      const interval = setInterval(() => {
        ticks.push(clock.nowMs());
        if (ticks.length === 3) clearInterval(interval);
      }, 100);
      await clock.runUntil(1000);
      assert.deepEqual(ticks, [100, 200, 300]);
      assert.equal(clock.statistics.pending, 0);
    }));

  it('clears by object, by number and by dispose, and takes undefined', () =>
    patched(async (clock) => {
      let ran = 0;
      const count = (): void => void (ran += 1);
      clearTimeout(setTimeout(count, 5));
      clearTimeout(Number(setTimeout(count, 5)));
      setTimeout(count, 5)[Symbol.dispose]();
      clearTimeout(undefined);
      clearTimeout(123456);
      const timer = setTimeout(count, 5);
      assert.equal(timer.hasRef(), true);
      assert.equal(timer.unref().hasRef(), false);
      assert.equal(timer.ref().hasRef(), true);
      await clock.runUntil(3);
      timer.refresh();
      await clock.runUntil(7);
      assert.equal(ran, 0);
      await clock.runUntil(8);
      assert.equal(ran, 1);
    }));

  it('leaves timers of before the patch to whoever made them', async () => {
    let ran = false;
    const real = setTimeout(() => (ran = true), 0);
    await patched(async () => clearTimeout(real));
    await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(ran, false);
  });

  it('times AbortSignal.timeout', () =>
    patched(async (clock) => {
      const signal = AbortSignal.timeout(50);
      await clock.runUntil(49);
      assert.equal(signal.aborted, false);
      await clock.runUntil(50);
      assert.equal(signal.aborted, true);
      assert.equal((signal.reason as Error).name, 'TimeoutError');
    }));

  it('draws from the dice of the node whose event runs, its promises and timers included', () =>
    patched(async (clock) => {
      const draws: Record<number, number[]> = { 1: [], 2: [] };
      for (const owner of [1, 2]) {
        clock.schedule(owner, 5, () => {
          void (async () => {
            draws[owner]!.push(Math.random());
            for (let hop = 0; hop < 10; hop++) await Promise.resolve();
            draws[owner]!.push(Math.random());
            setTimeout(() => draws[owner]!.push(Math.random()), 10);
          })();
        });
      }
      await clock.runUntil(20);
      for (const owner of [1, 2]) {
        const expected = streamOf(5, 'node', owner);
        assert.deepEqual(draws[owner], [expected.next(), expected.next(), expected.next()]);
      }
    }));

  it('takes the random part of crypto from the same dice', () =>
    patched(async (clock) => {
      const drawn: string[] = [];
      const draw = (): void => {
        drawn.push(
          Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex'),
          crypto.randomUUID(),
        );
      };
      clock.schedule(1, 0, draw);
      clock.schedule(2, 0, draw);
      await clock.runUntil(1);
      const [first, second] = [drawn.slice(0, 2), drawn.slice(2)];
      assert.notDeepEqual(first, second);
      assert.match(first[1]!, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.deepEqual(drawn, await again());
    }));

  it('serves the experiment from dice of its own', async () => {
    const asked: number[] = [];
    await patched(
      async () => void Math.random(),
      (owner) => {
        asked.push(owner);
        return streamOf(1);
      },
    );
    assert.deepEqual(asked, [OUTSIDE]);
  });
});

/** The same draws in a run of their own. */
async function again(): Promise<string[]> {
  const drawn: string[] = [];
  for (const owner of [1, 2]) {
    const dice = streamOf(5, 'node', owner);
    const word = (): string => {
      const value = dice.next() * 2 ** 32;
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes.toString('hex');
    };
    drawn.push(word() + word());
    const raw = Buffer.from(word() + word() + word() + word(), 'hex');
    raw[6] = (raw[6]! & 0x0f) | 0x40;
    raw[8] = (raw[8]! & 0x3f) | 0x80;
    drawn.push(raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  }
  return drawn;
}
