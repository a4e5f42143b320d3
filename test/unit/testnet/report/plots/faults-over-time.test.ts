import assert from 'node:assert/strict';
import { faultsOverTime } from '../../../../../testnet/report/plots/faults-over-time.ts';

const transactions = [
  { t0Ms: 0, coverage: 1, t90Ms: 50 },
  { t0Ms: 500, coverage: 0.5, t90Ms: null },
];

describe('faults over time', () => {
  it('lists every fault with what it did', () => {
    const planned = { atMs: 0, appliedAtMs: 100, sinceReadyMs: 100, cause: 'timeline 1' };
    const figure = faultsOverTime(
      [
        { ...planned, action: { kind: 'kill', node: 3 }, missed: null },
        { ...planned, action: { kind: 'restart', node: 3, disk: 'lost' }, missed: null },
        { ...planned, action: { kind: 'cut', links: [[1, 2]] }, missed: 'they are not connected' },
        { ...planned, action: { kind: 'slow', node: 1, factor: 4 }, missed: null },
      ],
      transactions,
    );
    assert.deepEqual(
      figure.table.rows.map(([, what, , missed]) => [what, missed]),
      [
        ['kill node 3', ''],
        ['restart node 3, disk lost', ''],
        ['cut link 1–2', 'they are not connected'],
        ['slow node 1 by 4', ''],
      ],
    );
    assert.match(figure.svg!, /<line/);
  });

  it('shows the transactions alone when nothing broke', () => {
    const figure = faultsOverTime([], transactions);
    assert.equal(figure.table.rows.length, 2);
    assert.deepEqual(
      figure.legend.map(({ name }) => name),
      ['transactions'],
    );
  });
});
