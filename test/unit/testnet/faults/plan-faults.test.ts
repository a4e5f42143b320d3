import assert from 'node:assert/strict';

import fc from 'fast-check';

import type { FaultAction, PlannedFault } from '../../../../testnet/faults/fault.ts';
import { linkKey } from '../../../../testnet/faults/choose-links.ts';
import { LinkFaults } from '../../../../testnet/faults/link-faults.ts';
import { planFaults } from '../../../../testnet/faults/plan-faults.ts';
import type { Edge } from '../../../../testnet/networks/network.ts';
import { nodeSettings } from '../../../../testnet/scenario/node-settings.ts';
import { ScenarioError } from '../../../../testnet/scenario/problem.ts';
import { resolveScenario } from '../../../../testnet/scenario/resolve.ts';
import { complete, ring } from '../../../../testnet/topology/graphs.ts';
import { seeded } from '../../../helpers/seed.ts';

const SPAN_MS = 10_000;

interface Network {
  nodes?: number;
  edges?: readonly Edge[];
  seed?: number;
  groups?: string;
}

const scenarioOf = (faults: string, { nodes = 10, seed = 1, groups = '[]' }: Network = {}) =>
  resolveScenario(`{seed: ${seed}, nodes: {count: ${nodes}, groups: ${groups}}, faults: {${faults}}}`);

function plan(faults: string, network: Network = {}): PlannedFault[] {
  const { edges = ring(network.nodes ?? 10) } = network;
  return planFaults(scenarioOf(faults, network), edges, SPAN_MS);
}

const timeline = (entries: string, network?: Network) => plan(`timeline: [${entries}]`, network);
/** `kill 3 at 5000` */
const brief = (faults: readonly PlannedFault[]) =>
  faults.map(({ atMs, action }) => {
    if ('entry' in action) return `${action.phase} links of entry ${action.entry} at ${atMs}`;
    const what =
      'node' in action ? String(action.node) : action.links.map((link) => link.join('-')).join(' ');
    return `${action.kind} ${what} at ${atMs}`;
  });
const nodesOf = (faults: readonly PlannedFault[], kind: FaultAction['kind']) =>
  faults.flatMap(({ action }) => (action.kind === kind && 'node' in action ? [action.node] : []));

describe('planFaults of nodes that find each other', () => {
  const scenario = (entries: string) =>
    resolveScenario(`{topology: {kind: discovered}, faults: {timeline: [${entries}]}}`);
  const found = (entries: string) => brief(planFaults(scenario(entries), [], SPAN_MS));

  it('leaves links to the moment', () => {
    assert.deepEqual(
      found(
        '{at: 1s, cut: {count: 1}, for: 2s, name: a}, {at: 1500ms, kill: [3], for: 1s}, {at: 2s, heal: a}, {at: 2s, partition: {shares: [0.5]}}',
      ),
      [
        'begin links of entry 0 at 1000',
        'kill 3 at 1500',
        'begin links of entry 2 at 2000',
        'begin links of entry 3 at 2000',
        'restart 3 at 2500',
        'end links of entry 0 at 3000',
      ],
    );
  });

  it('works them out of what is connected then, and undoes the same', () => {
    const faults = new LinkFaults(
      scenario(
        '{at: 1s, cut: {count: 2}, for: 2s}, {at: 1s, partition: [[0]], name: p}, {at: 3s, heal: p}, {at: 1s, change: all, to: {latencyMs: 9}}',
      ),
    );
    const open: Edge[] = [
      [0, 1],
      [2, 3],
      [4, 5],
    ];
    const all = complete(10);
    const linksOf = (actions: readonly FaultAction[]) =>
      actions.map((action) =>
        'links' in action ? [action.kind, ...action.links.map(linkKey)] : assert.fail(),
      );
    const cut = linksOf(faults.begin(0, { all, open }));
    assert.equal(cut.length, 1);
    const held = cut[0]!.slice(1);
    assert.ok(held.length === 2 && held.every((key) => open.map(linkKey).includes(key)));
    assert.deepEqual(open.filter((link) => faults.isCut(link)).map(linkKey), held);
    // Any two nodes on different sides, connected or not; what was cut stays so when the sides are one again.
    const parted = linksOf(faults.begin(1, { all, open }))[0]!.slice(1);
    const ownCut = held.filter((key) => key === '0-1');
    assert.equal(parted.length + ownCut.length, 9);
    assert.deepEqual(linksOf(faults.begin(2, { all, open })), [['heal', ...parted]]);
    assert.deepEqual(linksOf(faults.end(0)), [['heal', ...held]]);
    assert.deepEqual(faults.end(0), []);
    assert.equal(linksOf(faults.begin(3, { all, open }))[0]!.length, 1 + all.length);
  });

  it('finds nobody to hit where nothing is connected', () => {
    const faults = new LinkFaults(scenario('{at: 1s, cut: {count: 2}}'));
    assert.throws(
      () => faults.begin(0, { all: complete(10), open: [] }),
      /there are 0 links to choose from, not 2/,
    );
  });
});

