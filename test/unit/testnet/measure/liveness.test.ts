import assert from 'node:assert/strict';
import { liveness } from '../../../../testnet/measure/liveness.ts';
import type { Downtime } from '../../../../testnet/measure/record.ts';
import { recordOf } from '../../../helpers/synthetic-record.ts';

describe('liveness', () => {
  const aliveAt = (downtimes: Downtime[] | undefined, t0Ms: number) => [
    ...liveness(recordOf([[], [], []], { downtimes }))(t0Ms).mask,
  ];

  it('is everybody when nobody was down', () => {
    assert.deepEqual(aliveAt(undefined, 0), [1, 1, 1]);
  });

  it('is who was up from t0 to the end of the drain', () => {
    const downtimes = [
      { node: 1, fromMs: 100, untilMs: 200 },
      { node: 2, fromMs: 900, untilMs: null },
    ];
    assert.deepEqual(aliveAt(downtimes, 50), [1, 0, 0]);
    assert.deepEqual(aliveAt(downtimes, 150), [1, 0, 0]);
    assert.deepEqual(aliveAt(downtimes, 200), [1, 1, 0]);
  });

  it('asks nothing of the time after the drain', () => {
    assert.deepEqual(aliveAt([{ node: 0, fromMs: 1000, untilMs: null }], 0), [1, 1, 1]);
  });

  it('counts a node once that was down twice', () => {
    const downtimes = [
      { node: 1, fromMs: 100, untilMs: 200 },
      { node: 1, fromMs: 300, untilMs: 400 },
    ];
    assert.equal(liveness(recordOf([[], []], { downtimes }))(0).count, 1);
  });

  it('refuses downtimes of nobody or backwards', () => {
    assert.throws(
      () => liveness(recordOf([[]], { downtimes: [{ node: 1, fromMs: 0, untilMs: null }] })),
      /node 1, but the record has 1 nodes/,
    );
    assert.throws(
      () => liveness(recordOf([[]], { downtimes: [{ node: 0, fromMs: 5, untilMs: 4 }] })),
      /ends before it begins/,
    );
  });
});
