import assert from 'node:assert/strict';

import { DialPlan } from '../../../../testnet/networks/dial-plan.ts';
import type { Edge } from '../../../../testnet/networks/network.ts';

const SQUARE: Edge[] = [
  [0, 1],
  [0, 3],
  [1, 2],
  [2, 3],
];

describe('DialPlan', () => {
  it('has the first end of each edge dial', () => {
    const plan = new DialPlan(4, SQUARE, () => false);
    assert.deepEqual(plan.edges, SQUARE);
    assert.deepEqual(
      [0, 1, 2, 3].map((node) => plan.of(node)),
      [[1, 3], [2], [3], []],
    );
    plan.join(3);
    assert.deepEqual(plan.of(3), []);
    assert.equal(plan.isEdge(3, 0), true);
    assert.equal(plan.isEdge(1, 3), false);
  });

  it('has nobody dial where nodes find each other, and any two may be connected', () => {
    const plan = new DialPlan(4, [], (node) => node === 3, { discovered: true });
    plan.join(3);
    assert.deepEqual(
      [0, 1, 2, 3].map((node) => plan.of(node)),
      [[], [], [], []],
    );
    assert.deepEqual([plan.isEdge(0, 3), plan.isEdge(2, 2)], [true, false]);
  });

  it('has a late joiner dial its neighbours that are there, and of two of them the later one', () => {
    const plan = new DialPlan(4, SQUARE, (node) => node >= 2);
    assert.deepEqual(plan.edges, [[0, 1]]);
    assert.deepEqual([plan.hasJoined(1), plan.hasJoined(3)], [true, false]);
    plan.join(3);
    assert.deepEqual(
      [0, 1, 2, 3].map((node) => plan.of(node)),
      [[1], [], [], [0]],
    );
    plan.join(2);
    assert.deepEqual(plan.of(2), [1, 3]);
    assert.equal(plan.hasJoined(2), true);
  });
});
