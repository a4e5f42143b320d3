import assert from 'node:assert/strict';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import { join } from '../../../../testnet/measure/join.ts';
import { hopSplit } from '../../../../testnet/measure/split.ts';
import { tree, UNKNOWN_HOPS } from '../../../../testnet/measure/tree.ts';
import { handRecord } from '../../../helpers/hand-record.ts';
import { arrival, hashOf, recordOf, submission } from '../../../helpers/synthetic-record.ts';

describe('tree', () => {
  it('counts hops along first copies', () => {
    const { hops, mean, max, unknown, histogram, criticalPath } = tree(join(handRecord()));
    assert.deepEqual([...hops], [0, 1, 2, UNKNOWN_HOPS, 1, 0, 1, UNKNOWN_HOPS]);
    assert.deepEqual(
      { mean, max, unknown, histogram },
      { mean: 1.25, max: 2, unknown: 0, histogram: [0, 3, 1] },
    );
    assert.deepEqual(criticalPath, { mean: 1.5, max: 2 });
  });

  it('follows a path whatever the order of the nodes', () => {
    const record = recordOf(
      [[arrival(1, 30, 1)], [arrival(1, 20, 2)], [arrival(1, 10, 3)], [arrival(1, 1, null)]],
      {
        submissions: [submission(1, { entry: 3 })],
      },
    );
    assert.deepEqual([...tree(join(record)).hops], [3, 2, 1, 0]);
  });

  it('does not know what came from a stranger, from one without it, or in a circle', () => {
    const stranger = { ...arrival(1, 9, 0), from: 'somebody else' };
    const submissions = [submission(1)];
    const fromStranger = recordOf([[arrival(1, 1, null)], [stranger], [arrival(1, 12, 1)]], { submissions });
    assert.deepEqual([...tree(join(fromStranger)).hops], [0, UNKNOWN_HOPS, UNKNOWN_HOPS]);
    assert.equal(tree(join(fromStranger)).unknown, 2);
    const circle = recordOf(
      [[arrival(1, 1, null)], [arrival(1, 5, 2)], [arrival(1, 5, 1)], [arrival(1, 9, 2)]],
      { submissions },
    );
    assert.deepEqual([...tree(join(circle)).hops], [0, UNKNOWN_HOPS, UNKNOWN_HOPS, UNKNOWN_HOPS]);
  });

  it('finds the longest of more paths than a call takes arguments', () => {
    const transactions = Array.from({ length: 200_000 }, (_, index) => index);
    const record = recordOf(
      [
        transactions.map((transaction) => arrival(transaction, 1, null)),
        transactions.map((transaction) => arrival(transaction, 2, 0)),
      ],
      { submissions: transactions.map((transaction) => submission(transaction)) },
    );
    assert.deepEqual(tree(join(record)).criticalPath, { mean: 1, max: 1 });
  });

  it('of nothing is null', () => {
    const { mean, max, criticalPath } = tree(join(recordOf([[]])));
    assert.deepEqual(
      { mean, max, criticalPath },
      { mean: null, max: null, criticalPath: { mean: null, max: null } },
    );
  });
});

describe('hopSplit', () => {
  it('divides a hop into batching, link, queue and validation', () => {
    const first = { ...arrival(1, 20, 0), receivedAtMs: 11, validationAtMs: 14 };
    const second = { ...arrival(1, 50, 1), receivedAtMs: 40, validationAtMs: 41 };
    const record = recordOf([[arrival(1, 1, null)], [first], [second]], { submissions: [submission(1)] });
    // Links 10 and 20, queues 3 and 1, validations 6 and 9.
    const split = { hops: 2, batchingMs: 0, linkMs: 15, queueMs: 2, validationMs: 7.5 };
    assert.deepEqual(hopSplit(join(record)), split);
    const publish = (atMs: number): TraceEvent => {
      return { kind: 'publish', atMs, messageId: 'm', hashes: [hashOf(1)], recipients: 1 };
    };
    record.traces[0]!.events.push(publish(5), publish(9));
    // Published 4 ms after it came, and again later; node 1 published it after its peer already had it.
    record.traces[1]!.events.push(publish(41));
    assert.deepEqual(hopSplit(join(record)), { ...split, batchingMs: 2, linkMs: 13 });
  });

  it('is not measured without a hop', () => {
    assert.deepEqual(hopSplit(join(recordOf([[]]))), {
      hops: 0,
      batchingMs: null,
      linkMs: null,
      queueMs: null,
      validationMs: null,
    });
  });
});
