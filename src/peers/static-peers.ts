import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Cancel, Clock } from '../environment.ts';
import type { Host } from '../host/host.ts';

/** First wait after a failed dial, and the longest: a peer that restarts is found soon, one that is gone costs little. */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

interface StaticPeer {
  address: Multiaddr;
  peerId: PeerId | undefined;
  retryMs: number;
  cancelRetry: Cancel | undefined;
}

/** Peers named by the user: dialled, and dialled again whenever the connection is lost. */
export class StaticPeers {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #onFailure: (address: Multiaddr, error: Error) => void;
  readonly #peers = new Map<string, StaticPeer>();
  #stopped = false;

  constructor(host: Host, clock: Clock, onFailure: (address: Multiaddr, error: Error) => void) {
    this.#host = host;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Kept whether or not the first dial succeeds. @throws what the first dial failed with. */
  async add(address: Multiaddr): Promise<void> {
    const key = address.toString();
    const known = this.#peers.get(key);
    if (known !== undefined) return;
    const peer: StaticPeer = { address, peerId: undefined, retryMs: FIRST_RETRY_MS, cancelRetry: undefined };
    this.#peers.set(key, peer);
    await this.#dial(peer);
  }

  has(peerId: PeerId): boolean {
    for (const peer of this.#peers.values()) if (peer.peerId?.equals(peerId) === true) return true;
    return false;
  }

  /** The owner saw the last connection to this peer go. */
  disconnected(peerId: PeerId): void {
    for (const peer of this.#peers.values()) if (peer.peerId?.equals(peerId) === true) this.#dialLater(peer);
  }

  stop(): void {
    this.#stopped = true;
    for (const peer of this.#peers.values()) peer.cancelRetry?.();
  }

  async #dial(peer: StaticPeer): Promise<void> {
    try {
      peer.peerId = await this.#host.dial(peer.address);
      peer.retryMs = FIRST_RETRY_MS;
    } catch (error) {
      if (this.#stopped) return;
      this.#dialLater(peer);
      throw error;
    }
  }

  #dialLater(peer: StaticPeer): void {
    if (this.#stopped || peer.cancelRetry !== undefined) return;
    peer.cancelRetry = this.#clock.after(peer.retryMs, () => {
      peer.cancelRetry = undefined;
      this.#dial(peer).catch((error: unknown) => this.#onFailure(peer.address, error as Error));
    });
    peer.retryMs = Math.min(peer.retryMs * 2, MAX_RETRY_MS);
  }
}
