import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { liveness } from '../../../../testnet/measure/liveness.ts';
import { transactionsOverTime } from '../../../../testnet/measure/over-time.ts';
import { reachSinceT0 } from '../../../../testnet/measure/reach.ts';
import { arrival, recordOf, submission, syntheticRecord } from '../../../helpers/synthetic-record.ts';

describe('transactionsOverTime', () => {
  it('gives each its coverage and t90, in the order they were due', () => {
    const record = recordOf(
      [
        [arrival(1, 100, null), arrival(2, 60, 1)],
        [arrival(1, 130, 0), arrival(2, 50, null)],
      ],
      {
        readyAtMs: 10,
        submissions: [
          submission(1, { entry: 0, scheduledAtMs: 100 }),
          submission(2, { entry: 1, scheduledAtMs: 50 }),
          submission(3, { entry: 1, scheduledAtMs: 200 }),
        ],
      },
    );
    const joined = join(record);
    const reach = reachSinceT0(joined, liveness(record));
    assert.deepEqual(transactionsOverTime(joined, reach, record.readyAtMs), [
      { t0Ms: 40, coverage: 1, t90Ms: 10 },
      { t0Ms: 90, coverage: 1, t90Ms: 30 },
      { t0Ms: 190, coverage: 0, t90Ms: null },
    ]);
  });

  it('is thinned to a bound, first and last kept', () => {
    const record = syntheticRecord({ transactions: 500, nodes: 5, lossShare: 0 });
    const joined = join(record);
    const over = transactionsOverTime(joined, reachSinceT0(joined, liveness(record)), 0, 100);
    assert.ok(over.length <= 101);
    assert.equal(over[0]!.t0Ms, 0);
    assert.equal(over.at(-1)!.t0Ms, 499 * 20);
  });
});
