import assert from 'node:assert/strict';

import { conditionsOf } from '../../../../testnet/networks/scenario-links.ts';
import { streamOf, uniform } from '../../../../testnet/random.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { complete } from '../../../../testnet/topology/graphs.ts';
import { linkModel, linksOf, linkState, messageDelays } from '../../../../testnet/topology/link-model.ts';
import { regionData } from '../../../../testnet/topology/region-data.ts';

const modelOf = (links: string, rest = '') => linkModel(resolveScenario(`links: {${links}}\n${rest}`));
const latencies = (links: string) => linksOf(complete(100), modelOf(links)).map((link) => link.latencyMs);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('linksOf', () => {
  it('gives each edge two links in the order of the edges', () => {
    assert.deepEqual(
      linksOf(
        [
          [0, 1],
          [1, 2],
        ],
        modelOf('latencyMs: 7'),
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
});

describe('linkState', () => {
  const uniformly = 'latencyMs: 60, latencyDistribution: uniform, latencySpreadMs: 40';

  it('draws per direction, from dice of the link alone', () => {
    const model = modelOf(uniformly);
    const [there, back] = linksOf([[3, 5]], model);
    assert.notEqual(there!.latencyMs, back!.latencyMs);
    const among = linksOf(complete(8), model);
    assert.deepEqual(
      among.find(({ from, to }) => from === 3 && to === 5),
      there,
    );
    assert.equal(linkState(5, 3, model).latencyMs, back!.latencyMs);
    assert.notEqual(linkState(5, 3, modelOf(uniformly, 'seed: 2')).latencyMs, back!.latencyMs);
  });

  it('draws what it always drew: the stream of the direction, named latency', () => {
    const drawn = uniform(streamOf(1, 'latency', 5, 3), 20, 100);
    assert.equal(linkState(5, 3, modelOf(uniformly)).latencyMs, drawn);
  });

  it('has jitter, bandwidth and loss as the scenario says', () => {
    const state = linkState(0, 1, modelOf('latencyMs: 5, jitterMs: 2, bandwidthMbps: 10, lossRate: 0.01'));
    assert.deepEqual(state, { latencyMs: 5, jitterMs: 2, bandwidthMbps: 10, lossRate: 0.01 });
  });

  it('is the same from a model that was sent to another process', () => {
    for (const links of [uniformly, 'regions: {matrix: aws-thirteen}']) {
      const model = modelOf(links, 'nodes: {count: 30}');
      const sent = structuredClone(model);
      for (const [from, to] of complete(30)) {
        assert.deepEqual(linkState(from, to, sent), linkState(from, to, model));
      }
    }
  });

  it('of regions is that of the matrix for where the two nodes are, either direction', () => {
    const model = modelOf('regions: {}', 'nodes: {count: 200}\nseed: 3');
    const { of } = model.regions!;
    const { latencyMs } = regionData('libp2p-eight');
    for (const { from, to, latencyMs: ms } of linksOf(complete(200), model)) {
      assert.equal(ms, latencyMs[of[from]!]![of[to]!]);
    }
    // South America and South Africa differ by direction in the data: neither is mirrored.
    assert.notEqual(latencyMs['south_america']!['south_africa'], latencyMs['south_africa']!['south_america']);
  });

  it('of a pair of regions that is overridden is what was written, in the directions written', () => {
    const model = modelOf(
      'regions: {matrix: {a: {a: 1, b: 50}, b: {a: 60, b: 2}}, override: {"a->b": 7, "b<->b": 3}}',
      'nodes: {groups: [{name: one, nodes: [0, 1], region: a}, {name: two, nodes: [2, 3], region: b}]}',
    );
    const ms = (from: number, to: number) => linkState(from, to, model).latencyMs;
    assert.deepEqual([ms(0, 1), ms(0, 2), ms(2, 0), ms(2, 3)], [1, 7, 60, 3]);
    const both = modelOf(
      'regions: {matrix: {a: {a: 1, b: 50}, b: {a: 60, b: 2}}, override: {"a<->b": 7}}',
      'nodes: {groups: [{name: one, nodes: [0], region: a}, {name: two, nodes: [1], region: b}]}',
    );
    assert.equal(linkState(0, 1, both).latencyMs, 7);
    assert.equal(linkState(1, 0, both).latencyMs, 7);
    // What overrides belongs to this scenario, not to the data.
    modelOf('regions: {override: {"europe->na_east": 1}}');
    assert.equal(regionData('libp2p-eight').latencyMs['europe']!['na_east'], 70);
  });
});

describe('messageDelays', () => {
  const draws = (sample: () => number) => Array.from({ length: 20 }, sample);

  it('adds jitter between 0 and its bound to the latency of the link, other jitter for each message', () => {
    const model = modelOf('latencyMs: 40, latencyDistribution: uniform, latencySpreadMs: 20, jitterMs: 5');
    const baseMs = linkState(3, 7, model).latencyMs;
    const values = draws(messageDelays(3, 7, model));
    assert.ok(values.every((value) => value >= baseMs && value < baseMs + 5));
    assert.equal(new Set(values).size, values.length);
  });

  it('of a link that was changed goes from what it was changed to', () => {
    const model = modelOf('latencyMs: 40, jitterMs: 5');
    const changed = { ...linkState(3, 7, model), latencyMs: 200 };
    assert.deepEqual(
      draws(messageDelays(3, 7, model, changed)).map((ms) => (ms - 160).toFixed(9)),
      draws(messageDelays(3, 7, model)).map((ms) => ms.toFixed(9)),
    );
  });

  it('is what the networks ask for their messages, draw for draw, so that one scenario means one network', () => {
    for (const links of [
      'latencyMs: 12',
      'latencyMs: 40, latencyDistribution: log-normal, latencySpreadMs: 20, jitterMs: 5',
    ]) {
      const model = modelOf(links, 'seed: 9');
      for (const [from, to] of [
        [0, 1],
        [1, 0],
        [5, 2],
      ] as const) {
        assert.deepEqual(draws(messageDelays(from, to, model)), draws(conditionsOf(from, to, model).latency));
      }
    }
  });
});
