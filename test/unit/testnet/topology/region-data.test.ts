import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import {
  matrixProblem,
  parseRegionData,
  REGION_DATA_NAMES,
  regionData,
} from '../../../../testnet/topology/region-data.ts';

const FOLDER = new URL('../../../../testnet/data/', import.meta.url);

describe('region data', () => {
  it('are whole: every region from every region, none negative', () => {
    for (const name of REGION_DATA_NAMES) assert.equal(matrixProblem(regionData(name).latencyMs), null, name);
    assert.equal(Object.keys(regionData('libp2p-eight').latencyMs).length, 8);
    assert.equal(Object.keys(regionData('aws-thirteen').latencyMs).length, 13);
  });

  it('say what their files say', () => {
    const libp2p = regionData('libp2p-eight');
    assert.equal(libp2p.latencyMs['na_east']!['europe'], 70);
    assert.equal(libp2p.shares!['europe'], 5599);
    assert.deepEqual(libp2p.nodeTypes, [
      { name: 'supernode', share: 20, uplinkMbps: 1024, downlinkMbps: 1024 },
      { name: 'fullnode', share: 80, uplinkMbps: 50, downlinkMbps: 50 },
    ]);
    const aws = regionData('aws-thirteen');
    assert.equal(aws.latencyMs['Tokyo']!['Seoul'], 16);
    assert.equal(aws.latencyMs['Seoul']!['Tokyo'], 17);
    assert.equal(aws.shares, null);
    assert.deepEqual(aws.nodeTypes, []);
  });

  it('name their source and licence', () => {
    for (const file of ['regions-libp2p.json', 'regions-aws.csv']) {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      assert.match(text, /source/i, file);
      assert.match(text, /licen[cs]e.*(MIT|Apache-2\.0)/is, file);
    }
  });

  const broken: [what: string, text: string, file: string, message: RegExp][] = [
    ['no JSON', '{', 'a.json', /a\.json is not JSON/],
    ['no latencies', '{}', 'a.json', /a\.json: write \{"latencyMs"/],
    [
      'a hole',
      '{"latencyMs": {"a": {"a": 1, "b": 2}, "b": {"a": 2}}}',
      'a.json',
      /a\.json: the latency b -> b is missing/,
    ],
    ['a stranger', '{"latencyMs": {"a": {"a": 1, "b": 2}}}', 'a.json', /there are no latencies from b/],
    ['a negative latency', '{"latencyMs": {"a": {"a": -1}}}', 'a.json', /a -> a is -1; write milliseconds/],
    [
      'shares that are none',
      '{"latencyMs": {"a": {"a": 1}}, "regions": {"a": "x"}}',
      'a.json',
      /how many nodes are where/,
    ],
    [
      'types that are none',
      '{"latencyMs": {"a": {"a": 1}}, "nodeTypes": [{}]}',
      'a.json',
      /nodeTypes is a list such as/,
    ],
    ['a short line', '# c\nfrom,a,b\na,1\n', 'a.csv', /a\.csv:3: 1 latencies for the 2 regions/],
    ['a cell that is no number', 'from,a\na,x\n', 'a.csv', /a -> a is null; write milliseconds/],
    ['nothing', '# nothing\n', 'a.csv', /there is no region in it/],
  ];
  for (const [what, text, file, message] of broken) {
    it(`with ${what} are refused, with what to write`, () => {
      assert.throws(() => parseRegionData(text, file), message);
    });
  }
});
