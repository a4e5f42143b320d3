/**
 * What every Network promises (testnet/networks/network.ts), held against any backend: the same steps, in real or in
 * virtual time, with nothing of a network but its interface.
 */
import assert from 'node:assert/strict';
import type { Hex } from '../../src/bytes.ts';
import { BYTE_KINDS } from '../../src/telemetry/counters.ts';
import type { ArrivalEvent } from '../../src/telemetry/trace.ts';
import type { FaultAction, LinkPair } from '../../testnet/faults/fault.ts';
import type { Edge, Network, NodeStatus } from '../../testnet/networks/network.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { planWorkload, type PlannedTransaction } from '../../testnet/workload/plan.ts';

export interface NetworkBackend {
  start(scenario: Scenario, edges: readonly Edge[]): Promise<Network>;
  /**
   * How much later than modelled anything may be, ms of the network's clock; nothing may be earlier than by a
   * hundredth of it. 0: time is exact.
   */
  toleranceMs: number;
  /** Of every node, by their names in the scenario file. */
  nodeOptions?: Record<string, unknown>;
  /** It gives nodes the processor of nodes.cpu, so that how slow one is can be told to the millisecond. */
  emulatesCpu: boolean;
  /** It counts bytes on the links themselves: then they are conserved at any moment. */
  countsLinkBytes: boolean;
  /** The same scenario gives the same event log. */
  deterministic: boolean;
}

const LATENCY_MS = 40;
/** Reconciliation would give an empty pool back what it had. */
const GOSSIP_ALONE = { sync: false };
/** 0 - 1 - 2 - 3: whatever passes, passes each. */
const LINE: Edge[] = [
  [0, 1],
  [1, 2],
  [2, 3],
];
/** More than anything here takes, less than a static peer waits at most before it dials again. */
const PATIENCE_MS = 10_000;
/** So long nothing comes where nothing may. */
const SILENCE_MS = 600;
const BIG_BYTES = 20_000;

