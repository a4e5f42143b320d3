import assert from 'node:assert/strict';
import { latencyByRegion } from '../../../../testnet/measure/by-region.ts';
import { join } from '../../../../testnet/measure/join.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

describe('latencyByRegion', () => {
  const record = recordOf(
    [
      [arrival(1, 0, null), arrival(2, 40, 2)],
      [arrival(1, 10, 0), arrival(2, 30, 2)],
      [arrival(1, 90, 1), arrival(2, 5, null)],
      [],
    ],
    { submissions: [submission(1, { entry: 0 }), submission(2, { entry: 2, scheduledAtMs: 5 })] },
  );

  it('takes pairs by the regions of entry and node, the never delivered as infinite', () => {
    assert.deepEqual(latencyByRegion(join(record), ['eu', 'eu', 'us', 'us']), {
      regions: ['eu', 'us'],
      pairs: [
        { from: 'eu', to: 'eu', pairs: 1, delivered: 1, p50: 10, p99: 10 },
        { from: 'eu', to: 'us', pairs: 2, delivered: 1, p50: 90, p99: null },
        { from: 'us', to: 'eu', pairs: 2, delivered: 2, p50: 25, p99: 35 },
        { from: 'us', to: 'us', pairs: 1, delivered: 0, p50: null, p99: null },
      ],
    });
  });

  it('leaves out nodes of no region, and is nothing without regions', () => {
    const some = latencyByRegion(join(record), ['eu', 'eu', null, null])!;
    assert.deepEqual(
      some.pairs.map(({ pairs }) => pairs),
      [1],
    );
    assert.equal(latencyByRegion(join(record), [null, null, null, null]), null);
  });
});
