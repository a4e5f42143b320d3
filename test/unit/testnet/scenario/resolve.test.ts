import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

import fc from 'fast-check';

import { ScenarioError } from '../../../../testnet/scenario/problem.ts';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';
import { TOPOLOGY_KINDS } from '../../../../testnet/topology/kind.ts';
import { seeded } from '../../../helpers/seed.ts';

const FOLDER = new URL('../../../../testnet/scenarios/', import.meta.url);

/** The lines of the refusal. */
function refusal(text: string, overrides: string[] = []): string[] {
  try {
    resolveScenario(text, overrides, 'a.yaml');
  } catch (error) {
    assert.ok(error instanceof ScenarioError, String(error));
    assert.equal(error.problems.length, error.message.split('\n').length);
    return error.message.split('\n');
  }
  return assert.fail('was not refused');
}

describe('resolveScenario', () => {
  it('fills an empty file with the default scenario', () => {
    const scenario = resolveScenario('');
    assert.equal(scenario.nodes.count, 10);
    assert.deepEqual(scenario.topology, {
      kind: 'random-regular',
      degree: 8,
      rewireProbability: 0.1,
      clusters: 2,
      bridges: 2,
      localShare: 0.8,
      edges: null,
    });
    assert.equal(scenario.links.latencyMs, 0);
    assert.equal(scenario.workload.transactions, 500);
    assert.equal(scenario.workload.ratePerSecond, 50);
    assert.equal(scenario.workload.arrivals, 'constant');
    assert.equal(scenario.workload.senders, 10);
    assert.equal(scenario.workload.entry, 'sticky');
    assert.deepEqual(scenario.expect, { 'coverage.min': 1 });
    assert.deepEqual(resolveScenario('# only a comment\n'), scenario);
  });

  it('has the default scenario for the ready-made file of that name, on a machine of any speed', () => {
    const withoutLimits = (text: string) => {
      const { description, measure, ...rest } = resolveScenario(text);
      const { validity, ...times } = measure;
      return { description, validity, rest: { ...rest, measure: times } };
    };
    const readyMade = withoutLimits(readFileSync(new URL('default.yaml', FOLDER), 'utf8'));
    const byDefault = withoutLimits('');
    assert.deepEqual(readyMade.rest, byDefault.rest);
    for (const [name, limit] of Object.entries(byDefault.validity)) {
      assert.ok(readyMade.validity[name as keyof typeof byDefault.validity] >= limit, name);
    }
    assert.notEqual(readyMade.description, '');
  });

  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))) {
    it(`takes ${file}, named as its file, and gives it back from what it stores`, () => {
      const scenario = resolveScenario(readFileSync(new URL(file, FOLDER), 'utf8'), [], file);
      assert.equal(`${scenario.name}.yaml`, file);
      assert.deepEqual(resolveScenario(scenarioToYaml(scenario)), scenario);
    });
  }

  it('lowers the default degree to what few nodes can have, and no degree that was written', () => {
    const degreeOf = (text: string) => resolveScenario(text).topology.degree;
    assert.equal(degreeOf('nodes: {count: 5}'), 4);
    assert.equal(degreeOf('nodes: {count: 2}'), 1);
    assert.equal(degreeOf('{nodes: {count: 8}, topology: {kind: watts-strogatz}}'), 6);
    assert.equal(degreeOf('{nodes: {count: 2000}}'), 8);
    // Six nodes and seven: the smaller cluster is complete.
    assert.equal(degreeOf('{nodes: {count: 13}, topology: {kind: clusters}}'), 6);
    assert.match(refusal('{nodes: {count: 5}, topology: {degree: 8}}')[0]!, /needs at least 9 nodes/);
  });

  it('resolves what it stored to the same scenario, for any scenario', () => {
    const scenarios = fc.record({
      name: fc.string({ minLength: 1 }),
      description: fc.oneof(
        fc.string(),
        fc.constantFrom('two\nlines\n', ' # no comment', 'größer ✓ 🜁', '\u0000\u2028\t', '- a: b', 'null'),
      ),
      seed: fc.nat(),
      nodes: fc.record(
        {
          count: fc.integer({ min: 10, max: 300 }),
          options: fc.constantFrom({}, { 'gossip.d': 7 }, { gossip: { d: 7 }, verbosity: 0 }),
          uplinkMbps: fc.option(fc.integer({ min: 1, max: 100 })),
        },
        { requiredKeys: [] },
      ),
      topology: fc.record(
        { kind: fc.constantFrom(...TOPOLOGY_KINDS.filter((kind) => !['edges', 'regions'].includes(kind))) },
        { requiredKeys: [] },
      ),
      links: fc.record({
        latencyMs: fc.double({ min: 0, max: 1000, noNaN: true }),
        lossRate: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
      expect: fc.dictionary(
        fc.constantFrom('coverage.min', 'timeToMs.t99.p99', 'fates.late', 'conserved'),
        fc.constantFrom<unknown>(1, true, '< 800', '!= 3', '== local'),
      ),
    });
    fc.assert(
      fc.property(scenarios, (written) => {
        const scenario = resolveScenario(JSON.stringify(written));
        assert.deepEqual(resolveScenario(scenarioToYaml(scenario)), scenario);
      }),
      { numRuns: 60, ...seeded() },
    );
  });

  it('gives options of nodes by their full name, however they were written', () => {
    const { options } = resolveScenario('nodes: {options: {gossip: {d: 6, dlo: 5}, batch.delay: 0}}').nodes;
    assert.deepEqual(options, { 'gossip.d': 6, 'gossip.dlo': 5, 'batch.delay': 0 });
  });
});

