import assert from 'node:assert/strict';
import type { CopiesEvent } from '../../../../src/telemetry/trace.ts';
import { copiesAfterFirst } from '../../../../testnet/measure/copies-after-first.ts';
import { join } from '../../../../testnet/measure/join.ts';
import { arrival, hashOf, recordOf, submission } from '../../../helpers/synthetic-record.ts';

const copies = (transaction: number, atMs: number, count: number): CopiesEvent => ({
  kind: 'copies',
  atMs,
  hash: hashOf(transaction),
  copies: count,
});

describe('copiesAfterFirst', () => {
  it('sums the counts of a node, less the copy that brought the transaction, over arrivals in time', () => {
    const record = recordOf(
      [
        // Submitted here: each copy is one too many.
        [arrival(1, 1, null), copies(1, 100, 2)],
        [arrival(1, 11, 0), copies(1, 100, 3), copies(1, 1000, 2), copies(9, 100, 50)],
        // One copy, and it came.
        [arrival(1, 21, 1), copies(1, 100, 1), copies(1, 1001, 7), { ...copies(1, 100, 60), hash: null }],
        // Received and not taken.
        [copies(1, 100, 40)],
      ],
      { submissions: [submission(1)] },
    );
    assert.deepEqual(copiesAfterFirst(join(record), true), { mean: 2, p50: 2, p99: 4, max: 4 });
  });

  it('is null where nobody counted or counts were lost, and zero where nothing came twice', () => {
    const events = [[arrival(1, 1, null)], [arrival(1, 11, 0), copies(1, 100, 1)]];
    const record = recordOf(events, { submissions: [submission(1)] });
    assert.deepEqual(copiesAfterFirst(join(record), true), { mean: 0, p50: 0, p99: 0, max: 0 });
    const unknown = { mean: null, p50: null, p99: null, max: null };
    assert.deepEqual(copiesAfterFirst(join(record), false), unknown);
    const uncounted = recordOf([events[0]!], { submissions: [submission(1)] });
    assert.deepEqual(copiesAfterFirst(join(uncounted), true), unknown);
    const countedLate = recordOf([events[0]!, [arrival(1, 11, 0), copies(1, 1001, 1)]], {
      submissions: [submission(1)],
    });
    assert.deepEqual(copiesAfterFirst(join(countedLate), true), unknown);
  });
});
