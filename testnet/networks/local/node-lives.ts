/** The processes of a local network: starting them, ending them, and everything in between that can befall one. */
import { rm } from 'node:fs/promises';
import type { Clock } from '../../../src/environment.ts';
import { atMost } from '../../at-most.ts';
import type { FaultAction } from '../../faults/fault.ts';
import type { DialPlan } from '../dial-plan.ts';
import { missedNode } from '../missed.ts';
import { Child } from './child.ts';
import { DutyCycle } from './duty-cycle.ts';
import { Guard } from './guard.ts';
import type { LinkFault } from './link-table.ts';
import type { LocalNode } from './local-node.ts';
import type { LinkLateness, NodeReport, NodeSpec, Surroundings } from './protocol.ts';

/** A node about to die or freeze gets so long to hand over its trace: its event loop may be behind. */
const LAST_WORDS_MS = 250;
/** For so long a restart tries to get its port back: somebody's outgoing connection may have it for the moment. */
const PORT_PATIENCE_MS = 5000;
/**
 * Nodes that dial at the start at once. A handshake is mostly waiting on long links and mostly CPU on short ones: with
 * all at once each takes as long as all together, and beyond a thousand dials time out.
 */
const DIALLING_NODES = 32;

export type LifeFault = Extract<FaultAction, { node: number }>;

export interface NodeLivesInit {
  members: readonly LocalNode[];
  dials: DialPlan;
  clock: Clock;
  /** JSON-RPC port of the first node, the others count up; 0: free ones. */
  httpPort: number;
  /** Where processes run and nodes listen. Undefined: here, on loopback. */
  place?: { within(node: number): string[]; addressOf(node: number): string } | undefined;
  /** Of the whole network. */
  directory: string;
  /** What a process that starts now is told. */
  surroundings: () => Surroundings;
  /** A process ended that was not to. */
  onDeath: (error: Error) => void;
}

export class NodeLives {
  readonly #init: NodeLivesInit;
  readonly #guard: Guard;
  readonly #dutyCycles = new Map<LocalNode, DutyCycle>();
  /** What befalls one node happens one after the other. */
  readonly #turns = new Map<LocalNode, Promise<unknown>>();
  #over = false;

  constructor(init: NodeLivesInit) {
    this.#init = init;
    this.#guard = new Guard(init.directory);
  }

