import assert from 'node:assert/strict';

import fc from 'fast-check';

import { pathFinder, shortestPaths } from '../../../../testnet/topology/shortest-paths.ts';
import type { Arc } from '../../../../testnet/topology/shortest-paths.ts';
import { seeded } from '../../../helpers/seed.ts';

function floydWarshall(nodes: number, arcs: readonly Arc[]): number[][] {
  const best = Array.from({ length: nodes }, (_, from) =>
    Array.from({ length: nodes }, (_, to) => (from === to ? 0 : Infinity)),
  );
  for (const { from, to, weight } of arcs) best[from]![to] = Math.min(best[from]![to]!, weight);
  for (let via = 0; via < nodes; via++) {
    for (let from = 0; from < nodes; from++) {
      for (let to = 0; to < nodes; to++) {
        best[from]![to] = Math.min(best[from]![to]!, best[from]![via]! + best[via]![to]!);
      }
    }
  }
  return best;
}

describe('shortestPaths', () => {
  it('agrees with Floyd and Warshall from every source', () => {
    const nodes = fc.integer({ min: 1, max: 12 });
    const graphs = nodes.chain((count) => {
      const node = fc.nat({ max: count - 1 });
      // Whole numbers: sums in another order are the same.
      const arc = fc.record({ from: node, to: node, weight: fc.nat({ max: 20 }) });
      return fc.tuple(fc.constant(count), fc.array(arc, { maxLength: 60 }));
    });
    fc.assert(
      fc.property(graphs, ([count, arcs]) => {
        const expected = floydWarshall(count, arcs);
        const find = pathFinder(count, arcs);
        for (let source = 0; source < count; source++) assert.deepEqual([...find(source)], expected[source]);
      }),
      { numRuns: 300, ...seeded() },
    );
  });

  it('keeps the directions apart, and what cannot be reached at infinity', () => {
    const arcs = [
      { from: 0, to: 1, weight: 2.5 },
      { from: 1, to: 0, weight: 40 },
      { from: 1, to: 2, weight: 0 },
    ];
    assert.deepEqual([...shortestPaths(4, arcs, 0)], [0, 2.5, 2.5, Infinity]);
    assert.deepEqual([...shortestPaths(4, arcs, 1)], [40, 0, 0, Infinity]);
    assert.deepEqual([...shortestPaths(4, arcs, 3)], [Infinity, Infinity, Infinity, 0]);
  });

  it('refuses what is no arc', () => {
    const arc = { from: 0, to: 1, weight: 1 };
    for (const bad of [{ weight: -1 }, { weight: NaN }, { from: 2 }, { to: -1 }, { to: 0.5 }]) {
      assert.throws(() => shortestPaths(2, [{ ...arc, ...bad }], 0), RangeError);
    }
    assert.throws(() => shortestPaths(2, [arc], 2), RangeError);
  });
});
