import assert from 'node:assert/strict';

import { ScenarioError } from '../../../../testnet/scenario/problem.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';

/** The lines of the refusal. */
function refusal(text: string): string[] {
  try {
    resolveScenario(text, [], 'a.yaml');
  } catch (error) {
    assert.ok(error instanceof ScenarioError, String(error));
    return error.message.split('\n');
  }
  return assert.fail('was not refused');
}

const broken: [what: string, text: string, ...lines: string[]][] = [
  [
    'a value with its unit, under the name without',
    'links:\n  latency: 50ms\n',
    'a.yaml:2:3: links.latency: there is no such field; write latencyMs: 50',
  ],
  [
    'a unit in the value',
    'links:\n  bandwidthMbps: 1Gbps\n  lossRate: 2%\n',
    'a.yaml:2:18: links.bandwidthMbps: expected a number, got the text "1Gbps"; write 1000',
    'a.yaml:3:13: links.lossRate: expected a number, got the text "2%"; write 0.02',
  ],
  [
    'a misspelt field of a group',
    'nodes:\n  groups:\n    - name: slow\n      count: 2\n      behavior: silent\n',
    'a.yaml:5:7: nodes.groups.0.behavior: there is no such field; did you mean "behaviour"?',
  ],
  [
    'a misspelt way to behave',
    'nodes:\n  groups:\n    - {name: slow, count: 2, behaviour: slient}\n',
    'a.yaml:3:41: nodes.groups.0.behaviour: expected one of honest, silent, got the text "slient"; did you mean "silent"?',
  ],
  [
    'a group of nobody in particular',
    'nodes:\n  groups:\n    - {name: slow}\n    - {name: fast, count: 2, share: 0.5}\n',
    'a.yaml:3:7: nodes.groups.0: nothing says which nodes: write count, share or nodes',
    'a.yaml:4:37: nodes.groups.1.share: count and share contradict each other: keep one',
  ],
  [
    'more grouped nodes than there are',
    'nodes:\n  count: 10\n  groups:\n    - {name: a, share: 0.7}\n    - {name: b, count: 4}\n',
    'a.yaml:5:24: nodes.groups.1.count: with "b" the groups take more than the 10 nodes there are: lower it, or raise nodes.count',
  ],
  [
    'an option of a group that contradicts that of all',
    'nodes:\n  options: {gossip.d: 6}\n  groups:\n    - name: a\n      count: 1\n      options: {gossip.dlo: 7}\n',
    'a.yaml:6:16: nodes.groups.0.options: gossip.dlo <= gossip.d <= gossip.dhi must hold',
  ],
  [
    'one node in two groups',
    'nodes:\n  groups:\n    - {name: a, nodes: [1, 2]}\n    - {name: b, nodes: [2]}\n',
    'a.yaml:4:25: nodes.groups.1.nodes.0: node 2 is in group "a" already: leave it out of one',
  ],
  [
    'clusters nobody can be in',
    'nodes: {count: 10}\ntopology: {kind: clusters, clusters: 20}\n',
    'a.yaml:2:38: topology.clusters: 10 nodes do not make 20 clusters: lower it or raise nodes.count',
  ],
  [
    'edges that leave somebody cut off',
    'nodes: {count: 5}\ntopology:\n  kind: edges\n  edges:\n    - [0, 1]\n    - [1, 2]\n    - [3, 4]\n',
    'a.yaml:5:5: topology.edges: nodes 3, 4 are cut off from the other 3: add edges to topology.edges that reach them',
  ],
  [
    'a degree of nodes that find each other',
    'topology:\n  kind: discovered\n  degree: 6\n',
    'a.yaml:3:11: topology.degree: nodes of kind discovered choose their own connections: leave it out, and write how many each keeps as nodes: {options: {peers.target: 6}}',
  ],
  [
    'bootstraps of a graph',
    'topology: {kind: ring, bootstraps: 2}\n',
    'a.yaml:1:36: topology.bootstraps: kind ring gives every node its connections: leave it out, or set topology.kind to discovered',
  ],
  [
    'nobody to find the bootstraps',
    'nodes: {count: 3}\ntopology: {kind: discovered, bootstraps: 3}\n',
    'a.yaml:2:42: topology.bootstraps: 3 of 3 nodes are bootstraps, and nobody is left to find them: at most 2',
  ],
  [
    'a bootstrap that joins late',
    'topology: {kind: discovered}\nfaults: {lateJoiners: {nodes: [4, 0], at: 1s}}\n',
    'a.yaml:2:35: faults.lateJoiners.nodes.1: node 0 is one all others begin from: it must be there, name others than 0 to 0',
  ],
  [
    'more late joiners than there are beside the bootstraps',
    'nodes: {count: 5}\ntopology: {kind: discovered, bootstraps: 2}\nfaults: {lateJoiners: {count: 4, at: 1s}}\n',
    'a.yaml:3:31: faults.lateJoiners.count: there are only 3 nodes beside the bootstraps, who must be there: lower it',
  ],
  [
    'a link named in a network without a graph',
    'topology: {kind: discovered}\nfaults:\n  timeline:\n    - {at: 1s, cut: [[0, 1], [1, 2]]}\n',
    'a.yaml:4:21: faults.timeline.0.cut: which nodes are connected shows only when it runs: write {count: 2}, links that are open then, chosen by the seed',
  ],
  [
    'an option the testnet sets',
    'nodes: {options: {discovery: true}}\n',
    'a.yaml:1:30: nodes.options.discovery: the testnet sets this option for each node itself; leave it out',
  ],
  [
    'regions that are nowhere',
    'topology:\n  kind: regions\n',
    'a.yaml:2:9: topology.kind: kind regions needs nodes that are somewhere: set links.regions, or region of nodes.groups',
  ],
  [
    'regions the matrix does not have',
    'nodes: {groups: [{name: a, count: 1, region: Berlin}]}\nlinks:\n  regions:\n    shares: {eurpe: 1}\n    override: {"europe->mars": 5}\n',
    'a.yaml:1:46: nodes.groups.0.region: there is no region "Berlin"; there are australia, europe, east_asia, west_asia, na_east, na_west, south_africa, south_america',
    'a.yaml:4:21: links.regions.shares.eurpe: there is no region "eurpe"; did you mean "europe"?',
    'a.yaml:5:32: links.regions.override.europe->mars: there is no region "mars"; there are australia, europe, east_asia, west_asia, na_east, na_west, south_africa, south_america',
  ],
  [
    'two answers to how far it is, and how wide the line',
    'nodes: {uplinkMbps: 10}\nlinks:\n  latencyMs: 20\n  regions: {}\n',
    'a.yaml:3:14: links.latencyMs: latencies come from links.regions: leave this out, or set links.regions to null',
    'a.yaml:1:21: nodes.uplinkMbps: lines come from links.regions.nodeTypes: leave this out, or set links.regions.nodeTypes to none',
  ],
  [
    'a pair of regions that is none',
    'links: {regions: {override: {europe-asia: 5}}}\n',
    'a.yaml:1:43: links.regions.override.europe-asia: write "europe->asia" for one direction, "europe<->asia" for both',
  ],
  [
    'a restart of a node that was never killed',
    'faults:\n  timeline:\n    - {at: 1s, kill: [3]}\n    - {at: 2s, restart: [4]}\n',
    'a.yaml:4:25: faults.timeline.1.restart: node 4 is not down at 2000 ms: it was not killed or stopped before, or it is back by itself',
  ],
  [
    'a kill of a node that is down, and of one yet to join',
    'faults:\n  lateJoiners: {nodes: [5], at: 9s}\n  timeline:\n    - {at: 1s, kill: [3]}\n    - {at: 2s, stop: [3]}\n    - {at: 3s, kill: [5]}\n',
    'a.yaml:5:22: faults.timeline.1.stop: node 3 is down at 2000 ms already: leave it out, or at a later time',
    'a.yaml:6:22: faults.timeline.2.kill: node 5 joins at 9000 ms only: leave it out, or at a later time',
  ],
  [
    'a heal without a cut, and one of another name',
    'faults:\n  timeline:\n    - {at: 1s, heal: all}\n    - {at: 2s, partition: {shares: [0.5]}, name: split}\n    - {at: 3s, heal: spilt}\n',
    'a.yaml:3:22: faults.timeline.0.heal: nothing is cut at 1000 ms: nothing was before, or it is over already',
    'a.yaml:5:22: faults.timeline.2.heal: nothing named "spilt" is cut at 3000 ms; write all or split',
  ],
  [
    'a time beyond the run',
    'workload: {transactions: 100, ratePerSecond: 10}\nmeasure: {drainMs: 5000}\nfaults:\n  timeline:\n    - {at: 15s, kill: [1]}\n',
    'a.yaml:5:12: faults.timeline.0.at: all is over by then: submitting and draining take 14900 ms; bring it forward, or raise workload.transactions or measure.drainMs',
  ],
  [
    'an unknown group, a misspelt selection, and a node that is not there',
    'nodes: {groups: [{name: slow, count: 2}]}\nfaults:\n  timeline:\n    - {at: 1s, kill: {group: slwo}}\n    - {at: 2s, freeze: [10]}\n',
    'a.yaml:4:30: faults.timeline.0.kill.group: there is no group "slwo"; did you mean "slow"?',
    'a.yaml:5:25: faults.timeline.1.freeze.0: there is no node 10; the 10 nodes are 0 to 9',
  ],
  [
    'a misspelt selection',
    'faults:\n  timeline:\n    - {at: 1s, kill: {cuont: 2}}\n    - {at: 1s, kill: 3}\n    - {at: 1s, restart: al}\n',
    'a.yaml:3:23: faults.timeline.0.kill.cuont: there is no such field; did you mean "count"?',
    'a.yaml:4:22: faults.timeline.1.kill: expected a list or a mapping of fields, got 3; write [3]',
    'a.yaml:5:25: faults.timeline.2.restart: expected a list or a mapping of fields, got the text "al"; did you mean "all"?',
  ],
  [
    'entries that do nothing, two things, at no time and at a time without a unit',
    'faults:\n  timeline:\n    - {at: 1s}\n    - {at: 1s, kill: [1], freeze: [2]}\n    - {kill: [1]}\n',
    'a.yaml:3:7: faults.timeline.0: nothing happens: write one of kill, stop, restart, freeze, thaw, slow, partition, cut, heal, change, restore',
    'a.yaml:4:35: faults.timeline.1.freeze: an entry does one thing: make kill and freeze entries of their own',
    'a.yaml:5:7: faults.timeline.2: nothing says when: write at, such as at: 5s, or atMs',
  ],
  [
    'a time without a unit',
    'faults:\n  timeline:\n    - {at: "5", kill: [1]}\n',
    'a.yaml:3:12: faults.timeline.0.at: write a number and a unit, such as 500ms, 5s, 2min or 1h, got the text "5"',
  ],
  [
    'fields of another fault',
    'faults:\n  timeline:\n    - {at: 1s, slow: [1]}\n    - {at: 1s, kill: [1], factor: 2}\n    - {at: 1s, change: all}\n    - {at: 2s, heal: all, for: 3s}\n',
    'a.yaml:3:22: faults.timeline.0.slow: slow needs factor: 4 computes four times slower',
    'a.yaml:4:35: faults.timeline.1.factor: kill does not use it; it goes with slow',
    'a.yaml:5:24: faults.timeline.2.change: nothing says what becomes of the links: write to, such as to: {latencyMs: 200}',
    'a.yaml:6:32: faults.timeline.3.for: heal does not use it; it goes with kill, stop, freeze, slow, partition, cut, change',
  ],
  [
    'a partition that parts nobody',
    'faults:\n  timeline:\n    - {at: 1s, partition: {shares: [0.6, 0.6]}}\n    - {at: 1s, partition: {shares: [1]}}\n    - {at: 1s, partition: [[0, 1], [1, 2]]}\n',
    'a.yaml:3:36: faults.timeline.0.partition.shares: these are 1.2 of the nodes: together at most 1',
    'a.yaml:4:36: faults.timeline.1.partition.shares: all nodes are on one side: there is nobody to part them from',
    'a.yaml:5:37: faults.timeline.2.partition.1.0: node 1 is on a side already: name it once',
  ],
  [
    'more churn than nodes',
    'faults:\n  churn:\n    perMinute: 100\n    downMs: 10000\n',
    'a.yaml:3:16: faults.churn.perMinute: 100 a minute, away for 10000 ms each, are 17 away at once, of 10 nodes: lower it or downMs',
  ],
  [
    'an expectation of what is not measured, and of several figures at once',
    'expect:\n  coverage.mni: 1\n  latencyMs: "< 5"\n  speed: 3\n  nodes.count: 10\n',
    'a.yaml:2:17: expect.coverage.mni: there is no figure "coverage.mni"; did you mean "coverage.min"?',
    'a.yaml:3:14: expect.latencyMs: is a group of figures; name one of them: count, p50, p90, p99, max',
    'a.yaml:4:10: expect.speed: there is no figure "speed"; did you mean "seed"?',
    'a.yaml:5:16: expect.nodes.count: there is no figure "nodes.count"; it has no parts',
  ],
  [
    'a series nobody keeps',
    'measure:\n  series: {of: [mseh]}\n',
    'a.yaml:2:17: measure.series.of.0: expected one of mesh, peers, pool, unsettled, scores, got the text "mseh"; did you mean "mesh"?',
  ],
];

describe('a broken scenario file', () => {
  for (const [what, text, ...lines] of broken) {
    it(`with ${what} is refused, with the line and what to write`, () => {
      assert.deepEqual(refusal(text), lines);
    });
  }

  it('is told everything that is wrong in it at once, in sections far apart', () => {
    const lines = refusal(
      'nodes: {cuont: 3}\nlinks: {latency: 5ms}\nworkload: {senders: none}\nfaults: {timeline: 5}\n',
    );
    assert.deepEqual(
      lines.map((line) => line.split(': ').slice(0, 2).join(' ')),
      [
        'a.yaml:1:9 nodes.cuont',
        'a.yaml:2:9 links.latency',
        'a.yaml:3:21 workload.senders',
        'a.yaml:4:20 faults.timeline',
      ],
    );
  });
});
