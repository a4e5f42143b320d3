import assert from 'node:assert/strict';

import { conditionsOf } from '../../../../testnet/networks/simulated/scenario-links.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { complete } from '../../../../testnet/topology/graphs.ts';
import { drawLinks, linkLatencyMs, messageLatency } from '../../../../testnet/topology/links.ts';

const linksOf = (text: string) => resolveScenario(`links: {${text}}`).links;
const latencies = (text: string) => drawLinks(complete(100), linksOf(text), 1).map((link) => link.latencyMs);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('drawLinks', () => {
  it('gives each edge two links in the order of the edges', () => {
    assert.deepEqual(
      drawLinks(
        [
          [0, 1],
          [1, 2],
        ],
        linksOf('latencyMs: 7'),
        1,
      ),
      [
        { from: 0, to: 1, latencyMs: 7 },
        { from: 1, to: 0, latencyMs: 7 },
        { from: 1, to: 2, latencyMs: 7 },
        { from: 2, to: 1, latencyMs: 7 },
      ],
    );
  });

  it('draws latencies within uniform bounds, around the mean', () => {
    const values = latencies('latencyMs: 60, latencyDistribution: uniform, latencySpreadMs: 40');
    assert.ok(values.every((value) => value >= 20 && value < 100));
    assert.ok(Math.min(...values) < 21 && Math.max(...values) > 99);
    assert.ok(Math.abs(mean(values) - 60) < 1, `${mean(values)}`);
  });

  for (const [distribution, spread] of [
    ['normal', 20],
    ['log-normal', 40],
  ] as const) {
    it(`draws ${distribution} latencies with their mean and standard deviation, none negative`, () => {
      const values = latencies(
        `latencyMs: 60, latencyDistribution: ${distribution}, latencySpreadMs: ${spread}`,
      );
      const center = mean(values);
      const deviation = Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
      assert.ok(values.every((value) => value >= 0));
      assert.ok(Math.abs(center - 60) < 1.5, `mean ${center}`);
      assert.ok(Math.abs(deviation - spread) < spread * 0.06, `standard deviation ${deviation}`);
    });
  }

  it('draws per direction, from dice of the link alone', () => {
    const links = linksOf('latencyMs: 60, latencyDistribution: uniform, latencySpreadMs: 40');
    const [there, back] = drawLinks([[3, 5]], links, 1);
    assert.notEqual(there!.latencyMs, back!.latencyMs);
    const among = drawLinks(complete(8), links, 1);
    assert.deepEqual(
      among.find(({ from, to }) => from === 3 && to === 5),
      there,
    );
    assert.equal(linkLatencyMs(5, 3, links, 1), back!.latencyMs);
    assert.notEqual(linkLatencyMs(5, 3, links, 2), back!.latencyMs);
  });
});

describe('messageLatency', () => {
  const draws = (sample: () => number) => Array.from({ length: 20 }, sample);

  it('adds jitter between 0 and its bound to the latency of the link, other jitter for each message', () => {
    const links = linksOf('latencyMs: 40, latencyDistribution: uniform, latencySpreadMs: 20, jitterMs: 5');
    const baseMs = linkLatencyMs(3, 7, links, 1);
    const values = draws(messageLatency(3, 7, links, 1));
    assert.ok(values.every((value) => value >= baseMs && value < baseMs + 5));
    assert.equal(new Set(values).size, values.length);
  });

  it('is what the simulated network asks for its messages, draw for draw, so that one scenario means one network', () => {
    for (const text of [
      'latencyMs: 12',
      'latencyMs: 40, latencyDistribution: log-normal, latencySpreadMs: 20, jitterMs: 5',
    ]) {
      const scenario = resolveScenario(`links: {${text}}\nseed: 9`);
      for (const [from, to] of [
        [0, 1],
        [1, 0],
        [5, 2],
      ] as const) {
        assert.deepEqual(
          draws(messageLatency(from, to, scenario.links, scenario.seed)),
          draws(conditionsOf(scenario)(from, to).latency),
        );
      }
    }
  });
});
