import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { Edge } from '../../../../testnet/networks/network.ts';
import { streamOf } from '../../../../testnet/random.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { cutOff, neighboursOf, TopologyError } from '../../../../testnet/topology/connectivity.ts';
import { degreeProblem } from '../../../../testnet/topology/degree.ts';
import {
  barabasiAlbert,
  buildTopology,
  complete,
  edgeList,
  erdosRenyi,
  line,
  ring,
  star,
  wattsStrogatz,
} from '../../../../testnet/topology/graphs.ts';
import { GRAPH_KINDS } from '../../../../testnet/topology/kind.ts';
import { seeded } from '../../../helpers/seed.ts';

const degrees = (nodes: number, edges: readonly Edge[]) =>
  neighboursOf(nodes, edges).map((others) => others.length);

/** Simple, connected, between existing nodes, sorted. */
function assertGraph(nodes: number, edges: readonly Edge[]): void {
  for (const [low, high] of edges) assert.ok(Number.isInteger(low) && 0 <= low && low < high && high < nodes);
  const sorted = [...edges].sort(([a, b], [c, d]) => a - c || b - d);
  assert.deepEqual(edges, sorted);
  assert.equal(new Set(edges.map(String)).size, edges.length);
  assert.deepEqual(cutOff(nodes, edges), []);
}

describe('graphs', () => {
  it('of the plain families are what their names say', () => {
    assert.deepEqual(complete(4), [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    assert.deepEqual(ring(4), [
      [0, 1],
      [0, 3],
      [1, 2],
      [2, 3],
    ]);
    assert.deepEqual(ring(2), [[0, 1]]);
    assert.deepEqual(line(4), [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    assert.deepEqual(star(4), [
      [0, 1],
      [0, 2],
      [0, 3],
    ]);
    for (const family of [complete, ring, line, star]) {
      for (let nodes = 2; nodes < 8; nodes++) assertGraph(nodes, family(nodes));
    }
  });

  it('of every family follow from the seed, and are other ones for other seeds', () => {
    // Regions need nodes that are somewhere: community-graphs.test.ts.
    for (const kind of GRAPH_KINDS.filter((kind) => kind !== 'edges' && kind !== 'regions')) {
      const { nodes, topology } = resolveScenario(`{nodes: {count: 60}, topology: {kind: ${kind}}}`);
      const build = (seed: number) => buildTopology(nodes.count, topology, streamOf(seed, 'topology'));
      assertGraph(60, build(1));
      assert.deepEqual(build(1), build(1), kind);
      const random = !['complete', 'ring', 'line', 'star'].includes(kind);
      assert.equal(JSON.stringify(build(1)) !== JSON.stringify(build(2)), random, kind);
    }
  });

  it('of Erdos and Renyi have the mean degree asked for', () => {
    let ends = 0;
    for (let seed = 0; seed < 20; seed++) {
      const edges = erdosRenyi(100, 12, streamOf(seed));
      assertGraph(100, edges);
      ends += 2 * edges.length;
    }
    const mean = ends / 20 / 100;
    assert.ok(Math.abs(mean - 12) < 0.4, `mean degree ${mean}`);
    assert.deepEqual(erdosRenyi(9, 8, streamOf(1)), complete(9));
  });

  it('of Erdos and Renyi that are always in parts are refused with a way out', () => {
    assert.throws(
      () => erdosRenyi(500, 1, streamOf(1)),
      /cut off from the other \d+: 100 graphs were drawn and all were in parts; raise topology\.degree above ln\(500\) = 6\.2/,
    );
  });

  it('of Watts and Strogatz are the lattice, rewired as much as asked', () => {
    const lattice = wattsStrogatz(40, 6, 0, streamOf(1));
    for (const [low, high] of lattice) assert.ok(Math.min(high - low, 40 - (high - low)) <= 3);
    assert.ok(degrees(40, lattice).every((degree) => degree === 6));

    const known = new Set(lattice.map(String));
    const moved = (probability: number, seed: number) => {
      const edges = wattsStrogatz(40, 6, probability, streamOf(seed));
      assertGraph(40, edges);
      assert.equal(edges.length, lattice.length);
      return edges.filter((edge) => !known.has(String(edge))).length / edges.length;
    };
    const mean = (probability: number) =>
      Array.from({ length: 30 }, (_, seed) => moved(probability, seed)).reduce((sum, share) => sum + share) /
      30;
    assert.ok(Math.abs(mean(0.1) - 0.1) < 0.03, `${mean(0.1)}`);
    assert.ok(mean(1) > 0.75, `${mean(1)}`);
    // Nothing is free to move to.
    assert.deepEqual(wattsStrogatz(7, 6, 1, streamOf(1)), complete(7));
  });

  it('of Barabasi and Albert grow hubs', () => {
    const edges = barabasiAlbert(300, 6, streamOf(1));
    assertGraph(300, edges);
    assert.equal(edges.length, 6 + (300 - 4) * 3);
    const sorted = degrees(300, edges).sort((a, b) => a - b);
    assert.equal(sorted[0], 3);
    assert.ok(sorted.at(-1)! > 25, `largest degree ${sorted.at(-1)!}`);
    assert.ok(sorted[150]! <= 5, `median degree ${sorted[150]!}`);
  });

  it('of the random families are simple and connected for all they can have', () => {
    const kinds = fc.constantFrom('random-regular', 'watts-strogatz', 'barabasi-albert');
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 39 }),
        fc.nat(),
        (kind, nodes, degree, seed) => {
          const build = () =>
            buildTopology(
              nodes,
              { kind, degree, rewireProbability: 0.2, clusters: 2, bridges: 2, localShare: 0.8, edges: null },
              streamOf(seed, 'topology'),
            );
          // A ring rewired may well fall apart; it is refused then.
          if (kind === 'watts-strogatz' && degree < 4) return;
          if (degreeProblem(kind, nodes, degree) !== null) assert.throws(build, TopologyError);
          else assertGraph(nodes, build());
        },
      ),
      { numRuns: 150, ...seeded() },
    );
  });

  it('of a list are sorted, and refused when a part is cut off', () => {
    assert.deepEqual(
      edgeList(3, [
        [2, 1],
        [1, 0],
      ]),
      [
        [0, 1],
        [1, 2],
      ],
    );
    const hint = 'add edges to topology.edges that reach them';
    assert.throws(
      () =>
        edgeList(4, [
          [0, 1],
          [1, 3],
        ]),
      new TopologyError(`node 2 is cut off from the other 3: ${hint}`),
    );
    assert.throws(
      () =>
        edgeList(6, [
          [0, 1],
          [2, 3],
          [3, 4],
          [4, 5],
        ]),
      new TopologyError(`nodes 0, 1 are cut off from the other 4: ${hint}`),
    );
    assert.throws(
      () => edgeList(12, [[0, 1]]),
      new TopologyError(`nodes 2, 3, 4, 5, 6, 7, 8, 9 and 2 more are cut off from the other 2: ${hint}`),
    );
    assert.throws(() => edgeList(3, [[0, 0]]), /connects a node to itself/);
    assert.throws(
      () =>
        edgeList(3, [
          [0, 1],
          [1, 0],
        ]),
      /listed twice/,
    );
    assert.throws(
      () =>
        edgeList(3, [
          [0, 1],
          [1, 3],
        ]),
      /there is no node 3/,
    );
  });
});