describe('a broken scenario', () => {
  const broken: [what: string, text: string, ...lines: string[]][] = [
    [
      'a misspelt field',
      'nodes:\n  cuont: 20\n',
      'a.yaml:2:3: nodes.cuont: there is no such field; did you mean "count"?',
    ],
    [
      'a misspelt section',
      'seed: 1\ntopolgy: {kind: ring}\n',
      'a.yaml:2:1: topolgy: there is no such field; did you mean "topology"?',
    ],
    [
      'a field in the wrong section',
      'nodes:\n  degree: 4\n',
      'a.yaml:2:3: nodes.degree: there is no such field; did you mean "topology.degree"?',
    ],
    [
      'a field like no other',
      'links:\n  banana: 1\n',
      'a.yaml:2:3: links.banana: there is no such field; links has latencyMs, latencyDistribution, latencySpreadMs, jitterMs, bandwidthMbps, lossRate, regions',
    ],
    [
      'a number as text',
      'workload:\n  transactions: "10_000"\n',
      'a.yaml:2:17: workload.transactions: expected a number, got the text "10_000"; write 10000',
    ],
    [
      'a fraction of a node',
      'nodes:\n  count: 2.5\n',
      'a.yaml:2:10: nodes.count: expected a whole number, got 2.5',
    ],
    ['one node', 'nodes: {count: 1}', 'a.yaml:1:16: nodes.count: must be at least 2, got 1'],
    [
      'a rate of 0',
      'workload: {ratePerSecond: 0}',
      'a.yaml:1:27: workload.ratePerSecond: must be above 0, got 0',
    ],
    [
      'a rate without end',
      'workload: {ratePerSecond: .inf}',
      'a.yaml:1:27: workload.ratePerSecond: expected a number, got Infinity',
    ],
    ['certain loss', 'links: {lossRate: 1}', 'a.yaml:1:19: links.lossRate: must be below 1, got 1'],
    [
      'an unknown kind',
      'topology:\n  kind: rnig\n',
      'a.yaml:2:9: topology.kind: expected one of random-regular, complete, ring, line, star, erdos-renyi, watts-strogatz, barabasi-albert, clusters, regions, edges, discovered, got the text "rnig"; did you mean "ring"?',
    ],
    [
      'a section without fields',
      'seed: 2\nnodes:\n',
      'a.yaml:2:7: nodes: expected a mapping of fields, got nothing',
    ],
    [
      'text for a section',
      'topology: ring',
      'a.yaml:1:11: topology: expected a mapping of fields, got the text "ring"',
    ],
    ['no mapping at all', '- 1\n- 2\n', 'a.yaml:1:1: a scenario is a mapping, such as "nodes: {count: 10}"'],
    ['a key twice', 'seed: 1\nseed: 2\n', 'a.yaml:2:1: this key is written twice; keep one of them'],
    ['a tab', 'nodes:\n\tcount: 3\n', 'a.yaml:2:1: indent with spaces, not tabs'],
    [
      'a comparison YAML takes for a block',
      'expect:\n  coverage.min: >= 1\n',
      'a.yaml:2:17: a comparison that begins with > or ! must be quoted: ">= 1"',
    ],
    [
      'a comparison YAML takes for a tag',
      'expect:\n  coverage.min: != 1\n',
      'a.yaml:2:17: a comparison that begins with > or ! must be quoted: "!= 1"',
    ],
    [
      'an expectation that compares nothing',
      'expect:\n  redundancy: low\n',
      'a.yaml:2:15: expect.redundancy: expected a number, true or false, or a comparison such as "< 800" or "== simulated", got the text "low"',
    ],
    [
      'a degree of as many as there are nodes',
      'nodes: {count: 8}\ntopology: {degree: 8}\n',
      'a.yaml:2:20: topology.degree: degree 8 needs at least 9 nodes, there are 8: lower topology.degree or raise nodes.count',
    ],
    [
      'an odd number of ends',
      'nodes: {count: 5}\ntopology: {degree: 3}\n',
      'a.yaml:2:20: topology.degree: 5 nodes cannot all have degree 3: every edge has two ends, so nodes x degree must be even; take degree 2 or 4, or one node more',
    ],
    [
      'an odd degree of a lattice',
      'topology: {kind: watts-strogatz, degree: 5}\n',
      'a.yaml:1:42: topology.degree: watts-strogatz needs an even degree (half of it is what each node brings along), not 5: take 4 or 6',
    ],
    [
      'too few nodes for any degree',
      'nodes: {count: 2}\ntopology: {kind: barabasi-albert}\n',
      'a.yaml:1:16: nodes.count: degree 2 needs at least 3 nodes, there are 2: lower topology.degree or raise nodes.count',
    ],
    [
      'edges of another kind',
      'topology:\n  edges: [[0, 1]]\n',
      'a.yaml:2:10: topology.edges: a list of edges contradicts kind random-regular: set topology.kind to edges, or leave the list out',
    ],
    [
      'no edges',
      'topology: {kind: edges}',
      'a.yaml:1:18: topology.kind: kind edges needs the list topology.edges',
    ],
    [
      'an edge to nowhere',
      'nodes: {count: 3}\ntopology:\n  kind: edges\n  edges:\n    - [0, 1]\n    - [1, 3]\n',
      'a.yaml:6:7: topology.edges.1: edge [1, 3]: there is no node 3; the 3 nodes are 0 to 2',
    ],
    [
      'an edge of three ends',
      'topology: {kind: edges, edges: [[0, 1, 2]]}',
      'a.yaml:1:33: topology.edges.0: expected a pair, such as [0, 1], got a list of 3',
    ],
    [
      'a spread of a fixed latency',
      'links: {latencyMs: 20, latencySpreadMs: 5}',
      'a.yaml:1:41: links.latencySpreadMs: a spread contradicts latencyDistribution fixed: choose uniform, normal or log-normal',
    ],
    [
      'a distribution without a spread',
      'links: {latencyMs: 20, latencyDistribution: log-normal}',
      'a.yaml:1:45: links.latencyDistribution: log-normal needs links.latencyMs (the mean) and links.latencySpreadMs above 0',
    ],
    [
      'latencies below zero',
      'links: {latencyMs: 20, latencyDistribution: uniform, latencySpreadMs: 21}',
      'a.yaml:1:71: links.latencySpreadMs: latencies of 20 +- 21 ms would be negative: at most 20',
    ],
    [
      'a normal distribution far below zero',
      'links: {latencyMs: 20, latencyDistribution: normal, latencySpreadMs: 10}',
      'a.yaml:1:70: links.latencySpreadMs: a normal distribution this wide has negative latencies: at most a third of latencyMs, or choose log-normal',
    ],
    [
      'an option no node has',
      'nodes:\n  options:\n    gossip.dd: 6\n',
      'a.yaml:3:16: nodes.options.gossip.dd: a node has no such option; did you mean "gossip.d"?',
    ],
    [
      'an option the testnet sets',
      'nodes: {options: {http: {port: 8545}}}',
      'a.yaml:1:32: nodes.options.http.port: the testnet sets this option for each node itself; leave it out',
    ],
    [
      'two problems at once',
      'seed: -1\nname: ""\n',
      'a.yaml:2:7: name: must not be empty',
      'a.yaml:1:7: seed: must be at least 0, got -1',
    ],
  ];
  for (const [what, text, ...lines] of broken) {
    it(`with ${what} is refused, with its place and what to do`, () => {
      assert.deepEqual(refusal(text), lines);
    });
  }

  it('with a wrong value of an option says what the option takes', () => {
    const [line] = refusal('nodes: {options: {gossip.d: many}}');
    assert.match(line!, /^a\.yaml:1:29: nodes\.options\.gossip\.d: .*; it takes N \(/);
  });

  it('with options that contradict each other is refused', () => {
    const [line] = refusal('nodes:\n  options:\n    gossip.d: 20\n');
    assert.match(line!, /^a\.yaml:3:5: nodes\.options: gossip\.dlo <= gossip\.d <= gossip\.dhi/);
  });

  it('that multiplies aliases beyond reason is refused', () => {
    const level = (name: string, of: string) =>
      `${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]\n`;
    const text = `a: &a [1]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`;
    assert.match(refusal(text)[0]!, /alias/i);
  });

  it('that is not YAML is refused with its place', () => {
    assert.match(refusal('nodes: {count: 3\n')[0]!, /^a\.yaml:\d+:\d+: /);
  });
});

describe('overrides', () => {
  it('set a field, in their order, whether or not the file has it', () => {
    const text = 'nodes: {count: 30}\n';
    assert.equal(resolveScenario(text, ['nodes.count=20']).nodes.count, 20);
    assert.equal(resolveScenario(text, ['nodes.count=20', 'nodes.count=40']).nodes.count, 40);
    const scenario = resolveScenario(text, [
      'workload.arrivals=poisson',
      'nodes.cpu.verifyMs=0.1',
      'nodes.uplinkMbps=null',
    ]);
    assert.equal(scenario.nodes.count, 30);
    assert.equal(scenario.workload.arrivals, 'poisson');
    assert.equal(scenario.nodes.cpu.verifyMs, 0.1);
    assert.equal(scenario.nodes.uplinkMbps, null);
  });

  it('take a number or the word measured for the cost of a signature, and nothing else', () => {
    const set = (value: string): string[] => refusal('', [`nodes.cpu.verifyMs=${value}`]);
    assert.equal(resolveScenario('', ['nodes.cpu.verifyMs=measured']).nodes.cpu.verifyMs, 'measured');
    assert.match(set('mesured')[0]!, /expected a number, got the text "mesured"; did you mean "measured"\?$/);
    assert.match(set('-1')[0]!, /must be at least 0, got -1$/);
  });

  it('replace a whole section or list', () => {
    const overrides = ['topology={kind: edges}', 'topology.edges=[[0, 1], [1, 2]]', 'nodes={count: 3}'];
    const { topology, nodes } = resolveScenario('nodes: {perProcess: 5}\ntopology: {kind: star}', overrides);
    assert.deepEqual(topology.edges, [
      [0, 1],
      [1, 2],
    ]);
    assert.equal(topology.kind, 'edges');
    assert.equal(nodes.perProcess, 1);
  });

  it('set options of nodes by their dotted names', () => {
    const overrides = ['nodes.options.gossip.d=6', 'nodes.options.maxpeers=40'];
    assert.deepEqual(resolveScenario('nodes: {options: {gossip: {d: 7}}}', overrides).nodes.options, {
      'gossip.d': 6,
      maxpeers: 40,
    });
  });

  it('add an expectation to those of the file or of the default', () => {
    assert.deepEqual(resolveScenario('', ['expect.latencyMs.p99=< 800']).expect, {
      'coverage.min': 1,
      'latencyMs.p99': '< 800',
    });
    assert.deepEqual(
      resolveScenario('expect: {redundancy: < 9}', ['expect.coverage.min=>= 0.5', 'expect.conserved=true'])
        .expect,
      {
        redundancy: '< 9',
        'coverage.min': '>= 0.5',
        conserved: true,
      },
    );
    assert.deepEqual(resolveScenario('', ['expect={}']).expect, {});
  });

  it('are blamed for what they broke, the file for the rest', () => {
    assert.deepEqual(refusal('nodes: {count: 5}\nseed: x\n', ['nodes.count=one']), [
      'a.yaml:2:7: seed: expected a number, got the text "x"',
      '--set nodes.count=one: nodes.count: expected a number, got the text "one"',
    ]);
    assert.deepEqual(refusal('nodes: 5\n', ['nodes.count=7']), [
      'a.yaml:1:8: nodes: expected a mapping of fields, got 5',
    ]);
    assert.deepEqual(refusal('', ['links={latencyMS: 5}']), [
      '--set links={latencyMS: 5}: links.latencyMS: there is no such field; did you mean "latencyMs"?',
    ]);
  });

  const broken: [text: string, line: string][] = [
    ['nodes.cuont=3', 'nodes.cuont: there is no such field; did you mean "count"?'],
    ['count=3', 'count: there is no such field; did you mean "nodes.count"?'],
    ['node.count=3', 'node.count: there is no such field; did you mean "nodes.count"?'],
    ['nodes.count', 'write path=value, for instance nodes.count=20'],
    ['=3', 'write path=value, for instance nodes.count=20'],
    ['expect.=3', 'expect.: there is no such field; did you mean "expect"?'],
    ['topology.edges.0=[0, 1]', 'topology.edges.0: there is no such field; did you mean "topology.edges"?'],
  ];
  for (const [text, line] of broken) {
    it(`refuse ${text}`, () => assert.deepEqual(refusal('', [text]), [`--set ${text}: ${line}`]));
  }

  it('refuse a value that is not YAML', () => {
    assert.match(
      refusal('', ['nodes={count: 3'])[0]!,
      /^--set nodes=\{count: 3: nodes: the value is not YAML: /,
    );
  });
});
