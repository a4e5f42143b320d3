import assert from 'node:assert/strict';
import { LinkTable } from '../../../../../testnet/networks/local/link-table.ts';
import { resolveScenario } from '../../../../../testnet/scenario/resolve.ts';
import { linkModel } from '../../../../../testnet/topology/link-model.ts';

describe('LinkTable', () => {
  let table: LinkTable;
  beforeEach(() => {
    const scenario = resolveScenario(
      'links: {latencyMs: 40, latencyDistribution: uniform, latencySpreadMs: 20}\nseed: 3',
    );
    table = new LinkTable(linkModel(scenario));
  });
  const latencies = (self: number, peer: number): [number, number] => {
    const { there, back } = table.between(self, peer);
    return [there.travelMs(0), back.travelMs(0)];
  };

  it('has for both ends the same two directions, turned round, and one link for ever', () => {
    const [there, back] = latencies(0, 1);
    assert.notEqual(there, back);
    assert.deepEqual(latencies(1, 0), [back, there]);
    assert.equal(table.between(0, 1), table.between(0, 1));
  });

  it('changes both directions as both ends see them, one field at a time, and restores', () => {
    const before = latencies(0, 1);
    assert.equal(table.apply({ kind: 'change', links: [[0, 1]], change: { bandwidthMbps: 8 } }), true);
    assert.deepEqual(latencies(0, 1), before);
    assert.equal(table.apply({ kind: 'change', links: [[1, 0]], change: { latencyMs: 7 } }), true);
    assert.deepEqual(
      [latencies(0, 1), latencies(1, 0)],
      [
        [7, 7],
        [7, 7],
      ],
    );
    const ends = [table.between(0, 1).there, table.between(1, 0).back];
    assert.deepEqual(
      ends.map(({ bitsPerSecond }) => bitsPerSecond),
      [8e6, 8e6],
    );
    assert.equal(table.apply({ kind: 'restore', links: [[0, 1]] }), true);
    assert.deepEqual(latencies(0, 1), before);
    assert.equal(table.between(0, 1).there.bitsPerSecond, Infinity);
  });

  it('says when nothing is other than it was', () => {
    assert.equal(table.apply({ kind: 'heal', links: [[0, 1]] }), false);
    assert.equal(table.apply({ kind: 'restore', links: [[0, 1]] }), false);
    assert.equal(table.apply({ kind: 'change', links: [[0, 1]], change: { lossRate: 0 } }), false);
    assert.equal(table.apply({ kind: 'cut', links: [[0, 1]] }), true);
    assert.equal(table.apply({ kind: 'cut', links: [[1, 0]] }), false);
    assert.equal(
      table.apply({
        kind: 'cut',
        links: [
          [0, 1],
          [0, 2],
        ],
      }),
      true,
    );
    assert.equal(table.apply({ kind: 'heal', links: [[0, 1]] }), true);
  });

  it('lets its users feel cuts, those that come later, too, until they leave', async () => {
    const felt: string[] = [];
    const user = (name: string) => ({
      cut: () => felt.push(`${name} cut`),
      heal: () => felt.push(`${name} heal`),
      changed: () => felt.push(`${name} changed`),
    });
    const [early, late] = [user('early'), user('late')];
    const link = table.between(0, 1);
    link.attach(early);
    table.apply({ kind: 'cut', links: [[1, 0]] });
    link.attach(late);
    const whole = link.whole(AbortSignal.timeout(10_000));
    table.apply({ kind: 'change', links: [[1, 0]], change: { latencyMs: 1 } });
    link.detach(early);
    table.apply({ kind: 'heal', links: [[1, 0]] });
    await whole;
    // A change is one of each direction.
    assert.deepEqual(felt, [
      'early cut',
      'late cut',
      'early changed',
      'late changed',
      'early changed',
      'late changed',
      'late heal',
    ]);
  });

  it('lets who waits for a whole link give up', async () => {
    table.apply({ kind: 'cut', links: [[0, 1]] });
    const patience = new AbortController();
    const waiting = table.between(0, 1).whole(patience.signal);
    patience.abort(new Error('no longer'));
    await assert.rejects(waiting, /no longer/);
    await assert.rejects(table.between(0, 1).whole(patience.signal), /no longer/);
  });

  it('tells the lateness of the directions something came out of', () => {
    const { there, back } = table.between(4, 2);
    there.cameLate(0.5);
    there.cameLate(-0.1);
    assert.deepEqual(table.lateness(), [{ from: 4, to: 2, messages: 2, meanLateMs: 0.2 }]);
    back.cameLate(1);
    assert.equal(table.lateness().length, 2);
    table.forgetLateness();
    table.countLateness(false);
    there.cameLate(500);
    table.between(4, 3).there.cameLate(500);
    assert.deepEqual(table.lateness(), []);
    table.countLateness(true);
    there.cameLate(2);
    assert.deepEqual(table.lateness(), [{ from: 4, to: 2, messages: 1, meanLateMs: 2 }]);
  });
});
