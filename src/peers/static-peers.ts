import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { Cancel, Clock } from '../environment.ts';
import { peerIdOf } from '../host/address.ts';
import type { Host } from '../host/host.ts';
import { LASTING_MS } from './discovery/address-book.ts';

/**
 * First wait after a failed dial or a connection that did not last, and the longest: a peer that restarts is found soon,
 * one that is gone, or takes us and lets us go, costs little.
 */
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/** `static`: kept connected. `trusted`: that too, and the limit of connections never costs it its connection. */
export type PeerStanding = 'static' | 'trusted';

interface KeptPeer {
  address: Multiaddr;
  /** From the address, or, when it names none, known once dialled. */
  peerId: PeerId | undefined;
  standings: Set<PeerStanding>;
  retryMs: number;
  /** Undefined: it is not, or by its own dial. */
  connectedAtMs: number | undefined;
  cancelRetry: Cancel | undefined;
}

/**
 * Peers named by the user: dialled, and dialled again whenever the connection is lost. What we dial is not held to
 * the limit of connections, so a trusted peer gets through to us when we are full: from our side.
 */
export class StaticPeers {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #onFailure: (address: Multiaddr, error: Error) => void;
  readonly #peers = new Set<KeptPeer>();
  #stopped = false;

  constructor(host: Host, clock: Clock, onFailure: (address: Multiaddr, error: Error) => void) {
    this.#host = host;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /**
   * Kept whether or not the first dial succeeds; a peer kept already gains the standing and is not dialled again.
   * @throws what the first dial failed with.
   */
  async add(address: Multiaddr, standing: PeerStanding = 'static'): Promise<void> {
    let peer = this.#find(address);
    const isNew = peer === undefined;
    peer ??= {
      address,
      peerId: peerIdOf(address),
      standings: new Set(),
      retryMs: FIRST_RETRY_MS,
      connectedAtMs: undefined,
      cancelRetry: undefined,
    };
    this.#peers.add(peer);
    peer.standings.add(standing);
    if (standing === 'trusted') await this.#protect(peer);
    if (isNew) await this.#dial(peer);
  }

  /**
   * The peer loses the standing; with its last one it is no longer kept. A static one is disconnected, unless it is
   * trusted as well; one no longer trusted stays connected as long as it likes. Nothing when it had no such standing.
   * @throws {Error} with a message for the user when the address does not tell which peer is meant.
   */
  async remove(address: Multiaddr, standing: PeerStanding = 'static'): Promise<void> {
    const peer = this.#find(address);
    const peerId = peer?.peerId ?? peerIdOf(address);
    if (peer === undefined && peerId === undefined) {
      throw new Error(`no peer was added as ${address.toString()}; name it by its id: /p2p/12D3Koo...`);
    }
    if (peer !== undefined) {
      peer.standings.delete(standing);
      if (peer.standings.size === 0) this.#forget(peer);
      if (standing === 'trusted') await this.#protect(peer);
    }
    const isKept = peer !== undefined && peer.standings.size > 0;
    if (standing === 'static' && !isKept && peerId !== undefined) await this.#host.disconnect(peerId);
  }

  has(peerId: PeerId, standing: PeerStanding = 'static'): boolean {
    return this.#of(peerId).some(({ standings }) => standings.has(standing));
  }

  /** The owner saw the last connection to this peer go. */
  disconnected(peerId: PeerId): void {
    for (const peer of this.#of(peerId)) {
      const sinceMs = peer.connectedAtMs;
      peer.connectedAtMs = undefined;
      if (sinceMs !== undefined && this.#clock.nowMs() - sinceMs >= LASTING_MS) peer.retryMs = FIRST_RETRY_MS;
      this.#dialLater(peer);
    }
  }

  stop(): void {
    this.#stopped = true;
    for (const peer of this.#peers) peer.cancelRetry?.();
  }

  #of(peerId: PeerId): KeptPeer[] {
    return [...this.#peers].filter((peer) => peer.peerId?.equals(peerId) === true);
  }

  #find(address: Multiaddr): KeptPeer | undefined {
    const peerId = peerIdOf(address);
    const byId = peerId === undefined ? undefined : this.#of(peerId)[0];
    return byId ?? [...this.#peers].find((peer) => peer.address.equals(address));
  }

  #forget(peer: KeptPeer): void {
    this.#peers.delete(peer);
    peer.cancelRetry?.();
    peer.cancelRetry = undefined;
  }

  async #protect({ peerId, standings }: KeptPeer): Promise<void> {
    if (peerId !== undefined) await this.#host.protect(peerId, standings.has('trusted'));
  }

  async #dial(peer: KeptPeer): Promise<void> {
    try {
      peer.peerId = await this.#host.dial(peer.address);
      peer.connectedAtMs = this.#clock.nowMs();
    } catch (error) {
      if (this.#stopped || !this.#peers.has(peer)) return;
      this.#dialLater(peer);
      throw error;
    }
    // Removed while it was being dialled.
    if (!this.#peers.has(peer)) await this.#host.disconnect(peer.peerId);
    else if (peer.standings.has('trusted')) await this.#protect(peer);
  }

  #dialLater(peer: KeptPeer): void {
    if (this.#stopped || peer.cancelRetry !== undefined) return;
    peer.cancelRetry = this.#clock.after(peer.retryMs, () => {
      peer.cancelRetry = undefined;
      this.#dial(peer).catch((error: unknown) => this.#onFailure(peer.address, error as Error));
    });
    peer.retryMs = Math.min(peer.retryMs * 2, MAX_RETRY_MS);
  }
}
