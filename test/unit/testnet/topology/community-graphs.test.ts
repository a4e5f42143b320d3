import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { Edge } from '../../../../testnet/networks/network.ts';
import { streamOf } from '../../../../testnet/random.ts';
import { edgesOf } from '../../../../testnet/run.ts';
import { placesOf } from '../../../../testnet/scenario/node-settings.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import {
  clusterBounds,
  clustersProblem,
  clustersWithBridges,
  regionGraph,
} from '../../../../testnet/topology/community-graphs.ts';
import { cutOff, neighboursOf, TopologyError } from '../../../../testnet/topology/connectivity.ts';
import { degreeProblem } from '../../../../testnet/topology/degree.ts';
import { seeded } from '../../../helpers/seed.ts';

function assertSimpleAndConnected(nodes: number, edges: readonly Edge[]): void {
  assert.ok(edges.every(([a, b]) => a >= 0 && a < b && b < nodes));
  assert.equal(new Set(edges.map(String)).size, edges.length);
  assert.deepEqual(cutOff(nodes, edges), []);
}

describe('clusters with bridges', () => {
  it('divide the nodes by index into parts whose sizes differ by one at most', () => {
    assert.deepEqual(clusterBounds(10, 3), [0, 4, 7, 10]);
    assert.deepEqual(clusterBounds(4, 2), [0, 2, 4]);
  });

  it('have the degree within and the bridges between, exactly', () => {
    const edges = clustersWithBridges(60, 4, 3, 5, streamOf(1));
    assertSimpleAndConnected(60, edges);
    const cluster = (node: number) => Math.floor(node / 20);
    const inside = edges.filter(([a, b]) => cluster(a) === cluster(b));
    for (const neighbours of neighboursOf(60, inside)) assert.equal(neighbours.length, 4);
    for (const [left, right] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      assert.equal(edges.filter(([a, b]) => cluster(a) === left && cluster(b) === right).length, 5);
    }
  });

  it('are simple, connected and the same from the same dice, for all there can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (nodes, degree, clusters, bridges, seed) => {
          const build = () => clustersWithBridges(nodes, degree, clusters, bridges, streamOf(seed));
          const problem =
            clustersProblem(nodes, clusters, bridges) ?? degreeProblem('clusters', nodes, degree, clusters);
          if (problem !== null) {
            assert.throws(build, TopologyError);
            return;
          }
          assertSimpleAndConnected(nodes, build());
          assert.deepEqual(build(), build());
        },
      ),
      { numRuns: 150, ...seeded() },
    );
  });
});

describe('the graph of regions', () => {
  const regionOf = Array.from({ length: 100 }, (_, node) => (node < 70 ? 'big' : 'small'));
  const local = (edges: readonly Edge[], of: readonly (string | null)[]) =>
    edges.filter(([a, b]) => of[a] === of[b]).length / edges.length;

  it('has as many edges as the degree says, and the share of them within regions', () => {
    for (const share of [0.2, 0.8]) {
      const edges = regionGraph(100, 8, share, regionOf, streamOf(4));
      assertSimpleAndConnected(100, edges);
      assert.equal(edges.length, 400);
      assert.ok(Math.abs(local(edges, regionOf) - share) < 0.08, `${local(edges, regionOf)}`);
    }
  });

  it('asks the other side where one is full or empty', () => {
    const alone = ['a', 'b', 'c', 'd'];
    assert.equal(regionGraph(4, 3, 1, alone, streamOf(1)).length, 6);
    const together = ['a', 'a', 'a', 'a'];
    assert.equal(regionGraph(4, 3, 0, together, streamOf(1)).length, 6);
  });

  it('is refused when no connection may leave a region, with what to do', () => {
    assert.throws(
      () =>
        regionGraph(
          40,
          6,
          1,
          Array.from({ length: 40 }, (_, node) => (node < 20 ? 'a' : 'b')),
          streamOf(1),
        ),
      /nodes 20, .* are cut off from the other 20: 100 graphs were drawn and all were in parts; raise topology\.degree, or lower topology\.localShare/,
    );
  });

  it('of a scenario goes by where its nodes are', () => {
    const scenario = resolveScenario(
      'nodes: {count: 120}\ntopology: {kind: regions, degree: 6, localShare: 0.9}\nlinks: {regions: {}}',
    );
    const edges = edgesOf(scenario);
    assertSimpleAndConnected(120, edges);
    const of = placesOf(scenario).map(({ region }) => region);
    // Some regions of the data have one or two nodes here, which have to look elsewhere.
    assert.ok(local(edges, of) > 0.75, `${local(edges, of)}`);
    assert.deepEqual(edgesOf(scenario), edges);
  });
});
