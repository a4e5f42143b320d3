import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { latencies, latencyByNode, latencyFigures } from '../../../../testnet/measure/latency.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

describe('latencies', () => {
  it('are over every pair but those of entry nodes, the late and refused as infinite', () => {
    assert.deepEqual(latencies(join(handRecord())), { finite: Float64Array.of(10, 10, 11, 21), count: 6 });
  });

  it('count a node that was down as never delivered', () => {
    const downtimes = [{ node: 3, fromMs: 0, untilMs: null }];
    assert.equal(latencies(join(handRecord({ downtimes }))).count, 6);
  });

  it('begin at the scheduled time, not when a late generator sent it', () => {
    const submissions = [submission(1, { scheduledAtMs: 100, sentAtMs: 400 })];
    const record = recordOf([[arrival(1, 401, null)], [arrival(1, 410, 0)]], { submissions });
    assert.deepEqual([...latencies(join(record)).finite], [310]);
  });
});

describe('latencyFigures', () => {
  it('are null where the rank falls on a pair never delivered', () => {
    // Ranks of 6: p50 the 3rd, p90 and p99 the 6th.
    assert.deepEqual(latencyFigures(latencies(join(handRecord()))), {
      count: 4,
      p50: 11,
      p90: null,
      p99: null,
      max: null,
    });
  });

  it('have a maximum when all was delivered', () => {
    const record = recordOf([[arrival(1, 1, null)], [arrival(1, 7, 0)]], { submissions: [submission(1)] });
    assert.deepEqual(latencyFigures(latencies(join(record))), { count: 1, p50: 7, p90: 7, p99: 7, max: 7 });
  });

  it('are null over nothing', () => {
    assert.deepEqual(latencyFigures(latencies(join(recordOf([])))), {
      count: 0,
      p50: null,
      p90: null,
      p99: null,
      max: null,
    });
  });
});

describe('latencyByNode', () => {
  it('is over the transactions that entered elsewhere', () => {
    assert.deepEqual(latencyByNode(join(handRecord())), [
      { node: 0, deliveries: 1, transactions: 1, p50: 10, p99: 10 },
      { node: 1, deliveries: 1, transactions: 1, p50: 11, p99: 11 },
      { node: 2, deliveries: 2, transactions: 2, p50: 10, p99: 21 },
      { node: 3, deliveries: 0, transactions: 2, p50: null, p99: null },
    ]);
  });
});
