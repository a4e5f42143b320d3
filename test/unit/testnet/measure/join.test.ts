import assert from 'node:assert/strict';
import { join, NO_PROVENANCE } from '../../../../testnet/measure/join.ts';
import { PROVENANCES, type PublishEvent, type TraceEvent } from '../../../../src/telemetry/trace.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, hashOf, recordOf, submission } from '../../../helpers/synthetic-record.ts';

describe('join', () => {
  it('puts every first arrival in its cell', () => {
    const joined = join(handRecord());
    assert.deepEqual(
      joined.transactions.map(({ hash, entry, scheduledAtMs }) => [hash, entry, scheduledAtMs]),
      [
        [hashOf(1), 0, 0],
        [hashOf(2), 1, 100],
      ],
    );
    assert.deepEqual([...joined.arrivalAtMs], [1, 11, 21, Infinity, 110, 100, 110, Infinity]);
    assert.deepEqual([...joined.fromNode], [-1, 0, 1, -1, 1, -1, 1, -1]);
    const names = [...joined.provenance].map((index) =>
      index === NO_PROVENANCE ? null : PROVENANCES[index],
    );
    assert.deepEqual(names, ['rpc', 'push', 'pull', null, 'push', 'rpc', 'sync', null]);
  });

  it('marks what came after the drain, and keeps the last refusal before its end', () => {
    const joined = join(handRecord());
    assert.deepEqual([...joined.late], [0, 0, 0, 1, 0, 0, 0, 0]);
    assert.deepEqual(
      [...joined.refusal].map((code) => joined.refusalCodes[code - 1] ?? null),
      [null, null, null, null, null, null, null, 'pool-full'],
    );
  });

  it('takes an arrival at the very end of the drain as in time', () => {
    const joined = join(recordOf([[arrival(1, 1000, null)]], { submissions: [submission(1)] }));
    assert.deepEqual([...joined.arrivalAtMs], [1000]);
    assert.deepEqual([...joined.late], [0]);
  });

  it('takes for queued what became executable only after the drain', () => {
    const queued = { ...arrival(1, 5, null), status: 'queued' } as const;
    const publish = (atMs: number): PublishEvent => {
      return { kind: 'publish', atMs, messageId: 'm', hashes: [hashOf(1)], recipients: 1 };
    };
    const joinedOf = (...later: TraceEvent[]) =>
      join(recordOf([[queued, ...later], []], { submissions: [submission(1)] }));
    assert.deepEqual([...joinedOf(publish(1000)).onlyQueued], [0]);
    assert.deepEqual([...joinedOf(publish(1001)).onlyQueued], [1]);
    assert.equal(joinedOf(publish(1001)).publishedAtMs.size, 0);
    assert.deepEqual([...joinedOf(arrival(1, 1000, null)).onlyQueued], [0]);
    assert.deepEqual([...joinedOf(arrival(1, 1001, null)).onlyQueued], [1]);
    const late = join(recordOf([[{ ...queued, atMs: 1001 }]], { submissions: [submission(1)] }));
    assert.deepEqual([...late.onlyQueued], [0]);
  });

  it('counts apart what belongs to no transaction', () => {
    assert.deepEqual(join(handRecord()).strays, {
      unknownArrivals: 1,
      unacceptedArrivals: 1,
      repeats: 0,
      resubmissions: 0,
      otherRefusals: 0,
    });
    const garbage = {
      kind: 'refused',
      atMs: 5,
      hash: null,
      code: 'malformed',
      provenance: 'push',
      from: 'peer-0',
    } as const;
    assert.equal(join(recordOf([[], [garbage]])).strays.otherRefusals, 1);
  });

  it('counts the first of repeated arrivals', () => {
    const joined = join(
      recordOf([[arrival(1, 5, null), arrival(1, 50, null)]], { submissions: [submission(1)] }),
    );
    assert.deepEqual([...joined.arrivalAtMs], [5]);
    assert.equal(joined.strays.repeats, 1);
  });

  it('takes the earliest scheduled of several submissions of one hash', () => {
    const submissions = [
      submission(1, { scheduledAtMs: 30, entry: 1 }),
      submission(1, { scheduledAtMs: 10, entry: 0 }),
    ];
    const joined = join(recordOf([[], []], { submissions }));
    assert.deepEqual(
      joined.transactions.map(({ entry, scheduledAtMs }) => [entry, scheduledAtMs]),
      [[0, 10]],
    );
    assert.equal(joined.strays.resubmissions, 1);
  });

  it('puts a node where its index says, whatever the order of the traces', () => {
    const record = handRecord();
    record.traces.reverse();
    assert.deepEqual([...join(record).arrivalAtMs], [...join(handRecord()).arrivalAtMs]);
  });

  it('knows no giver outside of the network', () => {
    const stranger = { ...arrival(1, 9, 0), from: 'somebody else' };
    const joined = join(recordOf([[], [stranger]], { submissions: [submission(1)] }));
    assert.deepEqual([...joined.fromNode], [-1, -1]);
  });

  it('refuses a record that contradicts itself', () => {
    const twice = recordOf([[], []]);
    twice.traces[1]!.index = 0;
    assert.throws(() => join(twice), /two traces of node 0/);
    const outside = recordOf([[], []]);
    outside.traces[1]!.index = 2;
    assert.throws(() => join(outside), /a trace is of node 2, but with 2 traces nodes are 0 to 1/);
    const samePeer = recordOf([[], []]);
    samePeer.traces[1]!.peerId = 'peer-0';
    assert.throws(() => join(samePeer), /nodes 0 and 1 have the same peer id/);
    assert.throws(() => join(recordOf([[], []], { after: [] })), /2 statuses before and 0 after/);
    assert.throws(
      () => join(recordOf([[]], { submissions: [submission(1, { entry: 1 })] })),
      /submitted to node 1, but the record has 1 nodes/,
    );
  });
});
