/** A network under test, and what its tests ask of it and look at: with nothing of a network but its interface. */
import assert from 'node:assert/strict';
import type { Hex } from '../../src/bytes.ts';
import { BYTE_KINDS } from '../../src/telemetry/counters.ts';
import type { ArrivalEvent } from '../../src/telemetry/trace.ts';
import type { FaultAction } from '../../testnet/faults/fault.ts';
import type { Edge, Network, NodeStatus } from '../../testnet/networks/network.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { planWorkload, type PlannedTransaction } from '../../testnet/workload/plan.ts';

export interface NetworkBackend {
  start(scenario: Scenario, edges: readonly Edge[]): Promise<Network>;
  /**
   * How much later than modelled the fastest of a few may be, ms of the network's clock; nothing may be earlier than by
   * a hundredth of it. 0: time is exact, and the first is looked at alone.
   */
  toleranceMs: number;
  /** More than anything here takes, less than a static peer waits at most before it dials again, ms. */
  patienceMs: number;
  /** Of every node, by their names in the scenario file. */
  nodeOptions?: Record<string, unknown>;
  /** It gives nodes the processor of nodes.cpu, so that how slow one is can be told to the millisecond. */
  emulatesCpu: boolean;
  /** It counts bytes on the links themselves: then they are conserved at any moment. */
  countsLinkBytes: boolean;
  /** The same scenario gives the same event log. */
  deterministic: boolean;
}

export const LATENCY_MS = 40;
/** Reconciliation would give an empty pool back what it had. */
const GOSSIP_ALONE = { sync: false };
/** 0 - 1 - 2 - 3: whatever passes, passes each. */
export const LINE: Edge[] = [
  [0, 1],
  [1, 2],
  [2, 3],
];
/** So long nothing comes where nothing may. */
export const SILENCE_MS = 600;
export const BIG_BYTES = 20_000;
/** Of real processes: a machine that does something else makes any of them late, but not all. */
const SAMPLES = 5;
const TRANSACTIONS = 80;

export class NetworkUnderTest {
  readonly backend: NetworkBackend;
  network!: Network;
  transactions: PlannedTransaction[] = [];
  /** By node, what it took by submission since its disk was empty. */
  taken: Hex[][] = [];

  constructor(backend: NetworkBackend) {
    this.backend = backend;
  }

