/**
 * N nodes as real processes on this machine: TCP, noise and yamux on loopback, JSON-RPC over HTTP.
 *
 * Nothing outlives the controller: children end when their IPC channel closes, which the kernel does even when the
 * controller is killed.
 */
import { realClock } from '../../../src/environment.ts';
import { toHex } from '../../../src/bytes.ts';
import { resolveOptions } from '../../../src/config.ts';
import type {
  Edge,
  Network,
  NetworkNode,
  NodeStatus,
  NodeTrace,
  Progress,
  SubmitResult,
} from '../network.ts';
import type { Balance } from '../funded-state.ts';
import { hasMesh, wantedPeers } from '../mesh.ts';
import { Child } from './child.ts';
import { HttpSubmitter } from './http-submitter.ts';
import type { Shaping } from './protocol.ts';

export interface LocalNetworkInit {
  count: number;
  perProcess: number;
  edges: readonly Edge[];
  chainId: bigint;
  accounts: readonly Balance[];
  /** Options of every node by their names in src/config.ts. */
  options: Record<string, unknown>;
  /** Null: links as fast as the machine. */
  shaping: Shaping | null;
  /** JSON-RPC port of the first node, the others count up; 0: free ones. */
  httpPort: number;
  /** How long everything until the meshes stand may take. */
  startTimeoutMs: number;
  /** Keep per-transaction events. Without them only sums are measured. */
  trace: boolean;
}

const POLL_MS = 50;

export class LocalNetwork implements Network {
  readonly kind = 'local';
  readonly clock = realClock;
  readonly failed: Promise<never>;
  readonly #children: Child[] = [];
  readonly #submitter = new HttpSubmitter();
  #nodes: NetworkNode[] = [];
  #perProcess = 1;
  #fail!: (error: Error) => void;
  #stopped: Promise<void> | undefined;
  readonly #killAll = (): void => {
    for (const child of this.#children) child.kill();
  };

  private constructor() {
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Whoever races against it sees the rejection; nobody else has to.
    this.failed.catch(() => undefined);
    process.once('exit', this.#killAll);
  }

  /** Resolves when every node is connected as `edges` say and has its mesh. @throws when it cannot; then nothing is left running. */
  static async start(
    init: LocalNetworkInit,
    progress: Progress,
    signal?: AbortSignal,
  ): Promise<LocalNetwork> {
    const network = new LocalNetwork();
    const abort = (): void => network.#fail(signal!.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await Promise.race([network.#start(init, progress), network.failed]);
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  get nodes(): readonly NetworkNode[] {
    return this.#nodes;
  }

  /** Process ids of the node processes, in node order. */
  get pids(): number[] {
    return this.#children.map(({ pid }) => pid);
  }

  async sleepUntil(atMs: number): Promise<void> {
    const delayMs = atMs - this.clock.nowMs();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  async submit(node: number, raw: Uint8Array): Promise<SubmitResult> {
    return this.#submitter.submit(this.#nodes[node]!.rpcUrl!, toHex(raw));
  }

  async status(): Promise<NodeStatus[]> {
    const perChild = await Promise.all(this.#children.map((child) => child.ask('status', null)));
    return perChild.flat().sort((a, b) => a.index - b.index);
  }

  async traces(): Promise<NodeTrace[]> {
    const perChild = await Promise.all(this.#children.map((child) => child.ask('traces', null)));
    return perChild.flat().sort((a, b) => a.index - b.index);
  }

  droppedBytes(): number {
    return 0;
  }

  underWayBytes(): null {
    return null;
  }

  digest(): null {
    return null;
  }

  async stop(): Promise<void> {
    this.#stopped ??= Promise.all(this.#children.map((child) => child.stop())).then(() => {
      process.off('exit', this.#killAll);
    });
    return this.#stopped;
  }

  async #start(init: LocalNetworkInit, progress: Progress): Promise<void> {
    const deadlineMs = this.clock.nowMs() + init.startTimeoutMs;
    const options = { listen: ['/ip4/127.0.0.1/tcp/0'], verbosity: 1, ...init.options };
    const { 'gossip.dlo': Dlo } = resolveOptions(options);
    await this.#launch(init, options, progress);
    await this.#connect(init.edges, progress);
    const wanted = wantedPeers(init.count, init.edges);
    for (;;) {
      const status = await this.status();
      const meshed = status.filter((each, index) => hasMesh(each, wanted[index]!, Dlo));
      progress('mesh', meshed.length, init.count);
      if (meshed.length === init.count) return;
      if (this.clock.nowMs() > deadlineMs) {
        const missing = init.count - meshed.length;
        throw new Error(
          `${missing} of ${init.count} nodes had no mesh after ${init.startTimeoutMs} ms; use fewer nodes, --nodes-per-process, or a longer measure.startTimeoutMs`,
        );
      }
      await this.sleepUntil(this.clock.nowMs() + POLL_MS);
    }
  }

  async #launch(init: LocalNetworkInit, options: Record<string, unknown>, progress: Progress): Promise<void> {
    this.#perProcess = init.perProcess;
    let up = 0;
    const starts: Promise<void>[] = [];
    for (let first = 0; first < init.count; first += init.perProcess) {
      const indices = Array.from(
        { length: Math.min(init.perProcess, init.count - first) },
        (_, k) => first + k,
      );
      const child = new Child((error) => this.#fail(error));
      this.#children.push(child);
      const nodes = indices.map((index) => ({
        index,
        options: { ...options, 'http.port': init.httpPort === 0 ? 0 : init.httpPort + index },
      }));
      starts.push(
        child
          .ask('start', {
            nodes,
            chainId: init.chainId,
            accounts: [...init.accounts],
            trace: init.trace,
            shaping: init.shaping,
          })
          .then((started) => {
            this.#nodes.push(...started);
            up += started.length;
            progress('start', up, init.count);
          }),
      );
    }
    await Promise.all(starts);
    this.#nodes.sort((a, b) => a.index - b.index);
    const peerIds = this.#nodes.map(({ peerId }) => peerId);
    await Promise.all(this.#children.map((child) => child.ask('peers', { peerIds })));
  }

  async #connect(edges: readonly Edge[], progress: Progress): Promise<void> {
    let connected = 0;
    await Promise.all(
      this.#nodes.map(async ({ index }) => {
        const dials = edges
          .filter(([from]) => from === index)
          .map(([, to]) => ({ index, multiaddr: this.#nodes[to]!.multiaddr! }));
        if (dials.length > 0) await this.#childOf(index).ask('connect', { dials });
        connected += dials.length;
        progress('connect', connected, edges.length);
      }),
    );
  }

  #childOf(index: number): Child {
    return this.#children[Math.floor(index / this.#perProcess)]!;
  }
}
