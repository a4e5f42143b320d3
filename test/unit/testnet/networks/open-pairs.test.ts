import assert from 'node:assert/strict';
import { openPairs } from '../../../../testnet/networks/open-pairs.ts';

const told = (rows: Record<number, number[]>): Map<number, Set<number>> =>
  new Map(Object.entries(rows).map(([node, peers]) => [Number(node), new Set(peers)]));
const up = (): boolean => true;

describe('openPairs', () => {
  it('are those both ends tell of, in order', () => {
    assert.deepEqual(openPairs(told({ 2: [1, 0], 0: [2], 1: [2] }), up), [
      [0, 2],
      [1, 2],
    ]);
  });

  it('are none that only one end has', () => {
    assert.deepEqual(openPairs(told({ 0: [1], 1: [] }), up), []);
  });

  it('take the word of the one for the other that does not answer', () => {
    assert.deepEqual(openPairs(told({ 0: [1] }), up), [[0, 1]]);
  });

  it('are none to a node that is down', () => {
    assert.deepEqual(
      openPairs(told({ 0: [1] }), (node) => node !== 1),
      [],
    );
  });
});
