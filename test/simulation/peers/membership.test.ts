/** Whole nodes in virtual time: what each fault is taken for. */
import assert from 'node:assert/strict';
import type { LinkEvent, MemberEvent } from '../../../src/telemetry/trace.ts';
import type { Simulation } from '../../../testnet/networks/simulated/simulation.ts';
import { scenarioOf, sleep, withSimulation } from '../../helpers/simulations.ts';

const NODES = 12;
const BROKEN = 0;
const DETECTED_WITHIN_MS = 10_000;

const scenario = scenarioOf({
  seed: 5,
  nodes: { count: NODES, options: { members: true } },
  topology: { kind: 'random-regular', degree: 5 },
  links: { latencyMs: 20 },
  workload: { transactions: 1, senders: 1 },
});

interface Seen {
  atMs: number;
  node: number;
  /** Whom it is about. */
  about: number;
  event: MemberEvent | LinkEvent;
}

class Observed {
  readonly simulation: Simulation;
  readonly fromMs: number;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.fromMs = simulation.clock.nowMs();
  }

  async seen(): Promise<Seen[]> {
    const indexOf = new Map(this.simulation.nodes.map(({ peerId, index }) => [peerId, index]));
    return (await this.simulation.traces())
      .flatMap(({ index: node, events }) =>
        events.flatMap((event) => {
          if (event.kind !== 'member' && event.kind !== 'link') return [];
          return [{ atMs: event.atMs - this.fromMs, node, about: indexOf.get(event.peer)!, event }];
        }),
      )
      .filter(({ atMs }) => atMs >= 0)
      .sort((a, b) => a.atMs - b.atMs);
  }

  async states(about: number, state: MemberEvent['state']): Promise<(Seen & { event: MemberEvent })[]> {
    const found = (await this.seen()).filter(
      (seen): seen is Seen & { event: MemberEvent } =>
        seen.event.kind === 'member' && seen.event.state === state,
    );
    return found.filter((seen) => seen.about === about);
  }

  /** Nobody else was held dead, by anybody, the broken one included. */
  async noFalseDeaths(): Promise<void> {
    const wrong = (await this.seen()).filter(
      ({ event, about }) => event.kind === 'member' && event.state === 'dead' && about !== BROKEN,
    );
    assert.deepEqual(wrong, []);
  }

  neighboursOf(node: number): number[] {
    const { hosts, nodes } = this.simulation;
    const peers = new Set(hosts[node]!.connections().map(({ peerId }) => peerId.toString()));
    return nodes.filter(({ peerId }) => peers.has(peerId)).map(({ index }) => index);
  }
}

const everyoneBut = (...nodes: number[]): number[] =>
  Array.from({ length: NODES }, (_, node) => node).filter((node) => !nodes.includes(node));

async function observe(work: (observed: Observed) => Promise<void>): Promise<void> {
  await withSimulation(scenario, async (simulation) => {
    await sleep(simulation, 4000);
    for (const { membership } of simulation.members) {
      const alive = membership.members().filter(({ state }) => state === 'alive');
      assert.equal(alive.length, NODES - 1, 'everybody knows everybody');
    }
    await work(new Observed(simulation));
  });
}

