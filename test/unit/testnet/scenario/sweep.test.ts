import assert from 'node:assert/strict';

import { ScenarioError } from '../../../../testnet/scenario/problem.ts';
import { resolveScenario, scenarioToYaml } from '../../../../testnet/scenario/resolve.ts';
import { sweepPoints } from '../../../../testnet/scenario/sweep.ts';

function refusal(text: string, overrides: string[] = []): string[] {
  try {
    sweepPoints(text, overrides, 'a.yaml');
  } catch (error) {
    assert.ok(error instanceof ScenarioError, String(error));
    return error.message.split('\n');
  }
  return assert.fail('was not refused');
}

describe('sweepPoints', () => {
  it('has every combination of a grid, each with its repeats, the last field changing fastest', () => {
    const points = sweepPoints(
      'seed: 7\nsweep: {grid: {nodes.count: [25, 50], topology.degree: [4, 8]}, repeats: 2}\n',
    );
    assert.deepEqual(
      points.map(({ name }) => name),
      [
        'nodes.count=25_topology.degree=4_r1',
        'nodes.count=25_topology.degree=4_r2',
        'nodes.count=25_topology.degree=8_r1',
        'nodes.count=25_topology.degree=8_r2',
        'nodes.count=50_topology.degree=4_r1',
        'nodes.count=50_topology.degree=4_r2',
        'nodes.count=50_topology.degree=8_r1',
        'nodes.count=50_topology.degree=8_r2',
      ],
    );
    const [, second, third] = points;
    assert.equal(second!.setting, 'nodes.count=25_topology.degree=4');
    assert.equal(second!.repeat, 2);
    assert.deepEqual(third!.overrides, { 'nodes.count': 25, 'topology.degree': 8 });
    assert.equal(third!.scenario.nodes.count, 25);
    assert.equal(third!.scenario.topology.degree, 8);
    assert.equal(new Set(points.map(({ seed }) => seed)).size, 8);
    for (const { scenario, seed } of points) {
      assert.equal(scenario.seed, seed);
      assert.equal(scenario.sweep, null);
      assert.deepEqual(resolveScenario(scenarioToYaml(scenario)), scenario);
    }
  });

  it('has settings of a list that belong together, each with all of the grid', () => {
    const points = sweepPoints(
      'sweep: {list: [{nodes.options.gossip.d: 6, workload.arrivals: poisson}, {nodes.options.gossip.d: 7}], grid: {nodes.count: [20, 30]}}',
    );
    assert.deepEqual(
      points.map(({ name }) => name),
      [
        'nodes.options.gossip.d=6_workload.arrivals=poisson_nodes.count=20',
        'nodes.options.gossip.d=6_workload.arrivals=poisson_nodes.count=30',
        'nodes.options.gossip.d=7_nodes.count=20',
        'nodes.options.gossip.d=7_nodes.count=30',
      ],
    );
    assert.deepEqual(points[1]!.scenario.nodes.options, { 'gossip.d': 6 });
    assert.equal(points[2]!.scenario.workload.arrivals, 'constant');
  });

  it('leaves seeds as they were when another value joins an axis or a repeat is added', () => {
    const seeds = (grid: string, repeats: number) =>
      new Map(
        sweepPoints(`sweep: {grid: {nodes.count: ${grid}}, repeats: ${repeats}}`).map(
          ({ overrides, repeat, seed }) => [`${String(overrides['nodes.count'])} ${repeat}`, seed],
        ),
      );
    const few = seeds('[20, 40]', 2);
    const more = seeds('[20, 30, 40]', 3);
    for (const [point, seed] of few) assert.equal(more.get(point), seed);
    assert.equal(new Set(more.values()).size, 9);
  });

  it('takes any field, items of lists and whole sections among them, in names fit for a folder', () => {
    const points = sweepPoints(`
nodes: {groups: [{name: mute, share: 0.1, behaviour: silent}]}
sweep:
  grid:
    nodes.groups.0.share: [0.1, 0.3]
    faults: [{}, {churn: {perMinute: 6, downMs: 2000}}]
`);
    assert.equal(points.length, 4);
    assert.equal(points[2]!.scenario.nodes.groups[0]!.share, 0.3);
    assert.equal(points[3]!.scenario.faults.churn!.perMinute, 6);
    for (const { name } of points) assert.match(name, /^[\w.=+-]{1,220}$/);
    assert.equal(new Set(points.map(({ name }) => name)).size, 4);
  });

  it('repeats a scenario with nothing changed, and sweeps the seed itself', () => {
    const repeated = sweepPoints('sweep: {repeats: 3}');
    assert.deepEqual(
      repeated.map(({ name }) => name),
      ['seeds_r1', 'seeds_r2', 'seeds_r3'],
    );
    const seeds = sweepPoints('sweep: {grid: {seed: [3, 5]}}').map(({ scenario }) => scenario.seed);
    assert.deepEqual(seeds, [3, 5]);
  });

  it('goes on from options of the command line', () => {
    const [point] = sweepPoints('sweep: {grid: {nodes.count: [20]}}', [
      'workload.senders=3',
      'sweep.repeats=2',
    ]);
    assert.equal(point!.scenario.workload.senders, 3);
    assert.equal(point!.name, 'nodes.count=20_r1');
  });

  it('refuses what cannot be swept, at its place', () => {
    const cases: [text: string, ...lines: string[]][] = [
      [
        'name: a\n',
        'a.yaml:1:1: sweep: there is nothing to sweep: write sweep: {grid: {nodes.count: [25, 50]}}, or repeats',
      ],
      [
        'sweep:\n  grid:\n    nodes.cuont: [1]\n',
        'a.yaml:3:18: sweep.grid.nodes.cuont: there is no such field; did you mean "count"?',
      ],
      [
        'sweep:\n  grid: {seed: [1, 2]}\n  repeats: 2\n',
        'a.yaml:2:16: sweep.grid.seed: repeats give each run a seed of its own: leave one of the two out',
      ],
      [
        'sweep:\n  grid: {name: [a, b]}\n',
        'a.yaml:2:16: sweep.grid.name: name is of the sweep as a whole: change another field',
      ],
      [
        'sweep:\n  grid: {nodes.count: [20]}\n  list: [{nodes.count: 30}]\n',
        'a.yaml:2:23: sweep.grid.nodes.count: it is in the grid and in the list: leave it out of one',
        'a.yaml:3:24: sweep.list.0.nodes.count: it is in the grid and in the list: leave it out of one',
      ],
      [
        'sweep:\n  grid: {nodes.count: [20, 30], topology.degree: [4, 6]}\n  repeats: 100\n  maxPoints: 300\n',
        'a.yaml:2:3: sweep: 400 runs, more than maxPoints (300): take fewer values or repeats, or raise sweep.maxPoints',
      ],
      [
        'sweep:\n  grid:\n    nodes.count: [20, 5, x]\n    topology.degree: [8]\n  repeats: 3\n',
        'a.yaml:4:23: topology.degree: degree 8 needs at least 9 nodes, there are 5: lower topology.degree or raise nodes.count (at the point nodes.count=5, topology.degree=8)',
        'a.yaml:3:26: nodes.count: expected a number, got the text "x" (at the point nodes.count="x", topology.degree=8)',
      ],
    ];
    for (const [text, ...lines] of cases) assert.deepEqual(refusal(text), lines);
  });

  it('counts before it makes them', () => {
    const axes = Array.from({ length: 9 }, (_, axis) => `f${axis}`);
    const values = JSON.stringify(Array.from({ length: 50 }, (_, index) => index));
    const fields = [
      'seed',
      'nodes.count',
      'workload.senders',
      'links.latencyMs',
      'links.jitterMs',
      'measure.drainMs',
      'measure.warmUpMs',
      'workload.dataBytes',
      'topology.degree',
    ];
    assert.equal(fields.length, axes.length);
    assert.match(
      refusal(`sweep: {grid: {${fields.map((field) => `${field}: ${values}`).join(', ')}}}`)[0]!,
      /1953125000000000 runs/,
    );
  });
});
