/**
 * N nodes as real processes on this machine: TCP, noise and yamux on loopback, JSON-RPC over HTTP, links emulated in
 * the processes themselves.
 *
 * Nothing outlives the controller: children end when their IPC channel closes, which the kernel does even when the
 * controller is killed; those that are stopped are ended by a guard (guard.ts).
 */
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../../src/environment.ts';
import { toHex } from '../../../src/bytes.ts';
import type { FaultAction } from '../../faults/fault.ts';
import type { NodeSettings } from '../../scenario/node-settings.ts';
import { complete } from '../../topology/graphs.ts';
import { linkState, type LinkModel } from '../../topology/link-model.ts';
import type {
  Edge,
  LinkError,
  Network,
  NetworkNode,
  NodeStatus,
  NodeTrace,
  Progress,
  SubmitResult,
} from '../network.ts';
import { atMost } from '../../at-most.ts';
import type { Balance } from '../funded-state.ts';
import { DialPlan } from '../dial-plan.ts';
import { missedLinks } from '../missed.ts';
import { openPairs } from '../open-pairs.ts';
import { describeMissing, isReady, readinessOf, wantedNodes, type WantedNode } from '../readiness.ts';
import { HttpSubmitter } from './http-submitter.ts';
import { KernelLinks } from './kernel-links.ts';
import { LinkTable, type LinkFault } from './link-table.ts';
import { LocalNode } from './local-node.ts';
import { NodeLives } from './node-lives.ts';

export interface LocalNetworkInit {
  nodes: readonly NodeSettings[];
  perProcess: number;
  edges: readonly Edge[];
  /** Nodes find each other themselves: `edges` is empty, and any two may be connected. */
  discovered: boolean;
  chainId: bigint;
  accounts: readonly Balance[];
  model: LinkModel;
  /** Who emulates them: the nodes themselves, or the Linux kernel, which takes root and netem. */
  linksBy: 'nodes' | 'kernel';
  /** JSON-RPC port of the first node, the others count up; 0: free ones. */
  httpPort: number;
  /** How long everything until the meshes stand may take. */
  startTimeoutMs: number;
  /** Keep per-transaction events. Without them only sums are measured. */
  trace: boolean;
  /** Count the copies of each transaction at each node, where events are kept. */
  copies: boolean;
  /** Ask for the scores nodes give their peers with each status. */
  scores: boolean;
}

const POLL_MS = 50;
/**
 * Processes that start at once. A start is all CPU: two hundred at once make the machine, and this process, late. Fewer
 * than these would have little of a machine that others use as well.
 */
const STARTS_PER_CORE = 8;
/** With less left to this machine or container the kernel soon ends processes to have some, ours or those of others. */
const LEAST_MEMORY_BYTES = 512 * 2 ** 20;

export class LocalNetwork implements Network {
  readonly kind = 'local';
  readonly clock = realClock;
  readonly failed: Promise<never>;
  readonly #init: LocalNetworkInit;
  /** Where the nodes keep what they keep; gone when the network has been stopped. */
  readonly directory: string;
  readonly #members: readonly LocalNode[];
  readonly #lives: NodeLives;
  readonly #kernelLinks: KernelLinks | undefined;
  readonly #submitter = new HttpSubmitter();
  readonly #dials: DialPlan;
  /** As every process has it. */
  readonly #links: LinkTable;
  /** What has become of the links, in the order it happened: for processes yet to start. */
  readonly #linkFaults: LinkFault[] = [];
  #upAtMs = Infinity;
  /** At the last look of a start. */
  #found: Edge[] | undefined;
  #fail!: (error: Error) => void;
  #stopped: Promise<void> | undefined;
  /** Wakes who sleeps when it is stopped: nobody is to wait for what is no more. */
  readonly #over = new AbortController();
  readonly #endNow = (): void => {
    this.#lives.killAll();
    this.#kernelLinks?.removeNow();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  };

