import assert from 'node:assert/strict';

import fc from 'fast-check';

import { streamOf } from '../../../../testnet/random.ts';
import { cutOff, neighboursOf, TopologyError } from '../../../../testnet/topology/connectivity.ts';
import { complete } from '../../../../testnet/topology/graphs.ts';
import { randomRegular } from '../../../../testnet/topology/random-regular.ts';
import { seeded } from '../../../helpers/seed.ts';

describe('randomRegular', () => {
  it('gives every node exactly the degree, for all sizes and degrees there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 60 }),
        fc.integer({ min: 2, max: 59 }),
        fc.nat(),
        (nodes, degree, seed) => {
          fc.pre(degree < nodes && (nodes * degree) % 2 === 0);
          const edges = randomRegular(nodes, degree, streamOf(seed));
          const neighbours = neighboursOf(nodes, edges);
          for (const [node, others] of neighbours.entries()) {
            assert.equal(others.length, degree);
            assert.equal(new Set(others).size, degree);
            assert.ok(!others.includes(node));
          }
          assert.deepEqual(cutOff(nodes, edges), []);
        },
      ),
      { numRuns: 150, ...seeded() },
    );
  });

  it('has the smallest and the densest', () => {
    assert.deepEqual(randomRegular(2, 1, streamOf(1)), [[0, 1]]);
    assert.deepEqual(randomRegular(9, 8, streamOf(1)), complete(9));
    assert.equal(randomRegular(10, 8, streamOf(1)).length, 40);
    assert.equal(randomRegular(1000, 8, streamOf(1)).length, 4000);
    assert.equal(randomRegular(1000, 2, streamOf(1)).length, 1000);
  });

  // 6 nodes, degree 3: K(3,3) in 10 labellings, the prism in 60. Degree 2: 60 rings. Degree 4: the 15 complements of
  // perfect matchings.
  for (const [degree, graphs] of [
    [2, 60],
    [3, 70],
    [4, 15],
  ] as const) {
    it(`draws each of the ${graphs} connected graphs of degree ${degree} over 6 nodes about as often`, () => {
      const counts = new Map<string, number>();
      const random = streamOf(5, 'uniform');
      const rounds = graphs * 150;
      for (let round = 0; round < rounds; round++) {
        const key = JSON.stringify(randomRegular(6, degree, random));
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      assert.equal(counts.size, graphs);
      const extremes = [Math.min(...counts.values()), Math.max(...counts.values())];
      assert.ok(
        extremes[0]! > 80 && extremes[1]! < 250,
        `between ${extremes.join(' and ')} times, 150 each expected`,
      );
    });
  }

  it('refuses what cannot be, with a way out', () => {
    const refuses = (nodes: number, degree: number, message: RegExp) =>
      assert.throws(
        () => randomRegular(nodes, degree, streamOf(1)),
        (error) => error instanceof TopologyError && message.test(error.message),
      );
    refuses(5, 3, /nodes x degree must be even; take degree 2 or 4/);
    refuses(8, 8, /degree 8 needs at least 9 nodes, there are 8/);
    refuses(4, 1, /in pairs only/);
  });
});
