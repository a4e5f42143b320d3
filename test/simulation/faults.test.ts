/** Everything that can break at once: the same again from the same seed, and every byte accounted for. */
import assert from 'node:assert/strict';

import type { FaultAction, LinkPair } from '../../testnet/faults/fault.ts';
import type { NodeTrace } from '../../testnet/networks/network.ts';
import type { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { streamOf, uniform } from '../../testnet/random.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';
import { blockTheThread, bytesByKind, scenarioOf, sleep, withSimulation } from '../helpers/simulations.ts';

const NODES = 12;
const fields = {
  seed: 5,
  nodes: {
    count: NODES,
    uplinkMbps: 20,
    downlinkMbps: 50,
    cpu: { verifyMs: 0.1, messageMs: 0.05 },
    groups: [{ name: 'silent', nodes: [4], behaviour: 'silent' }],
  },
  topology: { degree: 4 },
  links: { latencyMs: 30, latencyDistribution: 'uniform', latencySpreadMs: 20, jitterMs: 5, lossRate: 0.01 },
  workload: { transactions: 120, ratePerSecond: 10, senders: 40, dataBytes: 500, entry: 'any' },
  faults: { lateJoiners: { nodes: [11], atMs: 3000 } },
};

interface Outcome {
  digest: string;
  missed: (string | null)[];
  traces: NodeTrace[];
  answers: string[];
}

/** What happens and when, ms after the meshes stand; the last of it mends everything. */
function timeline(links: readonly LinkPair[]): [number, FaultAction][] {
  const some = links.slice(0, 6);
  return [
    [200, { kind: 'kill', node: 1 }],
    [300, { kind: 'cut', links: some }],
    [400, { kind: 'freeze', node: 2 }],
    [500, { kind: 'change', links: links.slice(6, 12), change: { latencyMs: 200, bandwidthMbps: 1 } }],
    [900, { kind: 'slow', node: 3, factor: 20 }],
    [1000, { kind: 'restart', node: 1, disk: 'kept' }],
    [1500, { kind: 'thaw', node: 2 }],
    [2000, { kind: 'stop', node: 5 }],
    [2500, { kind: 'freeze', node: 6 }],
    [3000, { kind: 'join', node: 11 }],
    [4000, { kind: 'kill', node: 1 }],
    [4000, { kind: 'restart', node: 5, disk: 'lost' }],
    [5000, { kind: 'restart', node: 1, disk: 'lost' }],
    [6000, { kind: 'kill', node: 6 }],
    [7000, { kind: 'slow', node: 3, factor: 1 }],
    [8000, { kind: 'restore', links: links.slice(6, 12) }],
    // Longer than any ping waits.
    [18_000, { kind: 'heal', links: some }],
    [18_500, { kind: 'restart', node: 6, disk: 'kept' }],
  ];
}

/** Both timelines at once, as an experiment has them. `look` is called at moments of no meaning. */
async function conduct(
  simulation: Simulation,
  edges: readonly LinkPair[],
  look: () => Promise<void>,
): Promise<Omit<Outcome, 'digest' | 'traces'>> {
  const startMs = simulation.clock.nowMs();
  const answers: string[] = [];
  const submit = async (): Promise<void> => {
    for (const { atMs, entry, raw } of await planWorkload(scenarioOf(fields))) {
      await simulation.sleepUntil(startMs + atMs);
      simulation.submit(entry, raw).then(
        (result) => answers.push(`${entry} ${result.status} @${simulation.clock.nowMs()}`),
        (error: unknown) => answers.push(`${entry} ${(error as Error).message} @${simulation.clock.nowMs()}`),
      );
    }
  };
  const missed: (string | null)[] = [];
  const breakIt = async (): Promise<void> => {
    for (const [atMs, action] of timeline(edges)) {
      await simulation.sleepUntil(startMs + atMs);
      missed.push(await simulation.inflict(action));
    }
  };
  const watch = async (): Promise<void> => {
    const random = streamOf(1, 'looks');
    while (simulation.clock.nowMs() < startMs + 20_000) {
      await simulation.sleepUntil(simulation.clock.nowMs() + uniform(random, 1, 700));
      await look();
    }
  };
  await Promise.all([submit(), breakIt(), watch()]);
  await sleep(simulation, 45_000);
  return { missed, answers };
}

async function run(
  look: (simulation: Simulation) => Promise<void> = () => Promise.resolve(),
): Promise<Outcome> {
  return withSimulation(scenarioOf(fields), async (simulation, edges) => {
    const outcome = await conduct(simulation, edges, () => look(simulation));
    return { ...outcome, traces: await simulation.traces(), digest: simulation.digest() };
  });
}

/** Sent = received + dropped + under way, on the links and as the nodes count it. */
async function balance(simulation: Simulation): Promise<void> {
  const { sent, received, dropped, underWay } = simulation.physical.bytes();
  assert.equal(sent, received + dropped + underWay);
  const sums = await bytesByKind(simulation);
  const total = (side: keyof typeof sums): number =>
    Object.values<number>({ ...sums[side] }).reduce((sum, bytes) => sum + bytes, 0);
  assert.deepEqual([total('sent'), total('received'), total('lost')], [sent, received, dropped]);
}

describe('A simulation in which everything breaks', function () {
  this.timeout(60_000);
  let first: Outcome;
  before(async () => {
    first = await run();
  });

  it('hits whom it should, mends again, and ends with one network', () => {
    assert.deepEqual(first.missed, Array(18).fill(null));
    assert.ok(first.answers.some((answer) => answer.includes('accepted')));
    assert.ok(first.answers.some((answer) => answer.includes('is down')));
    const last = first.traces.map(({ events }) => events.filter(({ kind }) => kind === 'arrival').length);
    assert.ok(Math.min(...last) > 10, last.join());
  });

  it('is the same again, event for event', async () => {
    const again = await run();
    assert.deepEqual(again.answers, first.answers);
    assert.equal(again.digest, first.digest);
  });

  it('is the same beside a thread that is busy, and while somebody looks', async () => {
    const busy = blockTheThread();
    try {
      const watched = await run(async (simulation) => {
        await simulation.status();
        await balance(simulation);
      });
      assert.equal(watched.digest, first.digest);
    } finally {
      assert.ok(busy.stop() > 1000);
    }
  });

  it('is another from another seed', async () => {
    await withSimulation(scenarioOf({ ...fields, seed: 6 }), async (simulation, edges) => {
      await conduct(simulation, edges, () => Promise.resolve());
      assert.notEqual(simulation.digest(), first.digest);
      await balance(simulation);
    });
  });
});