  /** Processes that run, each once. */
  children(): Child[] {
    return [...new Set(this.#init.members.flatMap(({ child }) => child ?? []))];
  }

  /** One process with these nodes in it. @throws when one cannot start; the process is gone then. */
  async launch(nodes: readonly LocalNode[]): Promise<void> {
    if (this.#over) throw new Error('the network has been stopped');
    const child: Child = new Child({
      within: this.#init.place?.within(nodes[0]!.index),
      onEvents: (happened) => this.#took(child, happened),
      onDeath: this.#init.onDeath,
    });
    for (const node of nodes) {
      node.child = child;
      node.state = 'starting';
      node.silence = Promise.withResolvers();
    }
    try {
      const started = await child.ask('start', {
        nodes: nodes.map((node) => this.#specOf(node)),
        surroundings: this.#init.surroundings(),
      });
      for (const [at, node] of nodes.entries()) node.started(started[at]!);
    } catch (error) {
      child.kill();
      await child.exited();
      for (const node of nodes) node.ended();
      throw error;
    }
  }

  /** Everybody dials as planned, once; a dial that fails is tried again by the node. `onFailure` hears why. */
  async connect(onFailure: (reason: string) => void): Promise<void> {
    await atMost(DIALLING_NODES, this.#init.members, async (node) => {
      for (const reason of await this.#dial(node)) onFailure(reason);
    });
  }

  /** Asks every node that can answer how it is. */
  async refresh(): Promise<void> {
    await this.#askAll(async (child) => this.#took(child, await child.ask('report', null)));
  }

  /** Whom each node that can answer is connected to, by index. */
  async connections(): Promise<Map<number, Set<number>>> {
    const indexOf = new Map(this.#init.members.map(({ peerId, index }) => [peerId, index]));
    const told = new Map<number, Set<number>>();
    await this.#askAll(async (child) => {
      for (const { index, peers } of await child.ask('connections', null)) {
        told.set(index, new Set(peers.flatMap((peer) => indexOf.get(peer) ?? [])));
      }
    });
    return told;
  }

  /** Of delays of event loops and of links, only what comes now counts. */
  async beginMeasuring(): Promise<void> {
    await this.#askAll(async (child) => {
      await child.ask('beginMeasuring', null);
    });
  }

  async lateness(): Promise<LinkLateness[]> {
    const all: LinkLateness[] = [];
    await this.#askAll(async (child) => void all.push(...(await child.ask('lateness', null))));
    return all;
  }

  /** Tells both ends of the links. Those that are frozen will read it when they go on. */
  async tellLinks(fault: LinkFault): Promise<void> {
    const told = new Set(fault.links.flat().map((index) => this.#init.members[index]!.child));
    await this.#askAll(async (child) => {
      if (told.has(child)) await child.ask('links', fault);
    }, true);
  }

  /** @returns null, or why it hit nobody. */
  async inflict(fault: LifeFault): Promise<string | null> {
    const node = this.#init.members[fault.node]!;
    const turn = (this.#turns.get(node) ?? Promise.resolve()).then(() => this.#inflict(node, fault));
    this.#turns.set(
      node,
      turn.catch(() => undefined),
    );
    return turn;
  }

  /** Nothing runs any more when it resolves, and nothing can be started. */
  async end(): Promise<void> {
    this.#over = true;
    for (const node of this.#init.members) this.#runFreely(node);
    const frozen = new Set(this.#init.members.flatMap((node) => (node.frozen ? node.child : [])));
    await Promise.all(
      this.children().map(async (child) => {
        if (frozen.has(child)) child.kill();
        else await child.stop();
        await child.exited();
      }),
    );
    for (const node of this.#init.members) if (node.child !== undefined) node.ended();
    this.#guard.end();
  }

  /** At once: for a controller that is itself about to end. */
  killAll(): void {
    this.#over = true;
    for (const cycle of this.#dutyCycles.values()) cycle.end();
    for (const child of this.children()) child.kill();
    this.#guard.end();
  }

  async #inflict(node: LocalNode, fault: LifeFault): Promise<string | null> {
    const { dials } = this.#init;
    const missed = missedNode(fault, {
      hasJoined: dials.hasJoined(node.index),
      isUp: node.state === 'up',
      isFrozen: node.frozen,
      slowness: node.slowness,
    });
    if (missed !== null) return missed;
    switch (fault.kind) {
      case 'kill':
        await this.#kill(node);
        break;
      case 'stop':
        await this.#stop(node);
        break;
      case 'restart':
        if (fault.disk === 'lost') await rm(node.directory, { recursive: true, force: true });
        await this.#comeUp(node);
        break;
      case 'join':
        dials.join(node.index);
        await this.#comeUp(node);
        break;
      case 'freeze':
        await this.#freeze(node);
        break;
      case 'thaw':
        this.#thaw(node);
        break;
      case 'slow':
        if (!(fault.factor >= 1 && fault.factor < Infinity)) {
          throw new RangeError(`a node can be slowed down by a factor from 1 up, not ${fault.factor}`);
        }
        this.#runFreely(node);
        node.slowness = fault.factor;
        this.#runSlowly(node);
        break;
    }
    return null;
  }

  async #kill(node: LocalNode): Promise<void> {
    const child = node.child!;
    this.#runFreely(node);
    // Nobody is to count on it from here on.
    node.state = 'down';
    if (!node.frozen) await withinMs(LAST_WORDS_MS, child.die(), (reports) => this.#took(child, reports));
    child.kill();
    await child.exited();
    node.ended();
    this.#guard.release(child.pid);
  }

  /** A process that stands still would never say goodbye. */
  async #stop(node: LocalNode): Promise<void> {
    const child = node.child!;
    if (node.frozen) this.#thaw(node);
    this.#runFreely(node);
    node.state = 'down';
    this.#took(child, await child.stop());
    node.ended();
  }

  #thaw(node: LocalNode): void {
    node.frozen = false;
    node.silence = Promise.withResolvers();
    node.child!.thaw();
    this.#guard.release(node.child!.pid);
    // It reads this after what came due meanwhile has come out.
    this.#countLateness(node, true);
    this.#runSlowly(node);
  }

  async #freeze(node: LocalNode): Promise<void> {
    const child = node.child!;
    this.#runFreely(node);
    node.frozen = true;
    this.#countLateness(node, false);
    await withinMs(LAST_WORDS_MS, child.ask('report', null), (reports) => this.#took(child, reports));
    this.#guard.watch(child.pid);
    child.freeze();
    node.silence.resolve(null);
  }

  /** Dials again whom it keeps up the connection with, and goes on by itself. */
  async #comeUp(node: LocalNode): Promise<void> {
    const deadlineMs = this.#init.clock.nowMs() + PORT_PATIENCE_MS;
    for (;;) {
      try {
        await this.launch([node]);
        break;
      } catch (error) {
        const isPort = /listen|EADDRINUSE/.test((error as Error).message);
        if (!isPort || this.#over || this.#init.clock.nowMs() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    this.#dial(node).catch(() => undefined);
  }

  /** Those of its peers that have an address: who has not been there yet dials by himself. Resolves with what failed. */
  async #dial(node: LocalNode): Promise<string[]> {
    const dials = this.#init.dials.of(node.index).flatMap((peer) => {
      const { address } = this.#init.members[peer]!;
      return address === null ? [] : [{ index: node.index, multiaddr: address.multiaddr }];
    });
    return dials.length > 0 ? node.child!.ask('connect', { dials }) : [];
  }

  #runSlowly(node: LocalNode): void {
    const child = node.child!;
    if (node.slowness === 1 || node.frozen) return;
    this.#countLateness(node, false);
    this.#guard.watch(child.pid);
    this.#dutyCycles.set(node, new DutyCycle(this.#init.clock, child, node.slowness));
  }

