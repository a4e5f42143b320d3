import type { Host, PeerIdText } from '../host/host.ts';
import type { TrafficCounters } from '../telemetry/trace.ts';
import { NO_SCORE, type PeerScoreParts, type Propagation, type PropagationInit } from './propagation.ts';
import { SYNC_PROTOCOL } from './sync/reconciliation.ts';
import { Traffic } from './traffic.ts';

/**
 * Sends nothing of its own accord: what is new here is found by whoever compares pools with this node (sync/), which
 * all do with a peer taken by chance each short interval. Provenance is therefore sync.
 */
export class Pull implements Propagation {
  readonly topic: string;
  readonly maxQueuedMessages: number;
  /** Reconciliation judges what it fetches itself. */
  readonly unsettled = 0;
  readonly fetching = 0;
  readonly rejected = 0;
  readonly #host: Host;
  readonly #traffic: Traffic;

  constructor({ host, clock, topic, options }: PropagationInit) {
    this.topic = topic;
    this.maxQueuedMessages = options.maxQueuedMessages;
    this.#host = host;
    this.#traffic = new Traffic(host, () => clock.nowMs());
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  spread(): void {
    // Peers will ask.
  }

  spreadPromoted(): void {
    // Likewise.
  }

  counters(): TrafficCounters {
    return this.#traffic.counters();
  }

  meshPeers(): PeerIdText[] {
    return this.subscribers();
  }

  subscribers(): PeerIdText[] {
    return this.#host
      .connections()
      .filter(({ protocols }) => protocols.includes(SYNC_PROTOCOL))
      .map(({ peerId }) => peerId.toString());
  }

  peerScore(): number {
    return 0;
  }

  scoreParts(): PeerScoreParts {
    return NO_SCORE;
  }

  penalize(): void {
    // Reconciliation disconnects and shuns by itself.
  }
}