describe('planFaults', () => {
  it('plans nothing where nothing is to break', () => {
    assert.deepEqual(plan(''), []);
  });

  it('kills who is listed and brings them back after their time, with or without the disk', () => {
    const faults = timeline('{at: 5s, kill: [3, 7], for: 2s, disk: lost}');
    assert.deepEqual(brief(faults), [
      'kill 3 at 5000',
      'kill 7 at 5000',
      'restart 3 at 7000',
      'restart 7 at 7000',
    ]);
    assert.deepEqual(faults[2]!.action, { kind: 'restart', node: 3, disk: 'lost' });
    assert.deepEqual(
      faults.map(({ cause }) => cause),
      [
        'kill [3, 7] for 2000 ms',
        'kill [3, 7] for 2000 ms',
        'kill [3, 7] for 2000 ms, over',
        'kill [3, 7] for 2000 ms, over',
      ],
    );
  });

  it('puts entries in the order of time, and what ends before what begins', () => {
    const faults = timeline(
      '{atMs: 4000, freeze: [1]}, {atMs: 1000, slow: [1], factor: 3, forMs: 3000}, {atMs: 5000, thaw: all}',
    );
    assert.deepEqual(brief(faults), [
      'slow 1 at 1000',
      'slow 1 at 4000',
      'freeze 1 at 4000',
      'thaw 1 at 5000',
    ]);
    assert.deepEqual(faults[0]!.action, { kind: 'slow', node: 1, factor: 3 });
    assert.deepEqual(faults[1]!.action, { kind: 'slow', node: 1, factor: 1 });
  });

  it('chooses by count, share, group and region, the same for the same seed alone', () => {
    const chosen = (kill: string, network?: Network) =>
      nodesOf(timeline(`{at: 1s, kill: ${kill}}`, network), 'kill');
    const seeds = [1, 2, 3, 4].map((seed) => chosen('{count: 3}', { seed, nodes: 40 }).join(' '));
    assert.ok(new Set(seeds).size > 1);
    assert.deepEqual(chosen('{count: 3}'), chosen('{count: 3}'));
    assert.equal(new Set(chosen('{count: 3}')).size, 3);
    assert.equal(chosen('{share: 0.25}', { nodes: 40 }).length, 10);
    assert.equal(chosen('{share: 0.01}').length, 1);
    const groups = '[{name: slow, nodes: [2, 4, 6], region: moon}]';
    assert.deepEqual(chosen('{group: slow}', { groups }), [2, 4, 6]);
    assert.deepEqual(chosen('{region: moon}', { groups }), [2, 4, 6]);
    assert.deepEqual(chosen('{group: default}', { groups }), [0, 1, 3, 5, 7, 8, 9]);
    assert.equal(chosen('{group: slow, count: 2}', { groups }).length, 2);
  });

  it('restarts and thaws whom it hit, and nobody else', () => {
    const faults = timeline(
      '{at: 1s, stop: {count: 4}}, {at: 2s, restart: {count: 1}}, {at: 3s, restart: all}',
    );
    const stopped = nodesOf(faults, 'stop');
    assert.equal(stopped.length, 4);
    assert.deepEqual(
      nodesOf(faults, 'restart').sort((a, b) => a - b),
      stopped,
    );
    assert.equal(new Set(nodesOf(faults, 'restart')).size, 4);
  });

  it('does not kill by choice who is down, frozen or not there yet', () => {
    const faults = plan(
      'timeline: [{at: 1s, kill: [0, 1, 2]}, {at: 1s, freeze: [3, 4]}, {at: 2s, kill: {count: 4}}], lateJoiners: {nodes: [9], at: 5s}',
    );
    assert.deepEqual(
      nodesOf(faults, 'kill').sort((a, b) => a - b),
      [0, 1, 2, 5, 6, 7, 8],
    );
    assert.deepEqual(brief(faults).at(-1), 'join 9 at 5000');
  });

  it('does not bring back in the end who is back, nor thaw who was killed since', () => {
    const faults = timeline(
      '{at: 1s, kill: [2], for: 5s}, {at: 2s, restart: [2]}, {at: 3s, freeze: [4], for: 5s}, {at: 4s, kill: [4]}',
    );
    assert.deepEqual(brief(faults), [
      'kill 2 at 1000',
      'restart 2 at 2000',
      'freeze 4 at 3000',
      'kill 4 at 4000',
    ]);
  });

  it('parts by lists, shares, groups and regions what leads from side to side, and heals it', () => {
    const edges = complete(4);
    const all = (partition: string, groups?: string) =>
      timeline(`{at: 1s, partition: ${partition}, for: 2s}`, { nodes: 4, edges, ...(groups && { groups }) });
    assert.deepEqual(brief(all('[[0, 1], [2, 3]]')), [
      'cut 0-2 0-3 1-2 1-3 at 1000',
      'heal 0-2 0-3 1-2 1-3 at 3000',
    ]);
    // Whoever is on no side named is on one more.
    assert.deepEqual(brief(all('[[0]]'))[0], 'cut 0-1 0-2 0-3 at 1000');
    const groups = '[{name: a, nodes: [1], region: r}, {name: b, nodes: [3], region: s}]';
    assert.deepEqual(brief(all('{groups: [a]}', groups))[0], 'cut 0-1 1-2 1-3 at 1000');
    assert.deepEqual(brief(all('{groups: [[a, b]]}', groups))[0], 'cut 0-1 0-3 1-2 2-3 at 1000');
    assert.deepEqual(brief(all('{regions: [r, s]}', groups))[0], 'cut 0-1 0-3 1-2 1-3 2-3 at 1000');
    const [cut] = all('{shares: [0.5, 0.5]}');
    assert.ok(cut?.action.kind === 'cut');
    assert.equal(cut.action.links.length, 4);
  });

  it('cuts and heals by name; a link that two have cut heals with the last', () => {
    const faults = timeline(
      '{at: 1s, cut: [[0, 1], [1, 2]], name: one}, {at: 2s, cut: [[1, 2], [2, 3]], name: two}, {at: 3s, heal: one}, {at: 4s, heal: all}',
    );
    assert.deepEqual(brief(faults), [
      'cut 0-1 1-2 at 1000',
      'cut 2-3 at 2000',
      'heal 0-1 at 3000',
      'heal 1-2 2-3 at 4000',
    ]);
  });

  it('chooses links by count, share and what they connect', () => {
    const cut = (choice: string, network: Network = {}) => {
      const [fault] = timeline(`{at: 1s, cut: ${choice}}`, network);
      return fault!.action.kind === 'cut' ? fault!.action.links : assert.fail();
    };
    assert.equal(cut('{count: 3}').length, 3);
    assert.equal(cut('{share: 0.2}', { edges: complete(10) }).length, 9);
    const groups = '[{name: a, nodes: [0, 1, 2]}, {name: b, nodes: [3, 4]}]';
    assert.deepEqual(cut('{between: [b, a]}', { groups }), [[2, 3]]);
    assert.deepEqual(cut('{between: [a, default]}', { groups }), [[0, 9]]);
    const regions = '[{name: a, nodes: [0, 1], region: moon}, {name: b, nodes: [2, 5], region: mars}]';
    assert.deepEqual(cut('{between: [mars, moon]}', { groups: regions }), [[1, 2]]);
  });

  it('changes links, lays changes over each other and takes them off again', () => {
    const faults = timeline(
      '{at: 1s, change: all, to: {lossRate: 0.1}, name: lossy}, {at: 2s, change: [[0, 1]], to: {latencyMs: 500, bandwidthMbps: null}, for: 1s}, {at: 4s, change: [[0, 1]], to: {jitterMs: 3}, name: shaky}, {at: 5s, restore: lossy}',
      { nodes: 3 },
    );
    const around = '0-1 0-2 1-2';
    assert.deepEqual(brief(faults), [
      `change ${around} at 1000`,
      'change 0-1 at 2000',
      'restore 0-1 at 3000',
      'change 0-1 at 3000',
      'change 0-1 at 4000',
      `restore ${around} at 5000`,
      'change 0-1 at 5000',
    ]);
    const changes = faults.map(({ action }) => (action.kind === 'change' ? action.change : null));
    assert.deepEqual(changes[1], { latencyMs: 500, bandwidthMbps: null });
    assert.deepEqual(changes[3], { lossRate: 0.1 });
    assert.deepEqual(changes[6], { jitterMs: 3 });
  });

  it('leaves late joiners out until they join, as nodeSettings says', () => {
    const faults = 'lateJoiners: {share: 0.3, at: 4s}';
    const late = nodeSettings(scenarioOf(faults)).flatMap(({ joinsLate, index }) =>
      joinsLate ? [index] : [],
    );
    assert.deepEqual(
      brief(plan(faults)),
      late.map((node) => `join ${node} at 4000`),
    );
  });

  it('refuses what has nobody to hit, or comes after the end, with the entry', () => {
    const refused = (entries: string, message: string, network?: Network) =>
      assert.throws(() => timeline(entries, network), new RangeError(message));
    refused(
      '{at: 1s, cut: [[0, 5]]}',
      'faults.timeline.0.cut: nodes 0 and 5 are not connected: choose a pair that is',
    );
    refused(
      '{at: 1s, kill: {count: 8}}, {at: 2s, kill: {count: 3}}',
      'faults.timeline.1.kill: only 2 of them are up then: ask for fewer or others, or at another time',
    );
    refused(
      '{at: 1s, kill: [4]}, {at: 2s, restart: {group: a}}',
      'faults.timeline.1.restart: none of them is down then: ask for fewer or others, or at another time',
      { groups: '[{name: a, nodes: [1]}]' },
    );
    const groups = '[{name: a, nodes: [0]}, {name: b, nodes: [5]}]';
    refused(
      '{at: 1s, cut: {between: [a, b]}}',
      'faults.timeline.0.cut: nothing connects a and b: choose others, or another topology',
      { groups },
    );
    assert.throws(
      () => planFaults(scenarioOf('timeline: [{at: 5s, kill: [1]}]'), ring(10), -1000),
      /faults\.timeline\.0: at 5000 ms all is over, the drain ends 4000 ms after the first submission: bring it forward/,
    );
  });
});