  /** Until #runSlowly(). */
  #runFreely(node: LocalNode): void {
    const cycle = this.#dutyCycles.get(node);
    if (cycle === undefined) return;
    cycle.end();
    this.#dutyCycles.delete(node);
    this.#guard.release(node.child!.pid);
    this.#countLateness(node, true);
  }

  /** A process that is kept from computing emulates its links late, and not by a fault of the emulation. */
  #countLateness({ child }: LocalNode, count: boolean): void {
    // Who ends meanwhile has nothing to count.
    child!.ask('countLateness', count).catch(() => undefined);
  }

  /** Of each process that is up and can answer; `starting`: of those that are being started, too. */
  async #askAll(ask: (child: Child) => Promise<void>, starting = false): Promise<void> {
    const asked = new Map<Child, LocalNode>();
    for (const node of this.#init.members) {
      const listens = node.state === 'up' || (starting && node.state === 'starting');
      if (listens && !node.frozen && node.child !== undefined) asked.set(node.child, node);
    }
    await Promise.all(
      [...asked].map(async ([child, node]) => {
        const { promise: silence } = node.silence;
        try {
          await Promise.race([ask(child), silence]);
        } catch (error) {
          if (!child.ending) throw error;
        }
      }),
    );
  }

  #took(
    child: Child,
    reports: readonly (Pick<NodeReport, 'index' | 'events'> & Partial<NodeReport>)[],
  ): void {
    for (const report of reports) {
      const node = this.#init.members[report.index]!;
      if (node.child === child) node.took(report);
    }
  }

  #specOf({ index, settings, privateKey, directory, address }: LocalNode): NodeSpec {
    const { httpPort, place } = this.#init;
    const host = place?.addressOf(index) ?? '127.0.0.1';
    const peerPort = address === null ? '0' : /\/tcp\/(\d+)/.exec(address.multiaddr)![1]!;
    const freshPort = httpPort === 0 ? 0 : httpPort + index;
    return {
      index,
      privateKey,
      options: {
        verbosity: 1,
        ...settings.options,
        bootstrap: settings.bootstraps.flatMap((node) => this.#init.members[node]!.address?.multiaddr ?? []),
        listen: [`/ip4/${host}/tcp/${peerPort}`],
        datadir: directory,
        'http.addr': host,
        'http.port': address === null ? freshPort : Number(new URL(address.rpcUrl).port),
      },
      uplinkMbps: settings.uplinkMbps,
      downlinkMbps: settings.downlinkMbps,
      silent: settings.behaviour === 'silent',
    };
  }
}

/** Hands the answer to `take`, whenever it comes; waits for it so long at most. An answer that fails is none. */
async function withinMs<T>(limitMs: number, answer: Promise<T>, take: (answer: T) => void): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, limitMs, undefined);
  await Promise.race([answer.then(take, () => undefined), late]);
  clearTimeout(timer);
}
