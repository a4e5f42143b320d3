/**
 * The simulated backend: the same node as everywhere (src/node.ts), on simulated hosts and one virtual clock. Only the
 * host, the clock, the dice and the verifier are others, all injected; a guard refuses whatever else a node would
 * reach for.
 *
 * It patches the globals of its realm from start() to stop(), so it runs in a worker of its own (simulation-worker.ts).
 */
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import type { Node } from '../../../src/node.ts';
import type { TraceSink } from '../../../src/telemetry/trace.ts';
import type { FaultAction } from '../../faults/fault.ts';
import { streamOf, uniform } from '../../random.ts';
import { nodeSettings, type NodeSettings } from '../../scenario/node-settings.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { linkModel } from '../../topology/link-model.ts';
import { fundedAccounts, TESTNET_CHAIN_ID } from '../../workload/accounts.ts';
import { DialPlan } from '../dial-plan.ts';
import { openPairs } from '../open-pairs.ts';
import { fundedState } from '../funded-state.ts';
import { describeMissing, isReady, readinessOf, wantedNodes } from '../readiness.ts';
import { conditionsOf } from '../scenario-links.ts';
import type {
  Edge,
  Network,
  NetworkNode,
  NodeStatus,
  NodeTrace,
  Progress,
  SubmitResult,
} from '../network.ts';
import { ClockDriver } from './clock-driver.ts';
import { EventLog } from './event-log.ts';
import { FaultActions } from './fault-actions.ts';
import { patchGlobals } from './global-patch.ts';
import { guardRealWorld, SimulationBreach, type Guard } from './guard.ts';
import { SharedRecovery } from './modelled-verifier.ts';
import { simulatedAddress, type Death, type SimulatedHost } from './simulated-host.ts';
import { simulatedKey } from './simulated-key.ts';
import { livesOf } from './simulated-lives.ts';
import { SimulatedMember } from './simulated-member.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { asError, OUTSIDE, VirtualClock } from './virtual-clock.ts';

