/**
 * Ten whole nodes over TCP on loopback, five in each of two processes, so that both of two cores are used and nothing
 * but nodes uses them: transactions are signed beforehand and submitted within the processes. Nodes that are far ahead
 * wait: no more than a bounded number of transactions is under way, so a saturated network holds bounded memory.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeOptions } from '../../src/config.ts';
import { streamOf } from '../../testnet/random.ts';
import { randomRegular } from '../../testnet/topology/random-regular.ts';
import { eventually } from './eventually.ts';
import type { LoadRequest, LoadStatus, Recovery } from './load-process.ts';

const PROCESSES = 2;
const NODES_PER_PROCESS = 5;
export const NODES = PROCESSES * NODES_PER_PROCESS;
const DEGREE = 8;
/** Looking costs the nodes' processes CPU, which counts as theirs. */
const LOOK_MS = 50;
const PATIENT = { patienceMs: 120_000, lookMs: LOOK_MS };
/** The rate of delivery is that of so long, ms; and before there is one, so many transactions are a backlog. */
const RATE_OVER_MS = 3_000;
const SMALLEST_BACKLOG = 512;

/** Nodes in a process of their own. */
export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor() {
    const entry = new URL('load-process.ts', import.meta.url);
    this.#child = fork(entry);
    this.#child.on('message', ({ id, value, error }: { id: number; value?: unknown; error?: string }) => {
      const call = this.#open.get(id)!;
      this.#open.delete(id);
      if (error === undefined) call.resolve(value);
      else call.reject(new Error(error));
    });
    this.#child.on('exit', (code) => {
      for (const { reject } of this.#open.values())
        reject(new Error(`a process of nodes ended with code ${code}`));
    });
  }

  ask<T>(request: LoadRequest): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#open.set(id, { resolve: (value) => resolve(value as T), reject });
      this.#child.send({ id, request });
    });
  }

  end(): void {
    this.#child.disconnect();
  }
}

export type NetworkStatus = Omit<LoadStatus, 'meshes'> & {
  /** Copies of transactions held by all nodes together. */
  arrived: number;
};

export class LoadNetwork {
  readonly #processes: readonly LoadProcess[];
  #signed = 0;
  #fed = 0;

  private constructor(processes: readonly LoadProcess[]) {
    this.#processes = processes;
  }

  /** @param transactions signed for each node beforehand. */
  static async start(transactions: number, options: Partial<NodeOptions> = {}): Promise<LoadNetwork> {
    const processes = Array.from({ length: PROCESSES }, () => new LoadProcess());
    const network = new LoadNetwork(processes);
    try {
      const addresses = await Promise.all(
        processes.map((child, index) =>
          child.ask<string[]>({
            kind: 'start',
            first: index * NODES_PER_PROCESS,
            count: NODES_PER_PROCESS,
            options,
          }),
        ),
      );
      await network.#connect(addresses.flat());
      await network.#all({ kind: 'sign', transactions });
      network.#signed = transactions;
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  async #connect(addresses: readonly string[]): Promise<void> {
    const edges = randomRegular(NODES, DEGREE, streamOf(1, 'topology'));
    for (const [index, child] of this.#processes.entries()) {
      const first = index * NODES_PER_PROCESS;
      const dials = edges
        .filter(([from]) => from >= first && from < first + NODES_PER_PROCESS)
        .map(([from, to]) => [from - first, addresses[to]!] as const);
      await child.ask({ kind: 'dial', dials });
    }
    await eventually(
      'the meshes',
      async () => (await this.#statuses()).every(({ meshes }) => meshes.every((size) => size >= 4)),
      PATIENT,
    );
  }

  /** Bare recovery in all processes at once: signatures a second of the machine, and CPU for one. */
  async recovery(ms: number): Promise<{ perSecond: number; cpuUs: number }> {
    const results = await this.#all<Recovery>({ kind: 'recover', ms });
    return {
      perSecond: sum(results.map((result) => (result.signatures / result.ms) * 1000)),
      cpuUs: sum(results.map(({ cpuUs }) => cpuUs)) / sum(results.map(({ signatures }) => signatures)),
    };
  }

  /**
   * Keeps a backlog until `done`: so many seconds of what the network delivers are under way at any time, where a
   * transaction is until the slowest node has it. More would say nothing, and only wait until it is too old.
   */
  async saturate(backlogSeconds: number, done: (status: NetworkStatus) => boolean): Promise<NetworkStatus> {
    const looks: { atMs: number; delivered: number }[] = [];
    for (;;) {
      const status = await this.status();
      if (done(status)) return status;
      const delivered = Math.min(...status.pending);
      const atMs = performance.now();
      looks.push({ atMs, delivered });
      while (atMs - looks[0]!.atMs > RATE_OVER_MS) looks.shift();
      const rate = ((delivered - looks[0]!.delivered) / Math.max(1, atMs - looks[0]!.atMs)) * 1000;
      const backlog = Math.max(SMALLEST_BACKLOG, backlogSeconds * rate);
      const upTo = Math.min(this.#signed, Math.floor((delivered + backlog) / NODES));
      if (upTo > this.#fed) {
        this.#fed = upTo;
        await this.#all({ kind: 'feed', upTo });
      }
      await sleep(LOOK_MS);
    }
  }

  get submitted(): number {
    return this.#fed * NODES;
  }

  /** Until every node has everything. */
  async drain(): Promise<NetworkStatus> {
    let status!: NetworkStatus;
    await eventually(
      'every node to have everything',
      async () => {
        status = await this.status();
        return status.refused.length > 0 || status.arrived === this.submitted * NODES;
      },
      PATIENT,
    );
    return status;
  }

  async status(): Promise<NetworkStatus> {
    const all = await this.#statuses();
    const pending = all.flatMap((each) => each.pending);
    return {
      pending,
      arrived: sum(pending),
      copies: sum(all.map(({ copies }) => copies)),
      messages: sum(all.map(({ messages }) => messages)),
      dropped: sum(all.map(({ dropped }) => dropped)),
      refused: all.flatMap(({ refused }) => refused),
      cpuUs: sum(all.map(({ cpuUs }) => cpuUs)),
      rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
    };
  }

  async poolsAreEqual(): Promise<boolean> {
    const digests = await this.#all<string[]>({ kind: 'digests' });
    return new Set(digests.flat()).size === 1;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#processes.map((child) => child.ask({ kind: 'stop' })));
    for (const child of this.#processes) child.end();
  }

  #statuses(): Promise<LoadStatus[]> {
    return this.#all({ kind: 'status' });
  }

  #all<T>(request: LoadRequest): Promise<T[]> {
    return Promise.all(this.#processes.map((child) => child.ask<T>(request)));
  }
}

/** As many processes and pools as the network has, and no network: CPU of one transaction in one pool, us. */
export async function admissionAlone(transactions: number, batch: number): Promise<number> {
  const processes = Array.from({ length: PROCESSES }, () => new LoadProcess());
  const request = { kind: 'admit', transactions, pools: NODES_PER_PROCESS, batch } as const;
  try {
    return sum(await Promise.all(processes.map((child) => child.ask<number>(request)))) / PROCESSES;
  } finally {
    for (const child of processes) child.end();
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
