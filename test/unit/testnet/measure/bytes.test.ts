import assert from 'node:assert/strict';
import type { AppliedFault } from '../../../../testnet/faults/fault.ts';
import { bytesFigures } from '../../../../testnet/measure/bytes.ts';
import { countersWhileMeasuring } from '../../../../testnet/measure/counters.ts';
import type { ExperimentRecord } from '../../../../testnet/measure/record.ts';
import { redundancy } from '../../../../testnet/measure/redundancy.ts';
import { disconnect } from '../../../helpers/member-events.ts';
import { bytesByKind, counters, recordOf, status } from '../../../helpers/synthetic-record.ts';

/** Node 0 sends 1,000 B of payload, node 1 gets them, 300 B of it twice seen; both had counted before. */
function counted(some: Partial<ExperimentRecord> = {}): ExperimentRecord {
  return recordOf([[], []], {
    before: [
      status({ counters: counters({ sent: bytesByKind({ message: 50, control: 5 }) }) }),
      status({
        counters: counters({
          received: bytesByKind({ message: 50, control: 5 }),
          duplicateBytes: 10,
          copiesReceived: 2,
          syncCopiesReceived: 1,
        }),
      }),
    ],
    after: [
      status({
        counters: counters({
          sent: bytesByKind({ message: 1050, control: 25, sync: 7, members: 9 }),
          received: bytesByKind({ other: 3 }),
        }),
      }),
      status({
        counters: counters({
          sent: bytesByKind({ other: 3 }),
          received: bytesByKind({ message: 1050, control: 25, sync: 7, members: 9 }),
          duplicateBytes: 310,
          copiesReceived: 6,
          syncCopiesReceived: 3,
        }),
      }),
    ],
    ...some,
  });
}

const figures = (record: ExperimentRecord) => bytesFigures(record, countersWhileMeasuring(record));

/** Node 0 has sent so much more of a kind than node 1 received. */
function withMissing(
  kind: 'message' | 'control',
  bytes: number,
  some: Partial<ExperimentRecord> = {},
): ExperimentRecord {
  const record = counted(some);
  record.after[0]!.counters.sent[kind] += bytes;
  return record;
}

describe('bytesFigures', () => {
  it('are what was received while measured, by kind, and balance', () => {
    const { received, conserved, balance } = figures(counted());
    assert.deepEqual(received, {
      payload: 700,
      duplicate: 300,
      control: 20,
      sync: 7,
      members: 9,
      other: 3,
      total: 1039,
    });
    assert.equal(conserved, true);
    assert.deepEqual(balance[0], {
      kind: 'message',
      sent: 1000,
      received: 1000,
      inFlight: 0,
      missing: 0,
      tolerance: 0,
    });
  });

  it('do not balance by a byte too few or too many on a simulated network', () => {
    assert.equal(figures(withMissing('message', 1)).conserved, false);
    assert.equal(figures(withMissing('message', -1)).conserved, false);
  });

  it('do not balance when one kind makes up for another', () => {
    const record = withMissing('message', 1);
    record.after[0]!.counters.sent.control -= 1;
    assert.equal(figures(record).conserved, false);
  });

  it('balance with what the network dropped', () => {
    assert.equal(figures(withMissing('control', 40, { droppedBytes: 40 })).conserved, true);
    assert.equal(figures(withMissing('control', 40, { droppedBytes: 39 })).conserved, false);
    assert.equal(figures(counted({ droppedBytes: 1 })).conserved, false);
  });

  it('balance with what was on its way', () => {
    const inFlight = { before: bytesByKind({ control: 5 }), after: bytesByKind({ control: 45 }) };
    assert.equal(figures(withMissing('control', 40, { inFlight })).conserved, true);
    assert.equal(figures(counted({ inFlight })).conserved, false);
  });

  it('allow on a local network for what two statuses cannot see at once', () => {
    // 1 % of the 1,000 and more that were sent, and 1,024 for each of two nodes.
    const local = { network: 'local' } as const;
    assert.equal(figures(withMissing('message', 2000, local)).conserved, true);
    assert.equal(figures(withMissing('message', 2100, local)).conserved, false);
  });

  it('are not measured when a node was down or started again, and say why', () => {
    const downtimes = [{ node: 1, fromMs: 10, untilMs: 20 }];
    // A simulated node's counters outlive it.
    assert.equal(figures(counted({ downtimes })).conserved, true);
    const down = figures(counted({ downtimes, network: 'local' }));
    assert.equal(down.conserved, null);
    assert.equal(down.received.total, null);
    assert.match(down.unmeasured ?? '', /node 1 was down/);
    const restarted = counted();
    restarted.before[1]!.counters.messagesReceived = 5;
    assert.match(figures(restarted).unmeasured ?? '', /counters of node 1 fell/);
  });

  it('are measured when a node was down only outside of the measuring', () => {
    const downtimes = [{ node: 1, fromMs: -50, untilMs: -20 }];
    assert.equal(figures(counted({ downtimes, network: 'local' })).conserved, true);
  });
});

describe('bytes that are missing after a cut', () => {
  const cut: AppliedFault = {
    atMs: 0,
    appliedAtMs: 100,
    cause: 'timeline 1',
    missed: null,
    action: { kind: 'cut', links: [[0, 1]] },
  };

  it('prove nothing between processes, and everything where each byte is followed', () => {
    const missing = { droppedBytes: 1e9 };
    assert.equal(figures(counted({ ...missing, network: 'local' })).conserved, false);
    assert.equal(figures(counted({ ...missing, network: 'local', faults: [cut] })).conserved, null);
    assert.equal(figures(counted({ ...missing, network: 'simulated', faults: [cut] })).conserved, false);
    assert.equal(figures(counted({ network: 'local', faults: [cut] })).conserved, true);
  });

  it('prove nothing between processes that ended a connection meanwhile', () => {
    const ended = (network: 'local' | 'simulated', atMs: number): boolean | null => {
      const record = counted({ droppedBytes: 1e9, network });
      record.traces[0]!.events.push(disconnect(1, atMs));
      return figures(record).conserved;
    };
    assert.equal(ended('local', 500), null);
    assert.equal(ended('local', -1), false);
    assert.equal(ended('simulated', 500), false);
  });
});

describe('redundancy', () => {
  it('is copies received per delivery, and RMR copies/(n-1) - 1', () => {
    // 6 copies while measured, 2 of them by reconciliation; 3 deliveries of 4 pairs.
    assert.deepEqual(redundancy(countersWhileMeasuring(counted()), 3, 4), {
      redundancy: 2,
      relativeMessageRedundancy: 0.5,
    });
  });

  it('is null without a delivery or without counters', () => {
    assert.deepEqual(redundancy(countersWhileMeasuring(counted()), 0, 0), {
      redundancy: null,
      relativeMessageRedundancy: null,
    });
    assert.deepEqual(redundancy({ measured: false, reason: '' }, 3, 4), {
      redundancy: null,
      relativeMessageRedundancy: null,
    });
  });
});
