import assert from 'node:assert/strict';
import type { NodeLatency } from '../../../../../testnet/measure/latency.ts';
import type { Edge } from '../../../../../testnet/networks/network.ts';
import { topology } from '../../../../../testnet/report/plots/topology.ts';

const ring = (n: number): Edge[] =>
  Array.from({ length: n }, (_, i): Edge => (i + 1 < n ? [i, i + 1] : [0, i]));

const latencies = (n: number, some: Record<number, Partial<NodeLatency>> = {}): NodeLatency[] =>
  Array.from({ length: n }, (_, node) => ({
    node,
    deliveries: 10,
    transactions: 10,
    p50: 50 + node,
    p99: 90,
    ...some[node],
  }));

describe('topology plot', () => {
  it('draws every node and connection, the same for the same graph', () => {
    const figure = topology(ring(12), latencies(12));
    const drawn = figure.svg!;
    assert.equal(drawn.match(/<circle/g)!.length, 12 + 1);
    assert.equal(drawn, topology(ring(12), latencies(12)).svg);
    assert.ok(!drawn.includes('NaN'));
    assert.match(figure.note!, /Worst: node 11/);
  });

  it('marks the one that missed most before the slowest', () => {
    const figure = topology(ring(5), latencies(5, { 2: { deliveries: 3, p50: 1 } }));
    assert.match(figure.note!, /Worst: node 2, 3 of 10 delivered/);
  });

  it('says so instead of drawing a ball of grey', () => {
    const figure = topology(ring(400), latencies(400));
    assert.equal(figure.svg, null);
    assert.match(figure.note!, /Not drawn/);
    assert.equal(figure.table.rows.length, 400);
  });
});
