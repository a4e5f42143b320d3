/**
 * The simulated backend: the same node as everywhere (src/node.ts), on simulated hosts and one virtual clock. Only the
 * host, the clock, the dice and the verifier are others, all injected; a guard refuses whatever else a node would
 * reach for.
 *
 * It patches the globals of its realm from start() to stop(), so it runs in a worker of its own (simulation-worker.ts).
 */
import type { PrivateKey } from '@libp2p/interface';
import { resolveOptions } from '../../../src/config.ts';
import { Node } from '../../../src/node.ts';
import type { TraceSink } from '../../../src/telemetry/trace.ts';
import { streamOf, uniform } from '../../random.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { fundedAccounts, TESTNET_CHAIN_ID } from '../../workload/accounts.ts';
import { fundedState } from '../funded-state.ts';
import { hasMesh, wantedPeers } from '../mesh.ts';
import type {
  Edge,
  Network,
  NetworkNode,
  NodeStatus,
  NodeTrace,
  Progress,
  SubmitResult,
} from '../network.ts';
import { EventLog } from './event-log.ts';
import { patchGlobals } from './global-patch.ts';
import { guardRealWorld, SimulationBreach, type Guard } from './guard.ts';
import { modelledVerifier, SharedRecovery } from './modelled-verifier.ts';
import { Processor } from './processor.ts';
import { logThatFails } from './failing-log.ts';
import { bitsPerSecond, conditionsOf } from './scenario-links.ts';
import { SimulatedHost, type Death } from './simulated-host.ts';
import { simulatedKey } from './simulated-key.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { asError, OUTSIDE, VirtualClock } from './virtual-clock.ts';

/** Nodes do not start in step, so neither do their heartbeats. */
const START_WITHIN_MS = 1000;
/** Between two looks at the meshes, virtual. */
const LOOK_MS = 100;
/** What is still open so long after the stop, virtual, would stay so: nothing a node waits for takes longer. */
const STOP_WITHIN_MS = 600_000;

export interface SimulationOptions {
  /** Is told every event of a node, as it happens, besides the log. */
  traceTo?: (node: number) => TraceSink;
  /** Also refuse asynchronous work behind the back of the clock (guard.ts); costs time. */
  watchAsyncWork?: boolean;
}

export class Simulation implements Network {
  readonly kind = 'simulated';
  readonly clock: VirtualClock;
  readonly nodes: NetworkNode[];
  /** A simulated node that fails throws out of the clock, so nothing has to be watched. */
  readonly failed: Promise<never> = new Promise(() => undefined);
  readonly physical: SimulatedNetwork;
  readonly members: Node[];
  readonly hosts: SimulatedHost[];
  readonly #log: EventLog;
  readonly #guard: Guard;
  readonly #unpatch: () => void;
  readonly #down = new Set<number>();
  #fault: Error | undefined;
  #stopped = false;

  private constructor(
    scenario: Scenario,
    keys: readonly PrivateKey[],
    clock: VirtualClock,
    guard: Guard,
    unpatch: () => void,
    { traceTo }: SimulationOptions,
  ) {
    const { seed, nodes } = scenario;
    const { verifyMs, messageMs } = nodes.cpu;
    if (verifyMs === 'measured') {
      throw new Error('nodes.cpu.verifyMs is yet to be measured: the scenario must say the number');
    }
    this.clock = clock;
    this.physical = new SimulatedNetwork(clock, { conditionsOf: conditionsOf(scenario) });
    this.#guard = guard;
    this.#unpatch = unpatch;
    this.#log = new EventLog(keys.length);
    const options = resolveOptions(nodes.options);
    const state = fundedState(TESTNET_CHAIN_ID, fundedAccounts(scenario));
    const recovery = new SharedRecovery();
    this.hosts = keys.map(
      (privateKey, owner) =>
        new SimulatedHost({
          network: this.physical,
          owner,
          privateKey,
          uplinkBitsPerSecond: bitsPerSecond(nodes.uplinkMbps),
          downlinkBitsPerSecond: bitsPerSecond(nodes.downlinkMbps),
          processor: new Processor(messageMs),
        }),
    );
    this.members = this.hosts.map(
      (host, owner) =>
        new Node({
          options,
          host,
          environment: { clock, random: streamOf(seed, 'node', owner, 'node') },
          state,
          verifier: modelledVerifier(recovery, clock, host.processor, verifyMs),
          trace: this.#log.sink(owner, traceTo?.(owner)),
          log: logThatFails((message, cause) => {
            this.#fault ??= new Error(`simulated node ${owner}: ${message}`, { cause });
          }),
        }),
    );
    this.nodes = this.hosts.map(({ peerId }, index) => {
      return { index, peerId: peerId.toString(), rpcUrl: null, multiaddr: null };
    });
  }

  /** Resolves when every node is connected as `edges` say and has its mesh. @throws when that takes too long, virtual. */
  static async start(
    scenario: Scenario,
    edges: readonly Edge[],
    progress: Progress,
    options: SimulationOptions = {},
  ): Promise<Simulation> {
    const { seed } = scenario;
    const clock = new VirtualClock();
    const keys = await Promise.all(
      Array.from({ length: scenario.nodes.count }, (_, index) =>
        simulatedKey(streamOf(seed, 'node', index, 'key')),
      ),
    );
    const unpatchGlobals = patchGlobals({
      clock,
      diceOf: (owner) => streamOf(seed, 'node', owner, 'gossipsub'),
    });
    const guard = guardRealWorld({ clock, mode: 'throw', watchAsyncWork: options.watchAsyncWork });
    const unpatch = (): void => {
      guard.remove();
      unpatchGlobals();
    };
    try {
      const simulation = new Simulation(scenario, keys, clock, guard, unpatch, options);
      await simulation.#start(scenario, edges, progress);
      return simulation;
    } catch (error) {
      unpatch();
      throw error;
    }
  }

