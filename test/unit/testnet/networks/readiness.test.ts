import assert from 'node:assert/strict';
import type { Edge } from '../../../../testnet/networks/network.ts';
import {
  describeMissing,
  isReady,
  readinessOf,
  wantedNodes,
  type WantedNode,
} from '../../../../testnet/networks/readiness.ts';
import { nodeSettings } from '../../../../testnet/scenario/node-settings.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';

const LINE: Edge[] = [
  [0, 1],
  [1, 2],
];

const line = (text = ''): WantedNode[] =>
  wantedNodes(nodeSettings(resolveScenario(`nodes: {count: 3}\n${text}`)), LINE);
const up = (peers: number, mesh: number): { up: boolean; peers: number; mesh: number } => ({
  up: true,
  peers,
  mesh,
});
const DOWN = { up: false, peers: 0, mesh: 0 };

describe('readiness of a network', () => {
  it('wants of each node the connections of its edges', () => {
    assert.deepEqual(
      line().map(({ index, peers }) => [index, peers]),
      [
        [0, 1],
        [1, 2],
        [2, 1],
      ],
    );
  });

  it('wants nothing yet of who joins late', () => {
    const wanted = wantedNodes(
      nodeSettings(resolveScenario('nodes: {count: 3}\nfaults: {lateJoiners: {nodes: [2], atMs: 0}}')),
      [[0, 1]],
    );
    assert.deepEqual(
      wanted.map(({ index }) => index),
      [0, 1],
    );
    assert.ok(isReady(readinessOf(wanted, [up(1, 1), up(1, 1), DOWN])));
  });

  it('is there when every node has its connections and a mesh of all of them', () => {
    const ready = readinessOf(line(), [up(1, 1), up(2, 2), up(1, 1)]);
    assert.deepEqual(ready, { up: 3, meshed: 3, nodes: 3, connections: 2, edges: 2 });
    assert.ok(isReady(ready));
    assert.equal(describeMissing(ready), '');
  });

  it('needs no larger mesh than a heartbeat would leave alone', () => {
    const wanted = line().map((node) => ({ ...node, mesh: 1 }));
    assert.ok(isReady(readinessOf(wanted, [up(1, 1), up(2, 1), up(1, 1)])));
    assert.ok(!isReady(readinessOf(line(), [up(1, 1), up(2, 1), up(1, 1)])));
  });

  it('of nodes that find each other is a mesh each, and nobody cut off', () => {
    const wanted = wantedNodes(
      nodeSettings(
        resolveScenario(
          '{nodes: {count: 4, options: {gossip.dlo: 1, gossip.dout: 0}}, topology: {kind: discovered}}',
        ),
      ),
      null,
    );
    assert.deepEqual(
      wanted.map(({ peers, mesh }) => [peers, mesh]),
      Array(4).fill([1, 1]),
    );
    const pairs = [up(1, 1), up(1, 1), up(1, 1), up(1, 1)];
    const parted = readinessOf(wanted, pairs, [
      [0, 1],
      [2, 3],
    ]);
    assert.ok(!isReady(parted));
    assert.equal(describeMissing(parted), '2 of 4 nodes were cut off from the rest (2, 3)');
    assert.ok(
      isReady(
        readinessOf(wanted, pairs, [
          [0, 1],
          [2, 3],
          [1, 2],
        ]),
      ),
    );
    const meshless = readinessOf(
      wanted,
      [up(1, 0), up(1, 1), up(0, 0), up(1, 1)],
      [
        [0, 1],
        [1, 3],
      ],
    );
    assert.equal(
      describeMissing(meshless),
      '1 of 2 connections were not there, 1 of 4 nodes were cut off from the rest (2), 2 of 4 nodes had no mesh (0, 2)',
    );
  });

  it('wants no more of few nodes than all others', () => {
    const wanted = wantedNodes(
      nodeSettings(resolveScenario('{nodes: {count: 3}, topology: {kind: discovered}}')),
      null,
    );
    assert.deepEqual(
      wanted.map(({ peers }) => peers),
      [2, 2, 2],
    );
  });

  it('wants a mesh of those neighbours alone that propagate as a node does', () => {
    const meshes = (...modes: object[]): number[] =>
      wantedNodes(
        nodeSettings(
          resolveScenario(
            JSON.stringify({
              nodes: {
                count: 3,
                groups: modes.map((options, i) => ({ name: `g${i}`, nodes: [i], options })),
              },
            }),
          ),
        ),
        LINE,
      ).map(({ mesh }) => mesh);
    const [hybrid, push, pull, eth] = ['hybrid', 'push', 'pull', 'eth'].map((propagation) => ({
      propagation,
    }));
    assert.deepEqual(meshes(hybrid!, push!, hybrid!), [1, 2, 1]);
    // One that pulls compares with whoever does; the others do not count it in.
    assert.deepEqual(meshes(hybrid!, pull!, push!), [0, 1, 0]);
    assert.deepEqual(meshes(eth!, eth!, pull!), [1, 1, 0]);
  });

  it('says what is missing', () => {
    const cases: [string, { up: boolean; peers: number; mesh: number }[]][] = [
      ['1 of 3 nodes had no mesh', [up(1, 1), up(2, 1), up(1, 1)]],
      // Only one end knows of it yet.
      ['1 of 2 connections were not there, 1 of 3 nodes had no mesh', [up(1, 1), up(1, 1), up(1, 1)]],
      [
        '1 of 3 nodes were not up, 1 of 2 connections were not there, 2 of 3 nodes had no mesh',
        [up(1, 1), up(1, 1), DOWN],
      ],
    ];
    for (const [words, status] of cases) assert.equal(describeMissing(readinessOf(line(), status)), words);
  });
});
