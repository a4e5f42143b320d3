import assert from 'node:assert/strict';
import {
  connectionFigures,
  openConnections,
  timeToConnected,
  toldConnections,
} from '../../../../testnet/measure/connections.ts';
import { connect, disconnect } from '../../../helpers/member-events.ts';
import { recordOf } from '../../../helpers/synthetic-record.ts';

describe('toldConnections', () => {
  it('begin and end as the node says, the last may be open', () => {
    const record = recordOf([[connect(1, 10), disconnect(1, 20), connect(1, 30)], []]);
    assert.deepEqual(toldConnections(record), [
      { a: 0, b: 1, fromMs: 10, untilMs: 20 },
      { a: 0, b: 1, fromMs: 30, untilMs: Infinity },
    ]);
  });

  it('end with the node, which says nothing of it', () => {
    const record = recordOf([[connect(1, 10), connect(1, 50)], []], {
      downtimes: [
        { node: 0, fromMs: 20, untilMs: 40 },
        { node: 0, fromMs: 60, untilMs: null },
      ],
    });
    assert.deepEqual(
      toldConnections(record).map(({ fromMs, untilMs }) => [fromMs, untilMs]),
      [
        [10, 20],
        [50, 60],
      ],
    );
  });

  it('leave out peers that are no nodes of the record', () => {
    const record = recordOf([[{ kind: 'connect', atMs: 1, peer: 'a stranger' }], []]);
    assert.deepEqual(toldConnections(record), []);
  });
});

describe('openConnections', () => {
  it('are open while both ends have them', () => {
    const record = recordOf([
      [connect(1, 10), disconnect(1, 90), connect(1, 100)],
      [connect(0, 12), disconnect(0, 80), connect(0, 103)],
    ]);
    assert.deepEqual(openConnections(record), [
      { a: 0, b: 1, fromMs: 12, untilMs: 80 },
      { a: 0, b: 1, fromMs: 103, untilMs: Infinity },
    ]);
  });

  it('are none that only one end tells of', () => {
    assert.deepEqual(openConnections(recordOf([[connect(1, 10)], []])), []);
  });
});

describe('connectionFigures', () => {
  it('weigh by time, and count from ready to end', () => {
    // Node 0 has one for all of it and two for half of it; node 1 one; node 2 none for half of it, then one.
    const record = recordOf([
      [connect(1, -50), connect(2, 500)],
      [connect(0, -50)],
      [connect(0, 500), disconnect(0, 2000)],
    ]);
    assert.deepEqual(connectionFigures(record), { mean: (1.5 + 1 + 0.5) / 3, min: 0, max: 2 });
  });

  it('leave out the time a node was away', () => {
    const record = recordOf([[connect(1, -50), connect(1, 800)], [connect(0, -50), disconnect(0, 200)], []], {
      downtimes: [
        { node: 0, fromMs: 200, untilMs: 800 },
        { node: 2, fromMs: 0, untilMs: null },
      ],
      freezes: [{ node: 1, fromMs: 200, untilMs: 1000 }],
    });
    assert.deepEqual(connectionFigures(record), { mean: 1, min: 1, max: 1 });
  });

  it('are not measured where nobody tells of connections', () => {
    assert.deepEqual(connectionFigures(recordOf([[], []])), { mean: null, min: null, max: null });
  });
});

describe('timeToConnected', () => {
  const both = (a: number, b: number, atMs: number, untilMs = Infinity) =>
    [
      [a, connect(b, atMs), disconnect(b, untilMs)],
      [b, connect(a, atMs), disconnect(a, untilMs)],
    ] as const;
  const recordWith = (pairs: readonly (readonly [number, number, number, number?])[], nodes = 4) => {
    const told = pairs.flatMap(([a, b, atMs, untilMs]) => both(a, b, atMs, untilMs));
    return recordOf(
      Array.from({ length: nodes }, (_, node) =>
        told
          .filter(([of]) => of === node)
          .flatMap(([, open, close]) => (close.atMs === Infinity ? [open] : [open, close]))
          .sort((x, y) => x.atMs - y.atMs),
      ),
      { upAtMs: -1000, startedAtMs: -300 },
    );
  };

  it('is when the last part joins, and when the meshes stood', () => {
    const record = recordWith([
      [0, 1, -900],
      [2, 3, -800],
      [1, 2, -700],
      [0, 3, -600],
    ]);
    assert.deepEqual(timeToConnected(record), { connected: 300, meshed: 700 });
  });

  it('counts none that closed before', () => {
    const record = recordWith([
      [0, 1, -900, -750],
      [2, 3, -800],
      [1, 2, -700],
      [0, 3, -600],
    ]);
    assert.equal(timeToConnected(record).connected, 400);
  });

  it('does not wait for late joiners', () => {
    const record = recordWith([
      [0, 1, -900],
      [1, 2, -700],
      [1, 3, 300],
    ]);
    assert.equal(timeToConnected(record).connected, 1300);
    record.before[3]!.up = false;
    assert.equal(timeToConnected(record).connected, 300);
  });

  it('waits for nobody where one node or none is there at the start', () => {
    const record = recordWith([[0, 1, 200]], 2);
    record.before[1]!.up = false;
    assert.deepEqual(timeToConnected(record), { connected: 0, meshed: 700 });
    record.before[0]!.up = false;
    assert.equal(timeToConnected(record).connected, 0);
  });

  it('is null when they never are, or nobody knows when they were up', () => {
    assert.equal(timeToConnected(recordWith([[0, 1, -900]])).connected, null);
    const { upAtMs: _, ...record } = recordWith([[0, 1, -900]], 2);
    assert.deepEqual(timeToConnected(record), { connected: null, meshed: null });
  });

  it('is no negative time: the last one up may be connected before it says that it is', () => {
    assert.equal(timeToConnected(recordWith([[0, 1, -1200]], 2)).connected, 0);
  });
});
