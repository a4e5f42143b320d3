import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import { FATES, ledger } from '../../../../testnet/measure/ledger.ts';
import { liveness } from '../../../../testnet/measure/liveness.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, recordOf, submission } from '../../../helpers/synthetic-record.ts';

const ledgerOf = (record: ExperimentRecord) => ledger(join(record), liveness(record), record.edges);
const fatesOf = (record: ExperimentRecord) => [...ledgerOf(record).fates].map((fate) => FATES[fate]);

describe('ledger', () => {
  it('gives every pair its fate', () => {
    assert.deepEqual(fatesOf(handRecord()), [
      'entry',
      'delivered-push',
      'delivered-pull',
      'late',
      'delivered-push',
      'entry',
      'delivered-sync',
      'refused',
    ]);
    const { counts, refusedBy } = ledgerOf(handRecord());
    assert.deepEqual(counts, {
      entry: 2,
      'delivered-rpc': 0,
      'delivered-push': 2,
      'delivered-pull': 1,
      'delivered-sync': 1,
      late: 1,
      refused: 1,
      'node-down': 0,
      'cut-off': 0,
      lost: 0,
    });
    assert.deepEqual(refusedBy, { 'pool-full': 1 });
  });

  it('tells down, cut off and lost apart', () => {
    // Node 2 of the line 0-1-2-3-4 was down: 3 and 4 are behind it, 1 has no excuse.
    const record = recordOf([[arrival(1, 1, null)], [], [], [], []], {
      submissions: [submission(1)],
      downtimes: [{ node: 2, fromMs: -10, untilMs: null }],
    });
    assert.deepEqual(fatesOf(record), ['entry', 'lost', 'node-down', 'cut-off', 'cut-off']);
  });

  it('does not call cut off who was beside an entry node that went down', () => {
    const record = recordOf([[], [arrival(1, 1, null)], [], []], {
      submissions: [submission(1, { entry: 1 })],
      edges: [
        [0, 1],
        [1, 2],
      ],
      downtimes: [{ node: 1, fromMs: 2, untilMs: null }],
    });
    assert.deepEqual(fatesOf(record), ['lost', 'entry', 'lost', 'cut-off']);
  });

  it('cuts nobody off from transactions submitted after the way was open again', () => {
    const record = recordOf([[], [], []], {
      submissions: [submission(1), submission(2, { scheduledAtMs: 50 })],
      downtimes: [{ node: 1, fromMs: 10, untilMs: 20 }],
    });
    assert.deepEqual(fatesOf(record), ['lost', 'node-down', 'cut-off', 'lost', 'lost', 'lost']);
  });

  it('has an entry node that never got it as lost, and a second submission as delivered by rpc', () => {
    const record = recordOf([[], [arrival(1, 4, null)]], {
      submissions: [submission(1), submission(1, { entry: 1 })],
    });
    assert.deepEqual(fatesOf(record), ['lost', 'delivered-rpc']);
  });
});
