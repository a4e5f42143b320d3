/**
 * One node of a simulation through all its lives: the identity, the machine and the disk stay, a process comes and goes
 * and another one takes its place.
 */
import type { Multiaddr } from '@multiformats/multiaddr';
import { MemoryJournal, type Journal } from '../../../src/mempool/journal.ts';
import type { PeerIdText } from '../../../src/host/host.ts';
import type { Node } from '../../../src/node.ts';
import { sumOfCounters } from '../../../src/telemetry/counters.ts';
import type { NodeCounters } from '../../../src/telemetry/trace.ts';
import type { NodeStatus } from '../network.ts';
import { peerScores } from '../peer-scores.ts';
import type { Death, SimulatedHost } from './simulated-host.ts';

/** One process. */
export interface Life {
  host: SimulatedHost;
  node: Node;
}

/** What a process leaves to the next one. */
export interface Disk {
  journal: Journal;
  peers: Map<PeerIdText, Multiaddr[]>;
}

/** Makes a process of the node that is not yet started. `life` counts them from 0. */
export type CreateLife = (disk: Disk, life: number) => Life;

const emptyDisk = (): Disk => ({ journal: new MemoryJournal(), peers: new Map<PeerIdText, Multiaddr[]>() });

export class SimulatedMember {
  readonly index: number;
  /** Its processor is never busy, so it cannot be slowed down either. */
  readonly costsNothing: boolean;
  readonly #create: CreateLife;
  /** The first has begun even where the node joins late: its identity is known. */
  readonly #lives: Life[] = [];
  #disk = emptyDisk();
  #up = false;
  #died = new AbortController();

  constructor(index: number, costsNothing: boolean, create: CreateLife) {
    this.index = index;
    this.costsNothing = costsNothing;
    this.#create = create;
    this.#lives.push(create(this.#disk, 0));
  }

  get node(): Node {
    return this.#lives.at(-1)!.node;
  }

  get host(): SimulatedHost {
    return this.#lives.at(-1)!.host;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Aborts when the process ends. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** Call as an event of the node. */
  async start(): Promise<void> {
    this.#up = true;
    await this.node.start();
  }

  kill(death: Death): void {
    this.host.kill(death);
    this.#ended('died');
  }

  /** Call as an event of the node. */
  async stop(): Promise<void> {
    const stopped = this.node.stop();
    this.#ended('was stopped');
    await stopped;
  }

  /** A new process in place of the one that ended; to be started, at full speed. */
  restart(disk: 'kept' | 'lost'): void {
    if (disk === 'lost') this.#disk = emptyDisk();
    this.#died = new AbortController();
    this.#lives.push(this.#create(this.#disk, this.#lives.length));
  }

  /** Of all lives together; counts go on for a while after a death, for what is lost on its way to the dead. */
  counters(): NodeCounters {
    return this.#lives.map(({ node }) => node.counters()).reduce(sumOfCounters);
  }

  /** But for what the experiment around it knows. */
  gauges(): Pick<NodeStatus, 'up' | 'peers' | 'mesh' | 'pending' | 'queued' | 'unsettled' | 'fetching'> {
    if (!this.#up) return { up: false, peers: 0, mesh: 0, pending: 0, queued: 0, unsettled: 0, fetching: 0 };
    const { host, propagation, pool } = this.node;
    return {
      up: true,
      peers: host.connections().length,
      mesh: propagation.meshPeers().length,
      pending: pool.counts.pending,
      queued: pool.counts.queued,
      unsettled: propagation.unsettled,
      fetching: propagation.fetching,
    };
  }

  scores(): NodeStatus['scores'] {
    return this.#up ? peerScores(this.node) : null;
  }

  #ended(how: string): void {
    this.#up = false;
    this.#died.abort(new Error(`node ${this.index} ${how} before it answered`));
  }
}
