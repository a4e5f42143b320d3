import assert from 'node:assert/strict';
import { LocalHealth } from '../../../../src/peers/membership/local-health.ts';

describe('local health', () => {
  it('stretches all waiting by answers missed, and not the time of suspects', () => {
    const health = new LocalHealth();
    health.worse(3);
    assert.deepEqual([health.points, health.stretch, health.suspicionStretch], [3, 4, 1]);
    for (const points of [2, 1, 0, 0]) {
      health.better();
      assert.equal(health.points, points);
    }
  });

  it('stretches both by how late timers are, until answers come in time again', () => {
    const health = new LocalHealth();
    health.late(300, 1000);
    health.late(100, 1000);
    assert.deepEqual([health.points, health.stretch, health.suspicionStretch], [3, 4, 4]);
    health.better();
    assert.equal(health.suspicionStretch, 3);
  });

  it('knows a worst', () => {
    const health = new LocalHealth();
    health.worse(100);
    health.late(60_000, 1000);
    assert.deepEqual([health.points, health.suspicionStretch], [8, 9]);
  });
});
