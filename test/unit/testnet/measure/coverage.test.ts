import assert from 'node:assert/strict';
import { coverage, coverageOverTime } from '../../../../testnet/measure/coverage.ts';
import { join } from '../../../../testnet/measure/join.ts';
import { liveness } from '../../../../testnet/measure/liveness.ts';
import { reachSinceT0 } from '../../../../testnet/measure/reach.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { sampleOf } from '../../../../testnet/measure/statistics.ts';
import { handRecord } from '../../../helpers/hand-record.ts';

const reachOf = (record: ExperimentRecord) => reachSinceT0(join(record), liveness(record));

describe('reachSinceT0', () => {
  it('is every arrival since t0, the entry node with them', () => {
    assert.deepEqual(reachOf(handRecord()), [
      { finite: Float64Array.of(1, 11, 21), count: 4 },
      { finite: Float64Array.of(0, 10, 10), count: 4 },
    ]);
  });

  it('asks only the nodes alive throughout', () => {
    const downtimes = [{ node: 0, fromMs: 50, untilMs: 60 }];
    assert.deepEqual(reachOf(handRecord({ downtimes })), [
      { finite: Float64Array.of(11, 21), count: 3 },
      { finite: Float64Array.of(0, 10, 10), count: 4 },
    ]);
  });
});

describe('coverage', () => {
  it('is nodes that have it of nodes alive', () => {
    assert.deepEqual(coverage(reachOf(handRecord())), { mean: 0.75, min: 0.75 });
    const downtimes = [{ node: 3, fromMs: 500, untilMs: null }];
    assert.deepEqual(coverage(reachOf(handRecord({ downtimes }))), { mean: 1, min: 1 });
  });

  it('is not measured without a transaction, or without a node alive', () => {
    assert.deepEqual(coverage([]), { mean: null, min: null });
    assert.deepEqual(coverage([{ finite: new Float64Array(), count: 0 }]), { mean: null, min: null });
  });
});

describe('coverageOverTime', () => {
  const over = coverageOverTime([sampleOf([1, 10, 100, Infinity]), sampleOf([1, 10, 10, 10])], 3);

  it('goes from the first arrival to the last on a log axis', () => {
    over.sinceMs.forEach((ms, i) => assert.ok(Math.abs(ms - [1, 10, 100][i]!) < 1e-9));
    assert.equal(over.sinceMs.at(-1), 100);
  });

  it('is the mean between the slowest and the fastest transaction', () => {
    assert.deepEqual([over.mean[0], over.least[0], over.most[0]], [0.25, 0.25, 0.25]);
    assert.deepEqual([over.mean[2], over.least[2], over.most[2]], [0.875, 0.75, 1]);
  });

  it('has one moment when all is at once, none when nothing is', () => {
    assert.deepEqual(coverageOverTime([sampleOf([0, 0])]), {
      sinceMs: [0.1],
      mean: [1],
      least: [1],
      most: [1],
    });
    assert.deepEqual(coverageOverTime([sampleOf([Infinity])]).sinceMs, []);
  });
});
