import assert from 'node:assert/strict';

import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { complete } from '../../../../testnet/topology/graphs.ts';
import { drawLinks, linkLatencyMs } from '../../../../testnet/topology/links.ts';

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