  /** @throws when a node failed meanwhile or reached for the real world: what it goes on to do says nothing. */
  async sleepUntil(atMs: number): Promise<void> {
    if (atMs > this.clock.nowMs()) await this.clock.runUntil(atMs);
    this.#check();
  }

  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    if (this.#down.has(node)) throw new Error(`node ${node} is down`);
    const answer = await this.as(node, () => this.members[node]!.submit(raw));
    return answer.status === 'refused'
      ? { status: 'rejected', code: answer.code, message: answer.message }
      : { status: 'accepted', hash: answer.hash };
  }

  /** Lets a node do `work` at this instant; resolves when it is done and the clock has been run so far. */
  as<T>(node: number, work: () => T | Promise<T>, delayMs = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      // The answer is handed over by an event of its own, so that what follows does not run in the node's name.
      const outside = (hand: () => void): void => {
        this.clock.schedule(OUTSIDE, this.clock.nowMs(), hand);
      };
      this.clock.schedule(node, this.clock.nowMs() + delayMs, () => {
        Promise.try(work).then(
          (value) => outside(() => resolve(value)),
          (error: unknown) => outside(() => reject(asError(error))),
        );
      });
    });
  }

  isUp(node: number): boolean {
    return !this.#down.has(node);
  }

  /** The node is dead from this instant; what was asked of it is never answered. */
  kill(node: number, death: Death): void {
    if (this.#down.has(node)) return;
    this.#down.add(node);
    this.hosts[node]!.kill(death);
  }

  /** The node says goodbye and ends. Resolves when the clock has been run so far. */
  async stopNode(node: number): Promise<void> {
    if (this.#down.has(node)) return;
    this.#down.add(node);
    await this.as(node, () => this.members[node]!.stop());
  }

  status(): Promise<NodeStatus[]> {
    const rssBytes = process.memoryUsage.rss();
    return Promise.resolve(
      this.members.map(({ host, propagation, pool }, index): NodeStatus => ({
        peers: host.connections().length,
        mesh: propagation.meshPeers().length,
        pending: pool.counts.pending,
        queued: pool.counts.queued,
        arrivals: this.#log.arrivals[index]!,
        unsettled: propagation.unsettled,
        counters: propagation.counters(),
        cpuMs: null,
        rssBytes,
        nodesInProcess: this.members.length,
        loopDelayP99Ms: null,
      })),
    );
  }

  traces(): Promise<NodeTrace[]> {
    return Promise.resolve(
      this.nodes.map(({ index, peerId }) => ({ index, peerId, events: this.#log.events[index]! })),
    );
  }

  droppedBytes(): number {
    return this.physical.bytes().dropped;
  }

  underWayBytes(): number {
    return this.physical.bytes().underWay;
  }

  digest(): string {
    return this.#log.digest();
  }

  /** @throws when a node failed, cannot stop, or leaves something open. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    try {
      const up = this.nodes.filter(({ index }) => this.isUp(index));
      let stopping = up.length;
      const stopped = Promise.all(
        up.map(({ index }) => this.as(index, () => this.members[index]!.stop()).then(() => (stopping -= 1))),
      );
      // Not runUntilIdle: a timer that renews itself would never let it end, a promise that hangs would end it early.
      await Promise.race([
        stopped.then(() => new Promise(() => undefined)),
        this.clock.runUntil(this.clock.nowMs() + STOP_WITHIN_MS),
      ]);
      if (stopping > 0)
        throw new Error(`${stopping} nodes have not stopped within ${STOP_WITHIN_MS} virtual ms`);
      const { pending } = this.clock.statistics;
      if (pending > 0)
        throw new Error(`${pending} timers are open ${STOP_WITHIN_MS} virtual ms after the stop`);
    } finally {
      this.#unpatch();
    }
    this.#check();
  }

  /** A node may catch what the guard throws at it; the run must not go on all the same. */
  #check(): void {
    const [violation] = this.#guard.violations;
    if (violation !== undefined) throw new SimulationBreach(violation);
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #start(scenario: Scenario, edges: readonly Edge[], progress: Progress): Promise<void> {
    const count = this.members.length;
    const { 'gossip.dlo': Dlo } = resolveOptions(scenario.nodes.options);
    const starts = this.members.map((node, index) =>
      this.as(
        index,
        () => node.start(),
        uniform(streamOf(scenario.seed, 'node', index, 'start'), 0, START_WITHIN_MS),
      ),
    );
    await Promise.all([...starts, this.clock.runUntil(START_WITHIN_MS)]);
    progress('start', count, count);
    let connected = 0;
    const dials = edges.map(async ([from, to]) => {
      await this.as(from, () =>
        this.members[from]!.addPeer(this.members[to]!.host.addresses()[0]!.toString()),
      );
      progress('connect', ++connected, edges.length);
    });
    const dialled = Promise.all(dials);
    dialled.catch(() => undefined);
    const wanted = wantedPeers(count, edges);
    for (;;) {
      await this.sleepUntil(this.clock.nowMs() + LOOK_MS);
      const status = await this.status();
      const meshed = status.filter((each, index) => hasMesh(each, wanted[index]!, Dlo)).length;
      progress('mesh', meshed, count);
      if (meshed === count) break;
      if (this.clock.nowMs() > scenario.measure.startTimeoutMs) {
        throw new Error(
          `${count - meshed} of ${count} nodes had no mesh after ${scenario.measure.startTimeoutMs} virtual ms; lower links.latencyMs or raise measure.startTimeoutMs`,
        );
      }
    }
    await dialled;
  }
}
