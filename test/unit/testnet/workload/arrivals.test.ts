import assert from 'node:assert/strict';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { arrivalTimes } from '../../../../testnet/workload/arrivals.ts';

const times = (workload: object, seed = 1) =>
  arrivalTimes(resolveScenario(JSON.stringify({ seed, workload })));

describe('arrivalTimes', () => {
  it('ends by number, by duration, or at whichever comes first', () => {
    assert.equal(times({}).length, 500);
    assert.deepEqual(times({ ratePerSecond: 10, durationMs: 350 }), [0, 100, 200, 300]);
    assert.deepEqual(times({ ratePerSecond: 10, durationMs: 300 }), [0, 100, 200]);
    assert.equal(times({ ratePerSecond: 10, durationMs: 60_000, transactions: 7 }).length, 7);
    const poisson = times({ arrivals: 'poisson', ratePerSecond: 100, durationMs: 20_000 });
    assert.ok(Math.abs(poisson.length - 2000) < 200, String(poisson.length));
    assert.ok(poisson.every((atMs, index) => atMs < 20_000 && atMs > (poisson[index - 1] ?? 0)));
  });

  it('come in bursts', () => {
    const bursts = { arrivals: 'bursts', burst: { size: 3, everyMs: 200 } };
    assert.deepEqual(times({ ...bursts, transactions: 7 }), [0, 0, 0, 200, 200, 200, 400]);
    assert.deepEqual(times({ ...bursts, durationMs: 400 }), [0, 0, 0, 200, 200, 200]);
  });

  it('come faster and faster on a ramp, or slower', () => {
    const up = times({ arrivals: 'ramp', ramp: { fromPerSecond: 0, toPerSecond: 100 }, durationMs: 10_000 });
    // Half of 100 a second for ten seconds; a quarter of it in the first half.
    assert.equal(up.length, 500);
    assert.equal(up.filter((atMs) => atMs < 5000).length, 125);
    const down = times({
      arrivals: 'ramp',
      ramp: { fromPerSecond: 100, toPerSecond: 0 },
      durationMs: 10_000,
    });
    assert.equal(down.length, 500);
    assert.equal(down.filter((atMs) => atMs < 5000).length, 375);
    // The time a number takes follows from the rates: 300 at 20 a second on average.
    const counted = times({
      arrivals: 'ramp',
      ramp: { fromPerSecond: 10, toPerSecond: 30 },
      transactions: 300,
    });
    assert.equal(counted.length, 300);
    assert.ok(counted.at(-1)! > 14_900 && counted.at(-1)! < 15_000, String(counted.at(-1)));
    const level = times({
      arrivals: 'ramp',
      ramp: { fromPerSecond: 20, toPerSecond: 20 },
      transactions: 100,
    });
    assert.ok(level.every((atMs, index) => Math.abs(atMs - index * 50) < 1e-6));
  });

  it('follow a trace', () => {
    const trace = [
      [0, 0, 0],
      [5, 10, 1],
      [5, 0, 0],
      [90, 0, 0],
    ];
    const traced = { arrivals: 'trace', trace, senders: 2 };
    assert.deepEqual(times(traced), [0, 5, 5, 90]);
    assert.deepEqual(times({ ...traced, transactions: 2 }), [0, 5]);
    assert.deepEqual(times({ ...traced, durationMs: 50 }), [0, 5, 5]);
  });

  it('are refused when there are none, or more than anything can hold', () => {
    assert.throws(
      () => times({ arrivals: 'poisson', ratePerSecond: 0.001, durationMs: 1 }),
      /nothing is due within 1 ms: raise workload.durationMs or the rate/,
    );
    const scenario = resolveScenario('workload: {durationMs: 1}');
    const endless = { ...scenario.workload, durationMs: 1e12, arrivals: 'bursts' as const };
    assert.throws(
      () => arrivalTimes({ seed: 1, workload: { ...endless, burst: { size: 10_000_000, everyMs: 1e9 } } }),
      /more than 10000000 transactions: lower workload.durationMs or the rate/,
    );
  }).timeout(20_000);
});