  /** The next transaction, each of a sender of its own. */
  readonly next = (): PlannedTransaction => this.transactions.shift()!;
  readonly begin = async (fields: Record<string, unknown>): Promise<void> => {
    const { nodes, ...rest } = fields as { nodes: Record<string, unknown> };
    const scenario = resolveScenario(
      JSON.stringify({
        topology: { kind: 'edges', edges: LINE },
        links: { latencyMs: LATENCY_MS },
        workload: { transactions: TRANSACTIONS, senders: TRANSACTIONS, dataBytes: BIG_BYTES },
        nodes: { count: 4, ...nodes, options: { ...GOSSIP_ALONE, ...this.backend.nodeOptions } },
        ...rest,
      }),
    );
    this.transactions = await planWorkload(scenario);
    this.network = await this.backend.start(scenario, edgesOf(scenario));
    this.taken = this.network.nodes.map(() => []);
  };
  readonly pass = (ms: number): Promise<void> => this.network.sleepUntil(this.network.clock.nowMs() + ms);
  readonly eventually = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    const { patienceMs } = this.backend;
    const deadlineMs = this.network.clock.nowMs() + patienceMs;
    while (!(await look())) {
      assert.ok(this.network.clock.nowMs() < deadlineMs, `waited ${patienceMs} ms in vain for ${what}`);
      await this.pass(20);
    }
  };
  readonly status = async (node: number): Promise<NodeStatus> => (await this.network.status())[node]!;
  readonly arrivals = async (hash: Hex): Promise<(ArrivalEvent | undefined)[]> =>
    (await this.network.traces()).map(({ events }) =>
      events.find((event): event is ArrivalEvent => event.kind === 'arrival' && event.hash === hash),
    );
  readonly holders = async (hash: Hex): Promise<number[]> =>
    (await this.arrivals(hash)).flatMap((event, node) => (event === undefined ? [] : [node]));
  readonly reaches = (hash: Hex, nodes: readonly number[]): Promise<void> =>
    this.eventually(`${hash} at ${nodes.join()}`, async () => {
      const held = await this.holders(hash);
      return nodes.every((node) => held.includes(node));
    });
  readonly submit = async (node: number): Promise<Hex> => {
    const { raw, hash } = this.next();
    assert.deepEqual(await this.network.submit(node, raw), { status: 'accepted', hash });
    this.taken[node]!.push(hash);
    return hash;
  };
  /** What a new transaction takes from a node's pool to the one beside it. */
  readonly hopMs = async (from: number, to: number, entry = from): Promise<number> => {
    const hash = await this.submit(entry);
    await this.reaches(hash, [from, to]);
    const events = await this.arrivals(hash);
    return events[to]!.receivedAtMs - events[from]!.atMs;
  };
  readonly assertNotEarly = (what: string, gotMs: number, leastMs: number): void =>
    assert.ok(
      gotMs >= leastMs - this.backend.toleranceMs / 100 - 1e-6,
      `${what}: ${gotMs} ms, before ${leastMs}`,
    );
  /** What is measured takes from `leastMs` to `mostMs`: no sample takes less, and the fastest not more. */
  readonly takes = async (
    what: string,
    [leastMs, mostMs]: readonly [number, number],
    measure: () => Promise<number>,
  ): Promise<void> => {
    const { toleranceMs } = this.backend;
    const samples: number[] = [];
    const isLate = (): boolean => Math.min(...samples) > mostMs + toleranceMs + 1e-6;
    do {
      samples.push(await measure());
      this.assertNotEarly(what, samples.at(-1)!, leastMs);
    } while (isLate() && toleranceMs > 0 && samples.length < SAMPLES);
    assert.ok(!isLate(), `${what}: ${samples.join()} ms, not ${mostMs}`);
  };
  readonly inflict = async (action: FaultAction): Promise<void> =>
    assert.equal(await this.network.inflict(action), null, JSON.stringify(action));
  readonly misses = async (action: FaultAction, why: RegExp): Promise<void> => {
    const missed = await this.network.inflict(action);
    assert.match(missed ?? 'it hit', why);
  };
  /** All connections that the edges between these nodes ask for, and a mesh over them. */
  readonly connected = (nodes: readonly number[]): Promise<void> =>
    this.eventually(`connections between ${nodes.join()}`, async () => {
      const all = await this.network.status();
      return nodes.every((node) => {
        const wanted = LINE.filter((edge) => edge.includes(node) && edge.every((end) => nodes.includes(end)));
        const { peers, mesh } = all[node]!;
        return peers === wanted.length && mesh === wanted.length;
      });
    });
  /** Whom each node is connected to, as its events have it. */
  readonly connections = async (): Promise<number[][]> =>
    (await this.network.traces()).map(({ events }) => {
      const open = new Set<string>();
      for (const event of events) {
        if (event.kind === 'connect') {
          assert.ok(!open.has(event.peer), 'a second connection was told');
          open.add(event.peer);
        } else if (event.kind === 'disconnect') {
          assert.ok(open.delete(event.peer), 'no connection was told');
        }
      }
      return this.network.nodes.flatMap(({ index, peerId }) => (open.has(peerId) ? [index] : []));
    });
  readonly bytesBalance = async (): Promise<void> => {
    const all = await this.network.status();
    const missing = all.reduce((sum, { counters: { sent, received, lost } }) => {
      return (
        sum + BYTE_KINDS.reduce((part, kind) => part + sent[kind] - received[kind] - (lost?.[kind] ?? 0), 0)
      );
    }, 0);
    assert.equal(missing, this.network.underWayBytes());
  };
}
