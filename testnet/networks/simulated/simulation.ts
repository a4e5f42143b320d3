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
import { createLogger } from '../../../src/telemetry/log.ts';
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
import { guardRealWorld } from './guard.ts';
import { modelledVerifier, SharedRecovery } from './modelled-verifier.ts';
import { Processor } from './processor.ts';
import { bitsPerSecond, conditionsOf } from './scenario-links.ts';
import { SimulatedHost } from './simulated-host.ts';
import { simulatedKey } from './simulated-key.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { OUTSIDE, VirtualClock } from './virtual-clock.ts';

/** Nodes do not start in step, so neither do their heartbeats. */
const START_WITHIN_MS = 1000;
/** Between two looks at the meshes, virtual. */
const LOOK_MS = 100;

export class Simulation implements Network {
  readonly kind = 'simulated';
  readonly clock: VirtualClock;
  readonly nodes: NetworkNode[];
  /** A simulated node that fails throws out of the clock, so nothing has to be watched. */
  readonly failed: Promise<never> = new Promise(() => undefined);
  readonly physical: SimulatedNetwork;
  readonly members: Node[];
  readonly #log: EventLog;
  readonly #unpatch: () => void;
  #stopped = false;

  private constructor(
    clock: VirtualClock,
    physical: SimulatedNetwork,
    members: Node[],
    log: EventLog,
    unpatch: () => void,
  ) {
    this.clock = clock;
    this.physical = physical;
    this.members = members;
    this.#log = log;
    this.#unpatch = unpatch;
    this.nodes = members.map((node, index) => {
      return { index, peerId: node.peerId.toString(), rpcUrl: null, multiaddr: null };
    });
  }

  /** Resolves when every node is connected as `edges` say and has its mesh. @throws when that takes too long, virtual. */
  static async start(scenario: Scenario, edges: readonly Edge[], progress: Progress): Promise<Simulation> {
    const { seed } = scenario;
    const clock = new VirtualClock();
    const physical = new SimulatedNetwork(clock, { conditionsOf: conditionsOf(scenario) });
    const keys = await Promise.all(
      Array.from({ length: scenario.nodes.count }, (_, index) =>
        simulatedKey(streamOf(seed, 'node', index, 'key')),
      ),
    );
    const unpatchGlobals = patchGlobals({
      clock,
      diceOf: (owner) => streamOf(seed, 'node', owner, 'gossipsub'),
    });
    const guard = guardRealWorld({ clock, mode: 'throw' });
    const unpatch = (): void => {
      guard.remove();
      unpatchGlobals();
    };
    try {
      const log = new EventLog(keys.length);
      const members = assemble(scenario, keys, clock, physical, log);
      const simulation = new Simulation(clock, physical, members, log, unpatch);
      await simulation.#start(scenario, edges, progress);
      return simulation;
    } catch (error) {
      unpatch();
      throw error;
    }
  }

  async sleepUntil(atMs: number): Promise<void> {
    if (atMs > this.clock.nowMs()) await this.clock.runUntil(atMs);
  }

  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
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
          (error: unknown) => outside(() => reject(error as Error)),
        );
      });
    });
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

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    try {
      const stopping = Promise.all(this.members.map((node, index) => this.as(index, () => node.stop())));
      await Promise.all([stopping, this.clock.runUntilIdle()]);
    } finally {
      this.#unpatch();
    }
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

function assemble(
  scenario: Scenario,
  keys: readonly PrivateKey[],
  clock: VirtualClock,
  network: SimulatedNetwork,
  log: EventLog,
): Node[] {
  const { seed, nodes } = scenario;
  const options = resolveOptions(nodes.options);
  const state = fundedState(TESTNET_CHAIN_ID, fundedAccounts(scenario));
  const recovery = new SharedRecovery();
  const silent = createLogger(0);
  return keys.map((privateKey, owner) => {
    const host = new SimulatedHost({
      network,
      owner,
      privateKey,
      uplinkBitsPerSecond: bitsPerSecond(nodes.uplinkMbps),
      downlinkBitsPerSecond: bitsPerSecond(nodes.downlinkMbps),
    });
    const environment = { clock, random: streamOf(seed, 'node', owner, 'node') };
    const verifier = modelledVerifier(recovery, clock, new Processor(), nodes.cpu.verifyMs);
    return new Node({ options, host, environment, state, verifier, trace: log.sink(owner), log: silent });
  });
}
