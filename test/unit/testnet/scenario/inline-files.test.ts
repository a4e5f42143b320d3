import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ScenarioError } from '../../../../testnet/scenario/problem.ts';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';

describe('files that a scenario names', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'scenario-files-'));
    writeFileSync(join(folder, 'overlay.csv'), '# three in a row\n0,1\n1,2\n');
    writeFileSync(join(folder, 'broken.csv'), '0 1\none two\n');
    writeFileSync(join(folder, 'islands.csv'), 'from,home,away\nhome,1,80\naway,90,2\n');
    writeFileSync(
      join(folder, 'lands.json'),
      JSON.stringify({
        latencyMs: { home: { home: 1, away: 30 }, away: { home: 40, away: 2 } },
        regions: { home: 3, away: 1 },
        nodeTypes: [{ name: 'dsl', weight: 1, uplinkMbps: 10, downlinkMbps: 50 }],
      }),
    );
    writeFileSync(join(folder, 'trace.csv'), 'time_ms,size_bytes,sender\n0,113,a\n40,113,b\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  const resolve = (text: string, overrides: string[] = []) =>
    resolveScenario(text, overrides, 'a.yaml', folder);
  const refusal = (text: string, overrides: string[] = []): string[] => {
    try {
      resolve(text, overrides);
    } catch (error) {
      assert.ok(error instanceof ScenarioError, String(error));
      return error.message.split('\n');
    }
    return assert.fail('was not refused');
  };

  it('are read into it, so that what is stored needs none of them', () => {
    const scenario = resolve(`
nodes: {count: 3}
topology: {kind: edges, edges: overlay.csv}
links: {regions: {matrix: lands.json}}
workload: {arrivals: trace, trace: trace.csv}
`);
    assert.deepEqual(scenario.topology.edges, [
      [0, 1],
      [1, 2],
    ]);
    const { regions } = scenario.links;
    assert.deepEqual(regions!.matrix, { home: { home: 1, away: 30 }, away: { home: 40, away: 2 } });
    assert.deepEqual(regions!.shares, { home: 3, away: 1 });
    assert.deepEqual(regions!.nodeTypes, [{ name: 'dsl', share: 1, uplinkMbps: 10, downlinkMbps: 50 }]);
    assert.equal(scenario.workload.senders, 2);
    assert.equal(scenario.workload.trace?.length, 2);
    assert.deepEqual(resolveScenario(scenarioToYaml(scenario), [], 'b.yaml', '/nowhere'), scenario);
  });

  it('give way to what the scenario says itself', () => {
    const { regions } = resolve(
      'links: {regions: {matrix: lands.json, shares: {away: 1}, nodeTypes: none}}',
    ).links;
    assert.deepEqual(regions!.shares, { away: 1 });
    assert.equal(regions!.nodeTypes, 'none');
    assert.equal(resolve('links: {regions: {matrix: islands.csv}}').links.regions!.shares, null);
  });

  it('can be named by an override', () => {
    const scenario = resolve('nodes: {count: 3}', ['topology.kind=edges', 'topology.edges=overlay.csv']);
    assert.equal(scenario.topology.edges?.length, 2);
  });

  it('that are not there or no good are refused where they are named', () => {
    assert.deepEqual(refusal('topology:\n  kind: edges\n  edges: overlya.csv\n'), [
      'a.yaml:3:10: topology.edges: the file overlya.csv is not there; the path counts from the scenario file',
    ]);
    assert.deepEqual(refusal('topology: {kind: edges, edges: broken.csv}'), [
      'a.yaml:1:32: topology.edges: broken.csv:2: "one two" is no edge: write two node indices, such as 0 1',
    ]);
    assert.deepEqual(refusal('links: {regions: {matrix: libp2p-eigth}}'), [
      'a.yaml:1:27: links.regions.matrix: it is none of libp2p-eight, aws-thirteen, and the file libp2p-eigth is not there; did you mean "libp2p-eight"?',
    ]);
    assert.deepEqual(refusal('seed: x', ['topology.edges=gone.csv']), [
      '--set topology.edges=gone.csv: topology.edges: the file gone.csv is not there; the path counts from the scenario file',
      'a.yaml:1:7: seed: expected a number, got the text "x"',
    ]);
  });

  it('of edges that leave somebody out are refused with who it is', () => {
    assert.deepEqual(refusal('nodes: {count: 2}\ntopology: {kind: edges, edges: overlay.csv}'), [
      'a.yaml:2:32: topology.edges.1: edge [1, 2]: there is no node 2; the 2 nodes are 0 to 1',
    ]);
  });
});