describe('membership in virtual time', function () {
  this.timeout(60_000);

  it('a killed process: refused, dead at once, told to all; started again it is taken back, in a higher incarnation', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      const neighbours = observed.neighboursOf(BROKEN);
      await simulation.inflict({ kind: 'kill', node: BROKEN });
      await sleep(simulation, 2000);
      const dead = await observed.states(BROKEN, 'dead');
      assert.deepEqual(
        dead.map(({ node }) => node).sort((a, b) => a - b),
        everyoneBut(BROKEN),
      );
      assert.ok(dead.at(-1)!.atMs < 1000, `all know after ${dead.at(-1)!.atMs} ms`);
      const causes = new Map(dead.map(({ node, event }) => [node, event.cause]));
      for (const node of neighbours) assert.equal(causes.get(node), 'refused');
      assert.deepEqual(await observed.states(BROKEN, 'suspect'), []);
      await simulation.inflict({ kind: 'restart', node: BROKEN, disk: 'kept' });
      await sleep(simulation, 4000);
      for (const node of everyoneBut(BROKEN)) {
        const { membership } = simulation.members[node]!;
        const member = membership.get(simulation.nodes[BROKEN]!.peerId)!;
        assert.deepEqual([member.state, member.incarnation], ['alive', 1]);
      }
      assert.equal(observed.neighboursOf(BROKEN).length, neighbours.length);
      await observed.noFalseDeaths();
    }));

  it('a process that stands still: silent, suspected, dead, and dropped; it goes on and is taken back', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      await simulation.inflict({ kind: 'freeze', node: BROKEN });
      await sleep(simulation, DETECTED_WITHIN_MS);
      const dead = await observed.states(BROKEN, 'dead');
      assert.deepEqual(
        dead.map(({ node }) => node).sort((a, b) => a - b),
        everyoneBut(BROKEN),
      );
      assert.equal(dead[0]!.event.cause, 'silent');
      assert.ok((await observed.states(BROKEN, 'suspect'))[0]!.atMs < dead[0]!.atMs);
      const brokenId = simulation.nodes[BROKEN]!.peerId;
      for (const node of everyoneBut(BROKEN)) {
        const { host, propagation } = simulation.members[node]!;
        assert.ok(!host.connections().some(({ peerId }) => peerId.toString() === brokenId), 'dropped');
        assert.ok(!propagation.meshPeers().includes(brokenId), 'from the mesh too');
      }
      await simulation.inflict({ kind: 'thaw', node: BROKEN });
      await sleep(simulation, 35_000);
      for (const { membership } of simulation.members)
        assert.ok(membership.members().every(({ state }) => state === 'alive'));
      // It slept, and calls nobody dead for that.
      await observed.noFalseDeaths();
    }));

  it('a machine that is gone: silent too', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      simulation.kill(BROKEN, 'vanish');
      await sleep(simulation, DETECTED_WITHIN_MS);
      const dead = await observed.states(BROKEN, 'dead');
      assert.equal(dead.length, NODES - 1);
      assert.equal(dead[0]!.event.cause, 'silent');
      await observed.noFalseDeaths();
    }));

  it('a cut link: each end says so of the other, and nobody is suspected; mended, it is good', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      const [other] = observed.neighboursOf(BROKEN) as [number];
      await simulation.inflict({ kind: 'cut', links: [[BROKEN, other]] });
      await sleep(simulation, 20_000);
      const seen = await observed.seen();
      assert.deepEqual(
        seen.map(({ node, event }) => [node, event.kind, event.state]).sort(),
        [
          [BROKEN, 'link', 'cut'],
          [other, 'link', 'cut'],
        ].sort(),
      );
      await simulation.inflict({ kind: 'heal', links: [[BROKEN, other]] });
      await sleep(simulation, 40_000);
      const now = (await observed.seen()).filter(
        ({ event }) => event.kind === 'link' && event.state === 'good',
      );
      assert.deepEqual(now.map(({ node }) => node).sort(), [BROKEN, other].sort());
      assert.ok((await observed.seen()).every(({ event }) => event.kind === 'link'));
    }));

  it('a slow link: answers come late, and nobody is suspected', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      const [other] = observed.neighboursOf(BROKEN) as [number];
      // A stream is opened and a ping comes back: two round trips.
      await simulation.inflict({ kind: 'change', links: [[BROKEN, other]], change: { latencyMs: 350 } });
      await sleep(simulation, 20_000);
      const seen = await observed.seen();
      assert.deepEqual([...new Set(seen.map(({ node }) => node))].sort(), [BROKEN, other].sort());
      assert.ok(seen.every(({ event }) => event.kind === 'link' && event.state === 'slow'));
    }));

  it('a node that stops says goodbye: it has left, and nobody suspects or dials it', () =>
    observe(async (observed) => {
      const { simulation } = observed;
      await simulation.inflict({ kind: 'stop', node: BROKEN });
      await sleep(simulation, 5000);
      const left = await observed.states(BROKEN, 'left');
      assert.deepEqual(
        left.map(({ node }) => node).sort((a, b) => a - b),
        everyoneBut(BROKEN),
      );
      assert.ok(left.every(({ event }) => event.cause === 'goodbye' || event.cause === 'told'));
      assert.ok(
        (await observed.seen()).every(({ event }) => event.kind === 'member' && event.state === 'left'),
      );
    }));

  it('is the same again, event for event', async () => {
    const digests: string[] = [];
    for (let run = 0; run < 2; run++) {
      await observe(async ({ simulation }) => {
        await simulation.inflict({ kind: 'freeze', node: BROKEN });
        await sleep(simulation, 9000);
        digests.push(simulation.digest());
      });
    }
    assert.equal(digests[0], digests[1]);
  });
});