  private constructor(
    init: LocalNetworkInit,
    directory: string,
    members: readonly LocalNode[],
    kernelLinks: KernelLinks | undefined,
  ) {
    this.#init = init;
    this.#kernelLinks = kernelLinks;
    this.directory = directory;
    this.#members = members;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Whoever races against it sees the rejection; nobody else has to.
    this.failed.catch(() => undefined);
    this.#links = new LinkTable(init.model);
    this.#dials = new DialPlan(members.length, init.edges, (node) => members[node]!.settings.joinsLate, {
      discovered: init.discovered,
    });
    this.#lives = new NodeLives({
      members,
      dials: this.#dials,
      clock: this.clock,
      httpPort: init.httpPort,
      place: kernelLinks,
      directory,
      surroundings: () => ({
        chainId: init.chainId,
        accounts: [...init.accounts],
        trace: init.trace,
        copies: init.copies,
        scores: init.scores,
        peerIds: members.map(({ peerId }) => peerId),
        model: kernelLinks === undefined ? init.model : null,
        linkFaults: [...this.#linkFaults],
        directory,
      }),
      onDeath: (error) => this.#fail(error),
    });
    process.once('exit', this.#endNow);
  }

  /**
   * Resolves when every node that is to be there is connected as `edges` say, or as they find each other, and has its
   * mesh.
   * @throws when it cannot; then nothing is left running.
   */
  static async start(
    init: LocalNetworkInit,
    progress: Progress,
    signal?: AbortSignal,
  ): Promise<LocalNetwork> {
    const kernelLinks = init.linksBy === 'kernel' ? await createKernelLinks(init) : undefined;
    const directory = await mkdtemp(join(tmpdir(), 'txgossip-'));
    const members = await Promise.all(init.nodes.map((settings) => memberOf(settings, directory)));
    const network = new LocalNetwork(init, directory, members, kernelLinks);
    const abort = (): void => network.#fail(signal!.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await Promise.race([network.#startInTime(progress), network.failed]);
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  get nodes(): readonly NetworkNode[] {
    return this.#members.map((node) => node.describe());
  }

  /** Process ids of the processes that run now, in node order. */
  get pids(): number[] {
    return this.#lives.children().map(({ pid }) => pid);
  }

  /** @throws when it is stopped meanwhile. */
  async sleepUntil(atMs: number): Promise<void> {
    // A timer counts whole milliseconds, and cuts the fraction off.
    const delayMs = Math.ceil(atMs - this.clock.nowMs());
    const { signal } = this.#over;
    signal.throwIfAborted();
    if (delayMs <= 0) return;
    await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  /** @throws when the node is down, or does not answer. */
  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    const { state, address } = this.#members[node]!;
    if (state !== 'up' || address === null) throw new Error(`node ${node} is down`);
    return this.#submitter.submit(address.rpcUrl, toHex(raw));
  }

  async status(): Promise<NodeStatus[]> {
    await this.#lives.refresh();
    return this.#members.map((node) => node.status());
  }

  async beginMeasuring(): Promise<void> {
    await this.#lives.beginMeasuring();
  }

  async traces(): Promise<NodeTrace[]> {
    await this.#lives.refresh();
    return this.#members.map((node) => node.trace());
  }

  async inflict(action: FaultAction): Promise<string | null> {
    switch (action.kind) {
      case 'kill':
      case 'stop':
      case 'restart':
      case 'join':
      case 'freeze':
      case 'thaw':
      case 'slow':
        this.#needOwnProcess(action.kind);
        return this.#lives.inflict(action);
      case 'cut':
      case 'heal':
      case 'change':
      case 'restore':
        return this.#inflictOnLinks(action);
    }
  }

  get upAtMs(): number {
    return this.#upAtMs;
  }

  async connections(): Promise<Edge[]> {
    return openPairs(await this.#lives.connections(), (node) => this.isUp(node));
  }

  isUp(node: number): boolean {
    return this.#members[node]!.state === 'up';
  }

  /** Links lose nothing for good: what a cut or a loss takes is sent again. What a dead process held, nobody counted. */
  droppedBytes(): number {
    return 0;
  }

  underWayBytes(): null {
    return null;
  }

  async linkErrors(): Promise<LinkError[]> {
    const lateness = await this.#lives.lateness();
    return lateness.map(({ from, to, meanLateMs }) => {
      const askedMs = linkState(from, to, this.#init.model).latencyMs;
      return { from, to, askedMs, measuredMs: askedMs + meanLateMs };
    });
  }

  digest(): null {
    return null;
  }

  async stop(): Promise<void> {
    this.#over.abort(new Error('the network has been stopped'));
    this.#stopped ??= this.#lives.end().then(async () => {
      await this.#kernelLinks?.remove();
      process.off('exit', this.#endNow);
      await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
    });
    return this.#stopped;
  }

  /** @throws what was still missing when the time was over. */
  async #startInTime(progress: Progress): Promise<void> {
    const { nodes, startTimeoutMs, discovered } = this.#init;
    const wanted = wantedNodes(nodes, discovered ? null : this.#dials.edges);
    if (discovered) this.#found = [];
    const failedDials: string[] = [];
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    const cancel = this.clock.after(startTimeoutMs, () => {
      const missing = describeMissing(
        readinessOf(
          wanted,
          this.#members.map((node) => node.status()),
          this.#found,
        ),
      );
      const last = failedDials.at(-1);
      reject(
        new Error(
          `the network did not come up: ${missing} after ${startTimeoutMs} ms${last === undefined ? '' : ` (a dial failed: ${last})`}; ${this.#howToHelp('a longer measure.startTimeoutMs, ')}`,
        ),
      );
    });
    try {
      await Promise.race([this.#start(wanted, failedDials, progress), tooLate]);
    } finally {
      cancel();
    }
  }

  #needMemory(up: number): void {
    const leftBytes = process.availableMemory();
    if (leftBytes >= LEAST_MEMORY_BYTES) return;
    throw new Error(
      `memory runs out: ${Math.round(leftBytes / 1e6)} MB are left with ${up} of ${this.#init.nodes.length} nodes up; ${this.#howToHelp()}`,
    );
  }

  #howToHelp(others = ''): string {
    const processes = Math.ceil(this.#init.nodes.length / this.#init.perProcess);
    const shared =
      processes > availableParallelism()
        ? `more of them in one process (nodes.perProcess or --nodes-per-process, now ${this.#init.perProcess}), `
        : '';
    return `take fewer nodes, ${shared}${others}or the simulated network`;
  }

  async #start(wanted: readonly WantedNode[], failedDials: string[], progress: Progress): Promise<void> {
    const there = this.#members.filter(({ settings }) => !settings.joinsLate);
    if (there.length < this.#members.length) this.#needOwnProcess('join');
    let up = 0;
    const launch = async (group: readonly LocalNode[]): Promise<void> => {
      await this.#lives.launch(group);
      up += group.length;
      progress('start', up, there.length);
      if (up < there.length) this.#needMemory(up);
    };
    // Addresses to begin from are known when somebody listens there.
    const begunFrom = new Set(there.flatMap(({ settings }) => settings.bootstraps));
    for (const node of there) if (begunFrom.has(node.index)) await launch([node]);
    const rest = there.filter(({ index }) => !begunFrom.has(index));
    await atMost(STARTS_PER_CORE * availableParallelism(), groupsOf(rest, this.#init.perProcess), launch);
    this.#upAtMs = this.clock.nowMs();
    await this.#lives.connect((reason) => failedDials.push(reason));
    while (this.#stopped === undefined) {
      if (this.#init.discovered) this.#found = await this.connections();
      const now = readinessOf(wanted, await this.status(), this.#found);
      progress('connect', now.connections, now.edges);
      progress('mesh', now.meshed, now.nodes);
      if (isReady(now)) return;
      await this.sleepUntil(this.clock.nowMs() + POLL_MS);
    }
  }

  async #inflictOnLinks(action: LinkFault): Promise<string | null> {
    const fault = { ...action, links: action.links.filter(([a, b]) => this.#dials.isEdge(a, b)) };
    if (!this.#links.apply(fault)) return missedLinks(action);
    this.#linkFaults.push(fault);
    if (this.#kernelLinks === undefined) await this.#lives.tellLinks(fault);
    for (const [a, b] of this.#kernelLinks === undefined ? [] : fault.links) {
      await this.#kernelLinks!.set(a, b, this.#links.stateOf(a, b));
      await this.#kernelLinks!.set(b, a, this.#links.stateOf(b, a));
    }
    return null;
  }

  #needOwnProcess(kind: string): void {
    if (this.#init.perProcess === 1) return;
    throw new Error(
      `a node that shares its process with others cannot ${kind} alone: set nodes.perProcess to 1, or run on the simulated network`,
    );
  }
}

async function createKernelLinks({
  nodes,
  perProcess,
  edges,
  discovered,
  model,
}: LocalNetworkInit): Promise<KernelLinks> {
  if (perProcess > 1) {
    throw new RangeError('links of the kernel lie between processes: set nodes.perProcess to 1');
  }
  const pairs = discovered ? complete(nodes.length) : edges;
  const directions = pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  return KernelLinks.create({
    nodes,
    links: directions.map(([from, to]) => ({ from, to, state: linkState(from, to, model) })),
  });
}

async function memberOf(settings: NodeSettings, directory: string): Promise<LocalNode> {
  const privateKey = await generateKeyPair('Ed25519');
  return new LocalNode({
    settings,
    peerId: peerIdFromPrivateKey(privateKey).toString(),
    privateKey: privateKeyToProtobuf(privateKey),
    directory: join(directory, `node-${settings.index}`),
  });
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let first = 0; first < items.length; first += size) groups.push(items.slice(first, first + size));
  return groups;
}
