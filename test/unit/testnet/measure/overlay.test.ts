import assert from 'node:assert/strict';
import { Overlay } from '../../../../testnet/measure/overlay.ts';
import type { TraceEvent } from '../../../../src/telemetry/trace.ts';
import { applied, connect, disconnect } from '../../../helpers/member-events.ts';
import { recordOf } from '../../../helpers/synthetic-record.ts';

/** Both ends tell of each; the third and fourth of a row are when it opened and closed. */
function traces(
  nodes: number,
  rows: readonly (readonly [number, number, number, number?])[],
): TraceEvent[][] {
  return Array.from({ length: nodes }, (_, node) =>
    rows
      .filter(([a, b]) => a === node || b === node)
      .flatMap(([a, b, fromMs, untilMs]) => {
        const peer = a === node ? b : a;
        return [connect(peer, fromMs), ...(untilMs === undefined ? [] : [disconnect(peer, untilMs)])];
      })
      .sort((x, y) => x.atMs - y.atMs),
  );
}

describe('Overlay of nodes that find each other themselves', () => {
  const links = [
    [0, 1],
    [1, 2],
    [2, 3],
    [0, 3],
  ].flatMap(([a, b]) => [
    { from: a!, to: b!, latencyMs: 10 },
    { from: b!, to: a!, latencyMs: 10 },
  ]);
  const record = recordOf(
    traces(4, [
      [0, 1, -500],
      [1, 2, -400, 300],
      [2, 3, 200],
      [0, 3, 600],
    ]),
    {
      discovered: true,
      links,
      edges: links.filter(({ from, to }) => from < to).map(({ from, to }) => [from, to]),
    },
  );

  it('has the connections that were open at each moment', () => {
    const overlay = new Overlay(record);
    assert.deepEqual(overlay.edgesAt(0), [
      [0, 1],
      [1, 2],
    ]);
    assert.deepEqual(overlay.edgesAt(700), [
      [0, 1],
      [0, 3],
      [2, 3],
    ]);
  });

  it('finds the shortest ways over them', () => {
    const overlay = new Overlay(record);
    assert.deepEqual([...overlay.distancesFrom(0, 0)!], [0, 10, 20, Infinity]);
    assert.deepEqual([...overlay.distancesFrom(0, 250)!], [0, 10, 20, 30]);
    assert.deepEqual([...overlay.distancesFrom(0, 400)!], [0, 10, Infinity, Infinity]);
    assert.deepEqual([...overlay.distancesFrom(0, 700)!], [0, 10, 20, 10]);
  });

  it('keeps the ways of one stretch of time, the one asked for last', () => {
    const overlay = new Overlay(record);
    const first = overlay.distancesFrom(0, 0);
    assert.equal(overlay.distancesFrom(0, 100), first);
    overlay.distancesFrom(0, 250);
    const again = overlay.distancesFrom(0, 0);
    assert.notEqual(again, first);
    assert.deepEqual(again, first);
  });

  it('reaches by later connections, and not by those that closed before', () => {
    assert.deepEqual([...new Overlay(record).reachableFrom(2, 350)], [1, 1, 1, 1]);
    const parted = { ...record, faults: [applied(500, { kind: 'cut', links: [[0, 3]] })] };
    assert.deepEqual([...new Overlay(parted).reachableFrom(2, 350)], [0, 0, 1, 1]);
  });

  it('does not go by a node that is down, whose connections ended with it', () => {
    const down = { ...record, downtimes: [{ node: 3, fromMs: 550, untilMs: null }] };
    assert.deepEqual([...new Overlay(down).reachableFrom(2, 350)], [0, 0, 1, 0]);
  });
});