export function networkCompliance(name: string, backend: NetworkBackend): void {
  const { toleranceMs } = backend;

  describe(`${name} keeps the contract of a network`, () => {
    let network: Network;
    let transactions: PlannedTransaction[];
    let scenario: Scenario;

    /** By node, what it took by submission since its disk was empty. */
    let taken: Hex[][];

    /** The next transaction, each of a sender of its own. */
    const next = (): PlannedTransaction => transactions.shift()!;
    const begin = async (fields: Record<string, unknown>): Promise<void> => {
      const { nodes, ...rest } = fields as { nodes: Record<string, unknown> };
      scenario = resolveScenario(
        JSON.stringify({
          topology: { kind: 'edges', edges: LINE },
          links: { latencyMs: LATENCY_MS },
          workload: { transactions: 40, senders: 40, dataBytes: BIG_BYTES },
          nodes: { count: 4, ...nodes, options: { ...GOSSIP_ALONE, ...backend.nodeOptions } },
          ...rest,
        }),
      );
      transactions = await planWorkload(scenario);
      network = await backend.start(scenario, edgesOf(scenario));
      taken = network.nodes.map(() => []);
    };
    const pass = (ms: number): Promise<void> => network.sleepUntil(network.clock.nowMs() + ms);
    const eventually = async (what: string, look: () => Promise<boolean>): Promise<void> => {
      const deadlineMs = network.clock.nowMs() + PATIENCE_MS;
      while (!(await look())) {
        assert.ok(network.clock.nowMs() < deadlineMs, `waited ${PATIENCE_MS} ms in vain for ${what}`);
        await pass(20);
      }
    };
    const status = async (node: number): Promise<NodeStatus> => (await network.status())[node]!;
    const arrivals = async (hash: Hex): Promise<(ArrivalEvent | undefined)[]> =>
      (await network.traces()).map(({ events }) =>
        events.find((event): event is ArrivalEvent => event.kind === 'arrival' && event.hash === hash),
      );
    const holders = async (hash: Hex): Promise<number[]> =>
      (await arrivals(hash)).flatMap((event, node) => (event === undefined ? [] : [node]));
    const reaches = (hash: Hex, nodes: readonly number[]): Promise<void> =>
      eventually(`${hash} at ${nodes.join()}`, async () => {
        const held = await holders(hash);
        return nodes.every((node) => held.includes(node));
      });
    const submit = async (node: number): Promise<Hex> => {
      const { raw, hash } = next();
      assert.deepEqual(await network.submit(node, raw), { status: 'accepted', hash });
      taken[node]!.push(hash);
      return hash;
    };
    /** From a node's pool to the one beside it. */
    const hopMs = async (hash: Hex, from: number, to: number): Promise<number> => {
      await reaches(hash, [from, to]);
      const events = await arrivals(hash);
      return events[to]!.receivedAtMs - events[from]!.atMs;
    };
    const assertAbout = (what: string, gotMs: number, wantedMs: number): void => {
      const early = toleranceMs / 100 + 1e-6;
      assert.ok(
        gotMs >= wantedMs - early && gotMs <= wantedMs + toleranceMs + 1e-6,
        `${what}: ${gotMs} ms, not ${wantedMs}`,
      );
    };
    const inflict = async (action: FaultAction): Promise<void> =>
      assert.equal(await network.inflict(action), null, JSON.stringify(action));
    const misses = async (action: FaultAction, why: RegExp): Promise<void> => {
      const missed = await network.inflict(action);
      assert.match(missed ?? 'it hit', why);
    };
    /** All connections that the edges between these nodes ask for, and a mesh over them. */
    const connected = (nodes: readonly number[]): Promise<void> =>
      eventually(`connections between ${nodes.join()}`, async () => {
        const all = await network.status();
        return nodes.every((node) => {
          const wanted = LINE.filter(
            (edge) => edge.includes(node) && edge.every((end) => nodes.includes(end)),
          );
          const { peers, mesh } = all[node]!;
          return peers === wanted.length && mesh === wanted.length;
        });
      });
    /** Whom each node is connected to, as its events have it. */
    const connections = async (): Promise<number[][]> =>
      (await network.traces()).map(({ events }) => {
        const open = new Set<string>();
        for (const event of events) {
          if (event.kind === 'connect') {
            assert.ok(!open.has(event.peer), 'a second connection was told');
            open.add(event.peer);
          } else if (event.kind === 'disconnect') {
            assert.ok(open.delete(event.peer), 'no connection was told');
          }
        }
        return network.nodes.flatMap(({ index, peerId }) => (open.has(peerId) ? [index] : []));
      });
    const bytesBalance = async (): Promise<void> => {
      const all = await network.status();
      const missing = all.reduce((sum, { counters: { sent, received, lost } }) => {
        return (
          sum + BYTE_KINDS.reduce((part, kind) => part + sent[kind] - received[kind] - (lost?.[kind] ?? 0), 0)
        );
      }, 0);
      assert.equal(missing, network.underWayBytes());
    };

    afterEach(async () => {
      if (backend.countsLinkBytes) await bytesBalance();
      else assert.equal(network.underWayBytes(), null);
    });

    describe('a line of four', () => {
      before(() => begin({ nodes: {} }));
      after(async () => {
        await network.stop();
        await network.stop();
      });

      it('is up, connected as asked and meshed', async () => {
        assert.deepEqual(
          (await network.status()).map(({ up, peers, mesh }) => [up, peers, mesh]),
          [1, 2, 2, 1].map((degree) => [true, degree, degree]),
        );
        assert.deepEqual(await connections(), [[1], [0, 2], [1, 3], [2]]);
        assert.deepEqual(await network.connections(), LINE);
        assert.ok(network.upAtMs <= network.clock.nowMs());
        assert.equal(new Set(network.nodes.map(({ peerId }) => peerId)).size, 4);
        for (const [index, node] of network.nodes.entries()) {
          assert.equal(node.index, index);
          assert.equal(network.isUp(index), true);
        }
      });

      it('sleeps until the moment asked for, several at once', async () => {
        const startMs = network.clock.nowMs();
        const woken: number[] = [];
        const sleep = async (ms: number): Promise<void> => {
          await network.sleepUntil(startMs + ms);
          woken.push(ms);
          assertAbout('woken', network.clock.nowMs() - startMs, ms);
        };
        await Promise.all([sleep(90), sleep(30), sleep(60)]);
        assert.deepEqual(woken, [30, 60, 90]);
        await network.sleepUntil(startMs);
      });

      it('answers a submission, and brings the transaction everywhere at the speed of the links', async () => {
        const { raw, hash } = next();
        assert.deepEqual(await network.submit(1, raw), { status: 'accepted', hash });
        const again = await network.submit(1, raw);
        assert.equal(again.status === 'rejected' && again.code, 'known');
        await reaches(hash, [0, 1, 2, 3]);
        const events = await arrivals(hash);
        const ids = network.nodes.map(({ peerId }) => peerId);
        assert.deepEqual(
          events.map((event) => [event!.provenance, event!.from]),
          [
            ['push', ids[1]],
            ['rpc', null],
            ['push', ids[1]],
            ['push', ids[2]],
          ],
        );
        for (const event of events) {
          assert.ok(event!.receivedAtMs <= event!.validationAtMs && event!.validationAtMs <= event!.atMs);
        }
        assertAbout('to node 0', await hopMs(hash, 1, 0), LATENCY_MS);
        assertAbout('to node 3', await hopMs(hash, 2, 3), LATENCY_MS);
        assert.deepEqual(
          (await network.status()).map((each) => [each.arrivals, each.pending, each.unsettled]),
          Array(4).fill([1, 1, 0]),
        );
      });

      it('changes a link live, both directions, and undoes it', async () => {
        const links: LinkPair[] = [[1, 2]];
        await inflict({ kind: 'change', links, change: { latencyMs: 150 } });
        assertAbout('slower', await hopMs(await submit(1), 1, 2), 150);
        assertAbout('slower back', await hopMs(await submit(2), 2, 1), 150);
        assertAbout('another', await hopMs(await submit(2), 2, 3), LATENCY_MS);
        // 20,000 bytes and a few: 160 ms and some at 1 Mbit/s.
        await inflict({ kind: 'change', links, change: { bandwidthMbps: 1 } });
        const thinMs = await hopMs(await submit(1), 1, 2);
        assert.ok(thinMs >= 150 + 160 && thinMs <= 150 + 170 + toleranceMs, String(thinMs));
        await misses({ kind: 'change', links, change: { bandwidthMbps: 1 } }, /other than asked/);
        await inflict({ kind: 'restore', links });
        assertAbout('as before', await hopMs(await submit(2), 2, 1), LATENCY_MS);
        await misses({ kind: 'restore', links }, /changed: 1-2/);
      });

      it('loses packets of a link, which only delays, and keeps the order', async () => {
        const links: LinkPair[] = [[0, 1]];
        await inflict({ kind: 'change', links, change: { lossRate: 0.2, jitterMs: 30 } });
        const hashes: Hex[] = [];
        for (let k = 0; k < 6; k++) hashes.push(await submit(0));
        for (const hash of hashes) await reaches(hash, [0, 1, 2, 3]);
        const read = (await Promise.all(hashes.map((hash) => arrivals(hash)))).map(
          (each) => each[1]!.receivedAtMs,
        );
        assert.deepEqual(
          read,
          [...read].sort((a, b) => a - b),
        );
        assert.ok(read.at(-1)! - (await arrivals(hashes.at(-1)!))[0]!.atMs >= LATENCY_MS);
        await inflict({ kind: 'restore', links });
      });

      it('cuts a link: nobody is told, and all that was sent arrives once it heals', async () => {
        const links: LinkPair[] = [[1, 2]];
        await inflict({ kind: 'cut', links });
        await misses({ kind: 'cut', links }, /whole: 1-2/);
        const hash = await submit(0);
        await reaches(hash, [0, 1]);
        await pass(SILENCE_MS);
        assert.deepEqual(await holders(hash), [0, 1]);
        assert.deepEqual([(await status(1)).peers, (await status(2)).peers], [2, 2]);
        const healedMs = network.clock.nowMs();
        await inflict({ kind: 'heal', links });
        await reaches(hash, [0, 1, 2, 3]);
        const [, , atTwo] = await arrivals(hash);
        assert.ok(atTwo!.receivedAtMs >= healedMs + LATENCY_MS - 1, 'it was there before it could be');
        assert.equal(atTwo!.provenance, 'push');
        await misses({ kind: 'heal', links }, /cut: 1-2/);
        await misses({ kind: 'cut', links: [[0, 3]] }, /0-3/);
      });

      it('freezes a node, which is up and does nothing, and thaws it, which then does it all', async () => {
        await inflict({ kind: 'freeze', node: 2 });
        await misses({ kind: 'freeze', node: 2 }, /is frozen/);
        const hash = await submit(0);
        await pass(SILENCE_MS);
        assert.deepEqual(await holders(hash), [0, 1]);
        assert.equal(network.isUp(2), true);
        assert.equal((await status(2)).up, true);
        const thawedMs = network.clock.nowMs();
        await inflict({ kind: 'thaw', node: 2 });
        await reaches(hash, [0, 1, 2, 3]);
        assert.ok((await arrivals(hash))[2]!.receivedAtMs >= thawedMs);
        await misses({ kind: 'thaw', node: 2 }, /not frozen/);
      });

      it('answers for a frozen node once it goes on', async () => {
        await inflict({ kind: 'freeze', node: 3 });
        const { raw, hash } = next();
        const answer = network.submit(3, raw);
        await pass(SILENCE_MS / 2);
        const thawedMs = network.clock.nowMs();
        await inflict({ kind: 'thaw', node: 3 });
        assert.equal((await answer).status, 'accepted');
        assert.ok((await arrivals(hash))[3]!.atMs >= thawedMs);
        await reaches(hash, [0]);
      });

      it('kills a node: it is down, its neighbours lose it, the rest goes on', async () => {
        const known = await submit(2);
        await reaches(known, [0, 1, 2, 3]);
        const before = await status(2);
        await inflict({ kind: 'kill', node: 2 });
        await misses({ kind: 'kill', node: 2 }, /node 2 is down/);
        await misses({ kind: 'freeze', node: 2 }, /node 2 is down/);
        assert.equal(network.isUp(2), false);
        await assert.rejects(network.submit(2, next().raw), /node 2/);
        await connected([0, 1]);
        assert.deepEqual(await network.connections(), [[0, 1]]);
        // The dead says nothing any more.
        assert.deepEqual(await connections(), [[1], [0], [1, 3], []]);
        const after = await status(2);
        assert.deepEqual(
          [after.up, after.peers, after.mesh, after.pending, after.unsettled],
          [false, 0, 0, 0, 0],
        );
        assert.equal(after.arrivals, before.arrivals);
        assert.ok(after.counters.received.message >= before.counters.received.message);
        const hash = await submit(0);
        await reaches(hash, [0, 1]);
        await pass(SILENCE_MS);
        assert.deepEqual(await holders(hash), [0, 1]);
        // Of the life that ended.
        assert.ok((await holders(known)).includes(2));
      });

      it('restarts it with its disk: the same identity, its connections, and what was submitted to it', async () => {
        const before = network.nodes.map(({ peerId, multiaddr }) => [peerId, multiaddr]);
        const { arrivals: arrived } = await status(2);
        await inflict({ kind: 'restart', node: 2, disk: 'kept' });
        await misses({ kind: 'restart', node: 2, disk: 'kept' }, /node 2 is up/);
        assert.equal(network.isUp(2), true);
        await connected([0, 1, 2, 3]);
        assert.deepEqual(
          network.nodes.map(({ peerId, multiaddr }) => [peerId, multiaddr]),
          before,
        );
        await eventually(
          'what its journal holds',
          async () => (await status(2)).pending === taken[2]!.length && taken[2]!.length > 0,
        );
        const hash = await submit(3);
        await reaches(hash, [0, 1, 2, 3]);
        assert.ok((await status(2)).arrivals > arrived);
        assert.equal((await status(2)).pending, taken[2]!.length + 1);
      });

      it('stops a node, and restarts it without its disk: an empty pool', async () => {
        await inflict({ kind: 'stop', node: 2 });
        assert.equal(network.isUp(2), false);
        await connected([0, 1]);
        await misses({ kind: 'stop', node: 2 }, /node 2 is down/);
        await inflict({ kind: 'restart', node: 2, disk: 'lost' });
        await connected([0, 1, 2, 3]);
        assert.equal((await status(2)).pending, 0);
        const hash = await submit(0);
        await reaches(hash, [0, 1, 2, 3]);
        assert.equal((await status(2)).pending, 1);
      });

      it('says of every life of a node what it did, in the order of time', async () => {
        for (const { index, peerId, events } of await network.traces()) {
          assert.equal(peerId, network.nodes[index]!.peerId);
          const times = events.map(({ atMs }) => atMs);
          assert.deepEqual(
            times,
            [...times].sort((a, b) => a - b),
          );
          const { arrivals: count, counters } = await status(index);
          assert.equal(events.filter(({ kind }) => kind === 'arrival').length, count);
          const copies = events.reduce((sum, event) => sum + (event.kind === 'copies' ? event.copies : 0), 0);
          assert.equal(copies, counters.copiesReceived + counters.syncCopiesReceived);
          assert.ok(copies > 0);
        }
      });
    });

    describe('a line with a silent node and one that joins late', () => {
      before(() =>
        begin({
          nodes: {
            groups: [{ name: 'quiet', nodes: [1], behaviour: 'silent' }],
            ...(backend.emulatesCpu && { cpu: { verifyMs: 10 } }),
          },
          faults: { lateJoiners: { nodes: [3], atMs: 0 } },
        }),
      );
      after(() => network.stop());

      it('is up without the late one, which is known and down', async () => {
        assert.deepEqual(
          (await network.status()).map(({ up, peers }) => [up, peers]),
          [
            [true, 1],
            [true, 2],
            [true, 1],
            [false, 0],
          ],
        );
        assert.equal(network.isUp(3), false);
        assert.notEqual(network.nodes[3]!.peerId, '');
        await misses({ kind: 'restart', node: 3, disk: 'kept' }, /node 3 has not joined yet/);
        await misses({ kind: 'kill', node: 3 }, /node 3 has not joined yet/);
      });

      it('hears nothing through the silent node but what was submitted to it', async () => {
        const lost = await submit(0);
        const heard = await submit(1);
        await reaches(heard, [0, 1, 2]);
        await pass(SILENCE_MS);
        assert.deepEqual(await holders(lost), [0, 1]);
      });

      it('lets the late one join', async () => {
        await inflict({ kind: 'join', node: 3 });
        await misses({ kind: 'join', node: 3 }, /node 3 has joined already/);
        await connected([0, 1, 2, 3]);
        const hash = await submit(2);
        await reaches(hash, [1, 2, 3]);
        await inflict({ kind: 'kill', node: 3 });
        await connected([0, 1, 2]);
        await inflict({ kind: 'restart', node: 3, disk: 'kept' });
        await connected([0, 1, 2, 3]);
      });

      it('slows a node down, and up again', async () => {
        const slow = (factor: number): FaultAction => ({ kind: 'slow', node: 2, factor });
        const validationMs = async (): Promise<number> => {
          const hash = await submit(3);
          await reaches(hash, [2]);
          const { atMs, validationAtMs } = (await arrivals(hash))[2]!;
          return atMs - validationAtMs;
        };
        const wanted = (ms: number): number => (backend.emulatesCpu ? ms : 0);
        assertAbout('full speed', await validationMs(), wanted(10));
        await inflict(slow(8));
        await misses(slow(8), /that slow/);
        assertAbout('slow', await validationMs(), wanted(80));
        await inflict(slow(1));
        assertAbout('full speed again', await validationMs(), wanted(10));
        await misses(slow(1), /that slow/);
      });
    });

    describe('nodes that find each other from one address', () => {
      before(() =>
        begin({
          nodes: {},
          topology: { kind: 'discovered' },
          faults: { lateJoiners: { nodes: [3], atMs: 0 } },
        }),
      );
      after(() => network.stop());

      const become = (pairs: Edge[]): Promise<void> =>
        eventually(`the connections ${JSON.stringify(pairs)}`, async () => {
          return JSON.stringify(await network.connections()) === JSON.stringify(pairs);
        });
      const FEW: Edge[] = [
        [0, 1],
        [0, 2],
        [1, 2],
      ];

      it('are up when all are connected and meshed, though nobody was told of any but the first', async () => {
        assert.ok((await network.status()).slice(0, 3).every(({ peers, mesh }) => peers === 2 && mesh === 2));
        assert.deepEqual(await network.connections(), FEW);
        await reaches(await submit(2), [0, 1, 2]);
      });

      it('find who joins late', async () => {
        await inflict({ kind: 'join', node: 3 });
        await become([
          [0, 1],
          [0, 2],
          [0, 3],
          [1, 2],
          [1, 3],
          [2, 3],
        ]);
      });

      it('go on without the first, and find it again', async () => {
        await inflict({ kind: 'kill', node: 0 });
        await become([
          [1, 2],
          [1, 3],
          [2, 3],
        ]);
        await inflict({ kind: 'restart', node: 0, disk: 'kept' });
        await become([
          [0, 1],
          [0, 2],
          [0, 3],
          [1, 2],
          [1, 3],
          [2, 3],
        ]);
      });

      it('can be cut off from each other, any two of them', async () => {
        const links: LinkPair[] = [[1, 3]];
        await inflict({ kind: 'cut', links });
        await misses({ kind: 'cut', links }, /whole: 1-3/);
        await inflict({ kind: 'heal', links });
        await misses({ kind: 'cut', links: [[2, 2]] }, /2-2/);
      });
    });

    it(backend.deterministic ? 'has a digest of all that happened' : 'has no digest', async () => {
      await begin({ nodes: {} });
      const first = network.digest();
      await submit(0);
      if (backend.deterministic) {
        assert.match(first!, /^[0-9a-f]{64}$/);
        assert.notEqual(network.digest(), first);
      } else assert.equal(first, null);
      assert.equal(typeof network.droppedBytes(), 'number');
      await network.stop();
    });
  });
}
