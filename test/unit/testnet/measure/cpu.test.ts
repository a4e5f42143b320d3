import assert from 'node:assert/strict';
import {
  busiestProcessShare,
  cpuMs,
  cpuMsPerDelivery,
  rssBytesMax,
} from '../../../../testnet/measure/cpu.ts';
import { recordOf, status } from '../../../helpers/synthetic-record.ts';

/** Nodes 0 and 1 share a process that used 300 ms; node 2 has one of its own that used 50. */
const record = recordOf([[], [], []], {
  before: [100, 100, 10].map((ms, node) =>
    status({ cpuMs: ms, rssBytes: 1000, nodesInProcess: node < 2 ? 2 : 1 }),
  ),
  after: [400, 400, 60].map((ms, node) =>
    status({ cpuMs: ms, rssBytes: 900 - node, nodesInProcess: node < 2 ? 2 : 1 }),
  ),
});

describe('cpu', () => {
  it('counts each process once', () => {
    assert.equal(cpuMs(record), 350);
    assert.equal(cpuMsPerDelivery(350, 7), 50);
  });

  it('finds the largest and the busiest process', () => {
    assert.equal(rssBytesMax(record), 1000);
    // 300 ms in the second that was measured.
    assert.equal(busiestProcessShare(record), 0.3);
  });

  it('is null where virtual, started again, or nothing was delivered', () => {
    const virtual = recordOf([[]]);
    assert.deepEqual(
      [cpuMs(virtual), rssBytesMax(virtual), busiestProcessShare(virtual)],
      [null, null, null],
    );
    assert.equal(cpuMs({ before: record.after, after: record.before }), null);
    assert.equal(cpuMsPerDelivery(350, 0), null);
    assert.equal(cpuMsPerDelivery(null, 7), null);
  });
});