/** Who is in which state as a plan is read; fails at what cannot be done then. */
class Replay {
  readonly #absent: Set<number>;
  readonly #down = new Set<number>();
  readonly #frozen = new Set<number>();
  readonly #slow = new Set<number>();
  readonly #cut = new Set<string>();

  constructor(absent: readonly number[]) {
    this.#absent = new Set(absent);
  }

  play({ action, atMs, cause }: PlannedFault): void {
    const what = `${cause}: ${JSON.stringify(action)} at ${atMs}`;
    switch (action.kind) {
      case 'kill':
      case 'stop':
        assert.ok(this.#isWell(action.node), what);
        this.#down.add(action.node);
        this.#slow.delete(action.node);
        break;
      case 'restart':
        assert.ok(this.#down.delete(action.node), what);
        break;
      case 'join':
        assert.ok(this.#absent.delete(action.node), what);
        break;
      case 'freeze':
        assert.ok(this.#isWell(action.node), what);
        this.#frozen.add(action.node);
        break;
      case 'thaw':
        assert.ok(this.#frozen.delete(action.node), what);
        break;
      case 'cut':
        for (const [a, b] of action.links) {
          assert.ok(!this.#cut.has(`${a}-${b}`), what);
          this.#cut.add(`${a}-${b}`);
        }
        break;
      case 'heal':
        for (const [a, b] of action.links) assert.ok(this.#cut.delete(`${a}-${b}`), what);
        break;
      case 'links':
        assert.fail(`on a graph all links are known: ${what}`);
      case 'slow':
        assert.ok(!this.#absent.has(action.node) && !this.#down.has(action.node), what);
        if (action.factor === 1) assert.ok(this.#slow.delete(action.node), what);
        else this.#slow.add(action.node);
        break;
      case 'change':
      case 'restore':
    }
  }

  #isWell(node: number): boolean {
    return !this.#absent.has(node) && !this.#down.has(node) && !this.#frozen.has(node);
  }
}

describe('a plan of any choices', () => {
  const choice = fc.oneof(
    fc.integer({ min: 1, max: 4 }).map((count) => `{count: ${count}}`),
    fc.constantFrom('{share: 0.2}', '{group: slow}', '{group: default, share: 0.3}'),
  );
  const lasting = fc.option(fc.integer({ min: 1, max: 8 }), { nil: null });
  const forMs = (seconds: number | null) => (seconds === null ? '' : `, for: ${seconds}s`);
  const what = fc.oneof(
    fc
      .tuple(fc.constantFrom('kill', 'stop', 'freeze'), choice, lasting)
      .map(([kind, chosen, seconds]) => `${kind}: ${chosen}${forMs(seconds)}`),
    fc.tuple(choice, lasting).map(([chosen, seconds]) => `slow: ${chosen}, factor: 2${forMs(seconds)}`),
    fc.tuple(fc.constantFrom('restart', 'thaw'), choice).map(([kind, chosen]) => `${kind}: ${chosen}`),
    fc.constantFrom('restart: all', 'thaw: all', 'heal: all', 'restore: all'),
    fc
      .tuple(fc.constantFrom('cut: {share: 0.4}', 'cut: {count: 3}', 'partition: {shares: [0.5]}'), lasting)
      .map(([cut, seconds]) => `${cut}${forMs(seconds)}`),
    fc
      .tuple(fc.constantFrom('all', '{count: 4}'), lasting)
      .map(([chosen, seconds]) => `change: ${chosen}, to: {lossRate: 0.1}${forMs(seconds)}`),
  );
  const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), what), { minLength: 1, maxLength: 8 });

  it('hits only who is there, mends only what is broken, in the order of time, the same each time', () => {
    const network = { nodes: 16, groups: '[{name: slow, nodes: [1, 5, 9, 13]}]' };
    let faultsPlanned = 0;
    fc.assert(
      fc.property(entries, fc.boolean(), fc.nat({ max: 1000 }), (written, withChurn, seed) => {
        const list = written.map(([second, each]) => `{at: ${second}s, ${each}}`).join(', ');
        const churn = withChurn ? ', churn: {perMinute: 60, downMs: 1500}' : '';
        const faults = `timeline: [${list}], lateJoiners: {count: 2, at: 3s}${churn}`;
        const make = () => plan(faults, { ...network, seed });
        let planned: PlannedFault[];
        try {
          planned = make();
        } catch (error) {
          // Nothing to mend, or too few to choose from: said, and nothing is planned.
          assert.ok(error instanceof ScenarioError || error instanceof RangeError, String(error));
          return;
        }
        faultsPlanned += planned.length;
        assert.deepEqual(make(), planned);
        const settings = nodeSettings(scenarioOf(faults, { ...network, seed }));
        const replay = new Replay(settings.flatMap(({ joinsLate, index }) => (joinsLate ? [index] : [])));
        for (const [index, fault] of planned.entries()) {
          assert.ok(index === 0 || planned[index - 1]!.atMs <= fault.atMs);
          replay.play(fault);
        }
      }),
      { numRuns: 150, ...seeded() },
    );
    assert.ok(faultsPlanned > 100, `only ${faultsPlanned} faults were planned: the property says little`);
  });
});

describe('churn', () => {
  const churn = (perMinute: number, downMs: number, more = '', seed = 1) =>
    planFaults(
      scenarioOf(`churn: {perMinute: ${perMinute}, downMs: ${downMs}}${more}`, { nodes: 50, seed }),
      ring(50),
      60_000,
    );

  it('takes so many a minute and brings each back after its time', () => {
    let departures = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const faults = churn(30, 5000, '', seed);
      departures += nodesOf(faults, 'kill').length;
      for (const { atMs, action } of faults) {
        if (action.kind !== 'restart') continue;
        assert.ok(
          faults.some(
            (kill) =>
              kill.action.kind === 'kill' &&
              kill.action.node === action.node &&
              Math.abs(kill.atMs + 5000 - atMs) < 1e-6,
          ),
        );
      }
    }
    // 600 expected, Poisson: four standard deviations are 98.
    assert.ok(Math.abs(departures - 600) < 98, `${departures}`);
  });

  it('never takes who is away, and leaves the timeline its nodes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.integer({ min: 1, max: 200 }), (seed, perMinute) => {
        const faults = churn(
          perMinute,
          4000,
          ', timeline: [{at: 1s, kill: [0], for: 2s}, {at: 3s, freeze: [1], for: 1s}, {at: 9s, kill: [2]}], lateJoiners: {nodes: [3], at: 6s}',
          seed,
        );
        const down = new Set<number>([3]);
        for (const { action } of faults) {
          if (action.kind === 'kill') {
            assert.ok(!down.has(action.node), `kill of ${action.node}, which is away`);
            down.add(action.node);
          } else if (action.kind === 'restart' || action.kind === 'join') {
            assert.ok(down.delete(action.node), `${action.kind} of ${action.node}, which is there`);
          }
        }
        for (const [index, { atMs }] of faults.entries()) {
          assert.ok(index === 0 || faults[index - 1]!.atMs <= atMs);
        }
      }),
      { numRuns: 60, ...seeded() },
    );
  });

  it('leaves the slow alone, which would come back quick', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), (seed) => {
        const timeline =
          '{at: 4s, slow: [0, 1], factor: 5, for: 4s}, {at: 4s, slow: [2], factor: 5}, {at: 9s, slow: [2], factor: 1}';
        const faults = planFaults(
          scenarioOf(`churn: {perMinute: 200, downMs: 1000}, timeline: [${timeline}]`, { seed }),
          ring(10),
          60_000,
        );
        const untilMs = [8000, 8000, 9000];
        for (const { atMs, action } of faults) {
          if (action.kind !== 'kill' && action.kind !== 'restart') continue;
          const end = untilMs[action.node];
          if (end !== undefined) assert.ok(atMs < 4000 || atMs > end, `${action.kind} at ${atMs} ms`);
        }
        assert.ok(nodesOf(faults, 'kill').some((node) => node <= 2));
      }),
      { numRuns: 60, ...seeded() },
    );
  });

  it('says goodbye when it is to be graceful', () => {
    const faults = planFaults(
      scenarioOf('churn: {perMinute: 40, graceful: true, disk: lost}'),
      ring(10),
      SPAN_MS,
    );
    assert.ok(nodesOf(faults, 'stop').length > 0);
    assert.deepEqual(nodesOf(faults, 'kill'), []);
    for (const { action } of faults) if (action.kind === 'restart') assert.equal(action.disk, 'lost');
  });
});
