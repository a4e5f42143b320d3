/** A node as its controller sees it: through all its lives, and while it is not there. */
import { noCounters, sumOfCounters } from '../../../src/telemetry/counters.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import type { NodeSettings } from '../../scenario/node-settings.ts';
import type { NetworkNode, NodeStatus, NodeTrace } from '../network.ts';
import type { Child } from './child.ts';
import type { NodeReport, StartedNode } from './protocol.ts';

/** `absent`: was not there yet. `starting`: its process runs and the node does not yet. */
export type LifeState = 'absent' | 'starting' | 'up' | 'down';

const NOTHING: NodeStatus = {
  up: false,
  peers: 0,
  mesh: 0,
  pending: 0,
  queued: 0,
  arrivals: 0,
  unsettled: 0,
  fetching: 0,
  counters: noCounters(),
  cpuMs: 0,
  rssBytes: 0,
  nodesInProcess: 1,
  loopDelayP99Ms: 0,
};

export class LocalNode {
  readonly index: number;
  readonly peerId: string;
  readonly settings: NodeSettings;
  /** In libp2p's protobuf form. */
  readonly privateKey: Uint8Array;
  /** What a restart finds again, or does not. */
  readonly directory: string;
  state: LifeState = 'absent';
  /** Stopped by SIGSTOP: up, and answers nothing. */
  frozen = false;
  /** Computes so many times slower. */
  slowness = 1;
  child: Child | undefined;
  /** Resolves when it answers no more: it is frozen, or this life is over. */
  silence = Promise.withResolvers<null>();
  /** Kept through all lives. */
  address: { rpcUrl: string; multiaddr: string } | null = null;
  readonly #events: TraceEvent[] = [];
  /** Sums over the lives that are over. */
  #past = NOTHING;
  /** Of this life. */
  #latest = NOTHING;

  constructor(init: { settings: NodeSettings; peerId: string; privateKey: Uint8Array; directory: string }) {
    this.settings = init.settings;
    this.index = init.settings.index;
    this.peerId = init.peerId;
    this.privateKey = init.privateKey;
    this.directory = init.directory;
  }

  started({ rpcUrl, multiaddr }: StartedNode): void {
    this.address = { rpcUrl, multiaddr };
    this.state = 'up';
  }

  /** This life is over. */
  ended(): void {
    this.#past = this.status();
    this.silence.resolve(null);
    this.#latest = NOTHING;
    this.state = 'down';
    this.frozen = false;
    this.slowness = 1;
    this.child = undefined;
  }

  took({ status, events }: Pick<NodeReport, 'events'> & Partial<NodeReport>): void {
    if (status !== undefined) this.#latest = status;
    // Not push(...events): a hundred thousand are too many arguments.
    for (const event of events) this.#events.push(event);
  }

  /** As far as known. */
  status(): NodeStatus {
    const [past, latest] = [this.#past, this.#latest];
    const up = this.state === 'up';
    return {
      ...(up ? latest : NOTHING),
      up,
      arrivals: past.arrivals + latest.arrivals,
      counters: sumOfCounters(past.counters, latest.counters),
      cpuMs: past.cpuMs! + latest.cpuMs!,
      rssBytes: latest.rssBytes,
      nodesInProcess: Math.max(past.nodesInProcess, latest.nodesInProcess),
      loopDelayP99Ms: Math.max(past.loopDelayP99Ms!, latest.loopDelayP99Ms!),
    };
  }

  trace(): NodeTrace {
    // What was told unasked may be taken in before an answer that came first.
    const events = this.#events.toSorted((a, b) => a.atMs - b.atMs);
    return { index: this.index, peerId: this.peerId, events };
  }

  describe(): NetworkNode {
    const { rpcUrl = null, multiaddr = null } = this.address ?? {};
    return { index: this.index, peerId: this.peerId, rpcUrl, multiaddr };
  }
}
