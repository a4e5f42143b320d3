import assert from 'node:assert/strict';
import { join } from '../../../../testnet/measure/join.ts';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import type { AppliedFault, FaultAction } from '../../../../testnet/faults/fault.ts';
import { FATES, ledger } from '../../../../testnet/measure/ledger.ts';
import { liveness } from '../../../../testnet/measure/liveness.ts';
import { Overlay } from '../../../../testnet/measure/overlay.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, hashOf, recordOf, submission } from '../../../helpers/synthetic-record.ts';

const ledgerOf = (record: ExperimentRecord) => ledger(join(record), liveness(record), new Overlay(record));
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
      queued: 0,
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

  it('cuts nobody off who could have been reached before, or afterwards', () => {
    const record = recordOf([[], [], []], {
      submissions: [
        submission(1),
        submission(2, { scheduledAtMs: 15 }),
        submission(3, { scheduledAtMs: 50 }),
      ],
      downtimes: [{ node: 1, fromMs: 10, untilMs: 20 }],
    });
    assert.deepEqual(fatesOf(record), [
      ...['lost', 'node-down', 'lost'],
      ...['lost', 'node-down', 'lost'],
      ...['lost', 'lost', 'lost'],
    ]);
    const never = { ...record, downtimes: [{ node: 1, fromMs: 10, untilMs: null }] };
    assert.deepEqual(fatesOf(never), [
      ...['lost', 'node-down', 'lost'],
      ...['lost', 'node-down', 'cut-off'],
      ...['lost', 'node-down', 'cut-off'],
    ]);
  });

  it('sees cuts, and that a node which went down with it cannot pass it on later', () => {
    const fault = (appliedAtMs: number, action: FaultAction, missed: string | null = null): AppliedFault => {
      return { atMs: appliedAtMs, appliedAtMs, action, cause: 'test', missed };
    };
    const cut: FaultAction = { kind: 'cut', links: [[1, 0]] };
    const heal: FaultAction = { kind: 'heal', links: [[0, 1]] };
    const record = recordOf([[], [], []], { submissions: [submission(1, { scheduledAtMs: 50 })] });
    const fates = (...faults: AppliedFault[]) => fatesOf({ ...record, faults });
    assert.deepEqual(fates(fault(10, cut)), ['lost', 'cut-off', 'cut-off']);
    assert.deepEqual(fates(fault(10, cut), fault(100, heal)), ['lost', 'lost', 'lost']);
    assert.deepEqual(fates(fault(10, cut), fault(40, heal), fault(45, cut)), ['lost', 'cut-off', 'cut-off']);
    assert.deepEqual(fates(fault(10, cut, 'it was cut already')), ['lost', 'lost', 'lost']);
    // After the drain nothing can mend.
    assert.deepEqual(fates(fault(10, cut), fault(1001, heal)), ['lost', 'cut-off', 'cut-off']);

    // 1 got it while 1-2 was cut, died, and came back empty to find 0-1 cut: 2 could never have it.
    const relay = recordOf([[], [], []], {
      submissions: [submission(1, { scheduledAtMs: 50 })],
      downtimes: [{ node: 1, fromMs: 100, untilMs: 200 }],
      faults: [
        fault(10, { kind: 'cut', links: [[1, 2]] }),
        fault(150, { kind: 'heal', links: [[1, 2]] }),
        fault(150, cut),
      ],
    });
    assert.deepEqual(fatesOf(relay), ['lost', 'node-down', 'cut-off']);
  });

  it('tells what waited behind a gap to the end from what was lost', () => {
    const queued = { ...arrival(1, 1, null), status: 'queued' } as const;
    const submissions = [submission(1)];
    assert.deepEqual(fatesOf(recordOf([[queued], []], { submissions })), ['entry', 'queued']);
    const publish: TraceEvent = {
      kind: 'publish',
      atMs: 9,
      messageId: 'm',
      hashes: [hashOf(1)],
      recipients: 1,
    };
    assert.deepEqual(fatesOf(recordOf([[queued, publish], []], { submissions })), ['entry', 'lost']);
    const elsewhere = recordOf([[queued], [arrival(1, 5, 0)], []], { submissions });
    assert.deepEqual(fatesOf(elsewhere), ['entry', 'delivered-push', 'lost']);
  });

  it('has no place for what had to be refused', () => {
    const record = recordOf([[arrival(1, 4, null)], []], {
      submissions: [submission(1, { kind: 'invalid', expectedRefusal: 'malformed' })],
    });
    assert.deepEqual(fatesOf(record), []);
    assert.equal(join(record).strays.unacceptedArrivals, 1);
  });

  it('has an entry node that never got it as lost, and a second submission as delivered by rpc', () => {
    const record = recordOf([[], [arrival(1, 4, null)]], {
      submissions: [submission(1), submission(1, { entry: 1 })],
    });
    assert.deepEqual(fatesOf(record), ['lost', 'delivered-rpc']);
  });
});
