import assert from 'node:assert/strict';

import fc from 'fast-check';

import { nodeSettings } from '../../../../testnet/scenario/node-settings.ts';
import { withVerifyMs } from '../../../../testnet/scenario/measured-costs.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { regionData } from '../../../../testnet/topology/region-data.ts';
import { seeded } from '../../../helpers/seed.ts';

const settingsOf = (text: string) => nodeSettings(resolveScenario(text));
const countBy = <T>(items: readonly T[], key: (item: T) => string | null) => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item) ?? '-'] = (counts[key(item) ?? '-'] ?? 0) + 1;
  return counts;
};

describe('nodeSettings', () => {
  it('without groups are those of all nodes', () => {
    const settings = settingsOf('nodes: {count: 3, uplinkMbps: 10, options: {gossip.d: 6}}');
    assert.deepEqual(
      settings,
      [0, 1, 2].map((index) => ({
        index,
        group: null,
        region: null,
        options: { 'gossip.d': 6, discovery: false },
        uplinkMbps: 10,
        downlinkMbps: null,
        cpu: { verifyMs: 0, messageMs: 0 },
        behaviour: 'honest',
        joinsLate: false,
        bootstraps: [],
      })),
    );
  });

  it('of nodes that find each other have addresses to begin from, and of the first those before', () => {
    const settings = settingsOf('{nodes: {count: 5}, topology: {kind: discovered, bootstraps: 2}}');
    assert.deepEqual(
      settings.map(({ bootstraps }) => bootstraps),
      [[], [0], [0, 1], [0, 1], [0, 1]],
    );
    assert.ok(settings.every(({ options }) => options['discovery'] === true));
  });

  it('of nodes that find each other never make a bootstrap join late', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const late = settingsOf(
        `{seed: ${seed}, nodes: {count: 6}, topology: {kind: discovered, bootstraps: 2}, faults: {lateJoiners: {count: 4, at: 1s}}}`,
      ).flatMap(({ joinsLate, index }) => (joinsLate ? [index] : []));
      assert.deepEqual(late, [2, 3, 4, 5]);
    }
  });

  it('of a group lie over those of all nodes, field by field', () => {
    const settings = settingsOf(`
nodes:
  count: 10
  options: {gossip.d: 6, gossip: {heartbeat: 700}}
  uplinkMbps: 10
  downlinkMbps: 20
  cpu: {verifyMs: 0.1, messageMs: 0.2}
  groups:
    - {name: slow, nodes: [4, 7], options: {gossip: {d: 5}}, uplinkMbps: null, cpu: {verifyMs: 5}, region: moon}
    - {name: mute, count: 3, behaviour: silent}
`);
    assert.deepEqual(settings[4], {
      index: 4,
      group: 'slow',
      region: 'moon',
      options: { 'gossip.d': 5, 'gossip.heartbeat': 700, discovery: false },
      uplinkMbps: null,
      downlinkMbps: 20,
      cpu: { verifyMs: 5, messageMs: 0.2 },
      behaviour: 'honest',
      joinsLate: false,
      bootstraps: [],
    });
    assert.deepEqual(
      countBy(settings, ({ group }) => group),
      { slow: 2, mute: 3, '-': 5 },
    );
    for (const { group, behaviour } of settings)
      assert.equal(behaviour, group === 'mute' ? 'silent' : 'honest');
  });

  it('have groups of exactly the number or share asked for, dealt by the seed', () => {
    const text = (seed: number) =>
      `{seed: ${seed}, nodes: {count: 25, groups: [{name: a, share: 0.5}, {name: b, share: 0.3}, {name: c, count: 4}]}}`;
    const of = (seed: number) => settingsOf(text(seed)).map(({ group }) => group);
    assert.deepEqual(
      countBy(of(1), (group) => group),
      { a: 13, b: 7, c: 4, '-': 1 },
    );
    assert.deepEqual(of(1), of(1));
    assert.notDeepEqual(of(1), of(2));
  });

  it('of groups are a partition for any groups there can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
        fc.double({ min: 0.1, max: 0.5, noNaN: true }),
        fc.nat(),
        (count, counts, share, seed) => {
          const groups = [
            ...counts.map((size, index) => ({ name: `g${index}`, count: size })),
            { name: 'shared', share },
          ];
          const taken = counts.reduce((sum, size) => sum + size, 0);
          fc.pre(taken + share * count <= count && Math.floor(share * count) >= 1);
          const settings = settingsOf(JSON.stringify({ seed, nodes: { count, groups } }));
          const found = countBy(settings, ({ group }) => group);
          for (const [index, size] of counts.entries()) assert.equal(found[`g${index}`], size);
          assert.ok(Math.abs(found['shared']! - share * count) < 1);
        },
      ),
      { numRuns: 60, ...seeded() },
    );
  });

  it('have regions in the shares of the data, and nodes of each type in the shares of the type', () => {
    const settings = settingsOf('nodes: {count: 1000}\nlinks: {regions: {}}');
    const { shares } = regionData('libp2p-eight');
    const total = Object.values(shares!).reduce((sum, share) => sum + share, 0);
    const found = countBy(settings, ({ region }) => region);
    for (const [region, share] of Object.entries(shares!)) {
      assert.ok(Math.abs((found[region] ?? 0) - (share / total) * 1000) < 1, region);
    }
    const european = settings.filter(({ region }) => region === 'europe');
    const lines = countBy(european, ({ uplinkMbps }) => String(uplinkMbps));
    assert.ok(Math.abs(lines['1024']! - european.length * 0.2) < 1);
    assert.equal(lines['50'], european.length - lines['1024']!);
  });

  it('take regions of groups first, shares for the others, and lines of types where they hold', () => {
    const settings = settingsOf(`
nodes:
  count: 20
  groups: [{name: hub, nodes: [0], region: Tokyo, uplinkMbps: 5}]
links:
  regions:
    matrix: aws-thirteen
    shares: {London: 3, Seoul: 1}
    nodeTypes: [{name: fibre, share: 1, uplinkMbps: 500, downlinkMbps: 900, regions: [Seoul, Tokyo]}]
`);
    assert.deepEqual(
      countBy(settings, ({ region }) => region),
      { Tokyo: 1, London: 14, Seoul: 5 },
    );
    for (const { region, group, uplinkMbps, downlinkMbps } of settings) {
      assert.equal(downlinkMbps, region === 'London' ? null : 900);
      assert.equal(uplinkMbps, group === 'hub' ? 5 : region === 'London' ? null : 500);
    }
  });

  it('name those who join late, as many as asked for', () => {
    const late = (joiners: string, more = '') =>
      settingsOf(`{nodes: {count: 20${more}}, faults: {lateJoiners: ${joiners}}}`).flatMap(
        ({ joinsLate, index }) => (joinsLate ? [index] : []),
      );
    assert.deepEqual(late('{nodes: [7, 3], at: 2s}'), [3, 7]);
    assert.equal(late('{count: 4, atMs: 100}').length, 4);
    assert.equal(late('{share: 0.25, atMs: 100}').length, 5);
    assert.deepEqual(late('{group: new, atMs: 100}', ', groups: [{name: new, nodes: [1, 2]}]'), [1, 2]);
  });
});

describe('withVerifyMs', () => {
  it('puts what is measured in every place that asks, and asks once', () => {
    let asked = 0;
    const measure = () => ++asked / 10;
    const scenario = resolveScenario(
      'nodes: {cpu: {verifyMs: measured}, groups: [{name: a, count: 1, cpu: {verifyMs: measured}}, {name: b, count: 1, cpu: {messageMs: 3}}]}',
    );
    const costs = nodeSettings(withVerifyMs(scenario, measure)).map(({ cpu }) => cpu.verifyMs);
    assert.deepEqual(new Set(costs), new Set([0.1]));
    assert.equal(asked, 1);
    const plain = resolveScenario('nodes: {cpu: {verifyMs: 2}}');
    assert.equal(withVerifyMs(plain, measure), plain);
    assert.equal(asked, 1);
  });
});
