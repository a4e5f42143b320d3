import assert from 'node:assert/strict';
import { Agenda } from '../../../testnet/agenda.ts';
import type { NodeStatus } from '../../../testnet/networks/network.ts';
import { withProgressNow } from '../../../testnet/progress-now.ts';
import { sampleSeries } from '../../../testnet/sample-series.ts';
import { ManualTime } from '../../helpers/manual-network.ts';
import { status } from '../../helpers/synthetic-record.ts';

class Growing extends ManualTime {
  looks = 0;

  status(): Promise<NodeStatus[]> {
    this.looks++;
    const arrivals = this.clock.nowMs() / 100;
    return Promise.resolve([
      status({ mesh: this.looks, pending: 2, queued: 3, arrivals, scores: { lowest: -1, mean: 4 } }),
      status({ up: this.looks !== 2, mesh: 7, arrivals: arrivals / 2 }),
    ]);
  }
}

describe('sampleSeries', () => {
  it('keeps what was asked for, a row a node, with nothing of who was down', async () => {
    const network = new Growing(1000);
    const agenda = new Agenda(network);
    const series = sampleSeries(network, agenda, { everyMs: 200, of: ['mesh', 'pool', 'scores'] });
    await agenda.sleepUntil(1450);
    await new Promise(setImmediate);
    assert.deepEqual(series(), {
      atMs: [1000, 1200, 1400],
      mesh: [
        [1, 2, 3],
        [7, null, 7],
      ],
      pending: [
        [2, 2, 2],
        [0, null, 0],
      ],
      queued: [
        [3, 3, 3],
        [0, null, 0],
      ],
      scoreLowest: [
        [-1, -1, -1],
        [null, null, null],
      ],
      scoreMean: [
        [4, 4, 4],
        [null, null, null],
      ],
    });
  });

  it('asks nobody for nothing', async () => {
    const network = new Growing(0);
    const agenda = new Agenda(network);
    const series = sampleSeries(network, agenda, { everyMs: 10, of: [] });
    await agenda.sleepUntil(100);
    assert.equal(series(), null);
    assert.equal(network.looks, 0);
  });
});

describe('withProgressNow', () => {
  it('says with each step how late it is, when it ends, and how much has arrived', async () => {
    const network = new Growing(1000);
    const agenda = new Agenda(network);
    const before = [status({ arrivals: 10 }), status({ arrivals: 5 })];
    const told: unknown[] = [];
    const progress = withProgressNow(
      network,
      agenda,
      before,
      9000,
      () => 20,
      (...args) => void told.push(args),
    );
    progress('submit', 1, 50);
    await agenda.sleepUntil(2100);
    await new Promise(setImmediate);
    progress('submit', 2, 50);
    // Ten and five of twenty each, at 2,000 ms.
    assert.deepEqual(told, [
      ['submit', 1, 50, { sinceMs: 0, endsMs: 9000, coverage: null }],
      ['submit', 1, 50, { sinceMs: 1000, endsMs: 9000, coverage: 15 / 40 }],
      ['submit', 2, 50, { sinceMs: 1100, endsMs: 9000, coverage: 15 / 40 }],
    ]);
  });
});