/** Nodes do not start in step, so neither do their heartbeats. */
const START_WITHIN_MS = 1000;
/** Between two looks at the meshes, virtual. */
const LOOK_MS = 100;
/** What is still open so long after the stop, virtual, would stay so: nothing a node waits for takes longer. */
const STOP_WITHIN_MS = 600_000;
/** An answer later than this is none, as over HTTP on the local network. */
const ANSWER_WITHIN_MS = 30_000;

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
  readonly #settings: readonly NodeSettings[];
  readonly #watchesScores: boolean;
  readonly #discovered: boolean;
  readonly #members: readonly SimulatedMember[];
  readonly #dials: DialPlan;
  readonly #driver: ClockDriver;
  readonly #faults: FaultActions;
  readonly #log: EventLog;
  readonly #guard: Guard;
  readonly #unpatch: () => void;
  #upAtMs = Infinity;
  #fault: Error | undefined;
  #stopped = false;

  private constructor(
    scenario: Scenario,
    edges: readonly Edge[],
    keys: readonly PrivateKey[],
    clock: VirtualClock,
    guard: Guard,
    unpatch: () => void,
    { traceTo }: SimulationOptions,
  ) {
    this.clock = clock;
    this.#driver = new ClockDriver(clock);
    const links = linkModel(scenario);
    this.physical = new SimulatedNetwork(clock, {
      conditionsOf: (from, to) => conditionsOf(from, to, links),
    });
    this.#guard = guard;
    this.#unpatch = unpatch;
    this.#log = new EventLog(keys.length, scenario.measure.copies);
    this.#settings = nodeSettings(scenario);
    this.#watchesScores = scenario.measure.series.of.includes('scores');
    this.#discovered = scenario.topology.kind === 'discovered';
    this.#dials = new DialPlan(keys.length, edges, (node) => this.#settings[node]!.joinsLate, {
      discovered: this.#discovered,
    });
    const surroundings = {
      physical: this.physical,
      seed: scenario.seed,
      state: fundedState(TESTNET_CHAIN_ID, fundedAccounts(scenario)),
      recovery: new SharedRecovery(),
      addresses: keys.map((key, node) => simulatedAddress(node, peerIdFromPrivateKey(key)).toString()),
      onFault: (error: Error) => {
        this.#fault ??= error;
      },
    };
    this.#members = this.#settings.map((settings, index) => {
      const trace = this.#log.sink(index, traceTo?.(index));
      const { verifyMs, messageMs } = settings.cpu;
      const create = livesOf(settings, keys[index]!, trace, surroundings);
      return new SimulatedMember(index, verifyMs === 0 && messageMs === 0, create);
    });
    this.nodes = this.#members.map(({ host: { peerId } }, index) => {
      return { index, peerId: peerId.toString(), rpcUrl: null, multiaddr: null };
    });
    this.#faults = new FaultActions({
      physical: this.physical,
      links,
      members: this.#members,
      dials: this.#dials,
      bringUp: (node) => this.#bringUp(node),
      bringDown: (node) => this.stopNode(node),
    });
  }

  /**
   * Resolves when every node that is there is connected as `edges` say, or as they find each other, and has its mesh.
   * @throws when that takes too long, virtual.
   */
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
      const simulation = new Simulation(scenario, edges, keys, clock, guard, unpatch, options);
      await simulation.#start(scenario, progress);
      return simulation;
    } catch (error) {
      unpatch();
      throw error;
    }
  }

  /** The processes that run, or ran last. */
  get members(): Node[] {
    return this.#members.map(({ node }) => node);
  }

  get hosts(): SimulatedHost[] {
    return this.#members.map(({ host }) => host);
  }

  /** @throws when a node failed meanwhile or reached for the real world: what it goes on to do says nothing. */
  async sleepUntil(atMs: number): Promise<void> {
    if (atMs > this.clock.nowMs()) await this.#driver.sleepUntil(atMs);
    this.#check();
  }

  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    const member = this.#members[node]!;
    if (!member.up) throw new Error(`node ${node} is down`);
    const answer = await this.#driver.ask(node, () => member.node.submit(raw), {
      timeoutMs: ANSWER_WITHIN_MS,
      signal: member.died,
    });
    return answer.status === 'refused'
      ? { status: 'rejected', code: answer.code, message: answer.message }
      : { status: 'accepted', hash: answer.hash };
  }

  /**
   * Lets a node do `work` at this instant or later; resolves when it is done. Does not make time pass: somebody else
   * has to wait meanwhile.
   */
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

  get upAtMs(): number {
    return this.#upAtMs;
  }

  connections(): Promise<Edge[]> {
    const indexOf = new Map(this.nodes.map(({ peerId, index }) => [peerId, index]));
    const told = this.#members.flatMap(({ index, up, host }): [number, Set<number>][] =>
      up ? [[index, new Set(host.connections().map(({ peerId }) => indexOf.get(peerId.toString())!))]] : [],
    );
    return Promise.resolve(openPairs(new Map(told), (node) => this.isUp(node)));
  }

  isUp(node: number): boolean {
    return this.#members[node]!.up;
  }

  inflict(action: FaultAction): Promise<string | null> {
    return this.#faults.inflict(action);
  }

  /** The node is dead from this instant; what was asked of it is never answered. */
  kill(node: number, death: Death): void {
    if (this.isUp(node)) this.#members[node]!.kill(death);
  }

  /** The node says goodbye and ends. */
  async stopNode(node: number): Promise<void> {
    const member = this.#members[node]!;
    if (member.up) await this.#driver.ask(node, () => member.stop());
  }

  status(): Promise<NodeStatus[]> {
    const rssBytes = process.memoryUsage.rss();
    return Promise.resolve(
      this.#members.map((member, index): NodeStatus => ({
        ...member.gauges(),
        ...(this.#watchesScores && { scores: member.scores() }),
        arrivals: this.#log.arrivals[index]!,
        counters: member.counters(),
        cpuMs: null,
        rssBytes,
        nodesInProcess: this.#members.length,
        loopDelayP99Ms: null,
      })),
    );
  }

  traces(): Promise<NodeTrace[]> {
    this.#log.takeCopies(this.clock.nowMs());
    return Promise.resolve(
      this.nodes.map(({ index, peerId }) => ({ index, peerId, events: [...this.#log.events[index]!] })),
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
      const up = this.#members.filter((member) => member.up);
      for (const { host } of up) host.thaw();
      let stopping = up.length;
      const stopped = Promise.all(
        up.map((member) => this.as(member.index, () => member.stop()).then(() => (stopping -= 1))),
      );
      // Not runUntilIdle: a timer that renews itself would never let it end, a promise that hangs would end it early.
      await Promise.race([
        stopped.then(() => new Promise(() => undefined)),
        this.#driver.sleepUntil(this.clock.nowMs() + STOP_WITHIN_MS),
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

  async #start(scenario: Scenario, progress: Progress): Promise<void> {
    const { seed, measure } = scenario;
    const first = this.#members.filter(({ index }) => this.#dials.hasJoined(index));
    // Who begins from an address finds somebody there.
    const early = first.filter(({ index }) => index < (scenario.topology.bootstraps ?? 0));
    for (const member of early) await this.#driver.ask(member.index, () => member.start());
    const starts = first.slice(early.length).map((member) => {
      const delayMs = uniform(streamOf(seed, 'node', member.index, 'start'), 0, START_WITHIN_MS);
      return this.as(member.index, () => member.start(), delayMs);
    });
    await Promise.all([...starts, this.#driver.sleepUntil(this.clock.nowMs() + START_WITHIN_MS)]);
    this.#upAtMs = this.clock.nowMs();
    progress('start', first.length, first.length);
    const { edges } = this.#dials;
    // A node goes on dialling whom it did not reach.
    const dialled = Promise.allSettled(edges.map(([from, to]) => this.#dial(from, to)));
    const wanted = wantedNodes(this.#settings, this.#discovered ? null : edges);
    for (;;) {
      await this.sleepUntil(this.clock.nowMs() + LOOK_MS);
      const found = this.#discovered ? await this.connections() : undefined;
      const now = readinessOf(wanted, await this.status(), found);
      progress('connect', now.connections, now.edges);
      progress('mesh', now.meshed, now.nodes);
      if (isReady(now)) break;
      if (this.clock.nowMs() > measure.startTimeoutMs) {
        throw new Error(
          `the network did not come up: ${describeMissing(now)} after ${measure.startTimeoutMs} virtual ms; lower links.latencyMs or raise measure.startTimeoutMs`,
        );
      }
    }
    await dialled;
  }

  /** @throws what the first dial failed with; the node goes on dialling all the same. */
  #dial(from: number, to: number): Promise<void> {
    const address = this.#members[to]!.host.address.toString();
    return this.as(from, () => this.#members[from]!.node.addPeer(address));
  }

  async #bringUp(node: number): Promise<void> {
    const member = this.#members[node]!;
    const { died } = member;
    try {
      await this.#driver.ask(node, () => member.start(), { signal: died });
    } catch (error) {
      // Killed while it started: it was brought up all the same.
      if (died.aborted) return;
      throw error;
    }
    for (const other of this.#dials.of(node)) this.#dial(node, other).catch(() => undefined);
  }
}
