import type { Multiaddr } from '@multiformats/multiaddr';
import { dialFailure, type DialFailure } from '../../host/dial-failure.ts';
import type { Clock } from '../../environment.ts';
import type { Host, PeerIdText } from '../../host/host.ts';
import type { KnownEntry } from './address-book.ts';
import type { Bootstraps } from './bootstraps.ts';
import type { Candidate } from './planner.ts';
import { dialAddress, rangeOf } from './transport-address.ts';

export interface DiallingInit {
  host: Host;
  clock: Clock;
  bootstraps: Bootstraps;
  /** None of these addresses led to the peer. `failure`: what they say together. */
  onFailed: (peer: PeerIdText, failure: DialFailure, triedAt: readonly Multiaddr[]) => void;
  onError: (address: Multiaddr, error: Error) => void;
  /** Some dial is over, whatever came of it. */
  onEnded: () => void;
}

/** Dials under way. */
export class Dialling {
  readonly #init: DiallingInit;
  readonly #peers = new Map<PeerIdText, Candidate>();
  /** Connected to by us, as bootstraps or as peers, and by nobody else in this node. */
  readonly #begunFrom = new Set<PeerIdText>();
  readonly #ours = new Set<PeerIdText>();

  constructor(init: DiallingInit) {
    this.#init = init;
  }

  peers(): Candidate[] {
    return [...this.#peers.values()];
  }

  has(peer: PeerIdText): boolean {
    return this.#peers.has(peer);
  }

  /** It is connected because it is a bootstrap. */
  isBegunFrom(peer: PeerIdText): boolean {
    return this.#begunFrom.has(peer);
  }

  /** It is connected because we dialled it for its own sake. */
  isOurs(peer: PeerIdText): boolean {
    return this.#ours.has(peer);
  }

  /** It is being dialled, or connected because it was, for whatever reason. */
  wants(peer: PeerIdText): boolean {
    const isBootstrap = this.#begunFrom.has(peer) || this.#init.bootstraps.isDialling(peer);
    return isBootstrap || this.#ours.has(peer) || this.#peers.has(peer);
  }

  /** Its connection is gone. */
  forget(peer: PeerIdText): void {
    this.#begunFrom.delete(peer);
    this.#ours.delete(peer);
  }

  /** Its addresses one after the other. Never throws. */
  async dial({ peer, addresses }: Readonly<KnownEntry>): Promise<void> {
    const { host, onFailed, onError, onEnded } = this.#init;
    this.#peers.set(peer, { peer, range: rangeOf(dialAddress(addresses[0]!, peer)) });
    const failures: DialFailure[] = [];
    const triedAt = addresses.map((transport) => dialAddress(transport, peer));
    for (const address of triedAt) {
      try {
        await host.dial(address);
        break;
      } catch (error) {
        failures.push(dialFailure(error as Error));
        onError(address, error as Error);
      }
    }
    this.#peers.delete(peer);
    if (failures.length < triedAt.length) this.#ours.add(peer);
    else onFailed(peer, together(failures), triedAt);
    onEnded();
  }

  /** All bootstraps that are due. */
  dialBootstraps(nowMs: number, isConnected: (peer: PeerIdText) => boolean): void {
    for (const address of this.#init.bootstraps.due(nowMs, isConnected)) void this.#dialBootstrap(address);
  }

  async #dialBootstrap(address: Multiaddr): Promise<void> {
    const { host, clock, bootstraps, onError, onEnded } = this.#init;
    try {
      const peerId = await host.dial(address);
      const peer = peerId.toString();
      bootstraps.reached(address, peer, clock.nowMs());
      const isOurs = host
        .connections()
        .some((open) => open.direction === 'outbound' && open.peerId.equals(peerId));
      if (isOurs) this.#begunFrom.add(peer);
    } catch (error) {
      bootstraps.failed(address, clock.nowMs());
      onError(address, error as Error);
    }
    onEnded();
  }
}

/** One that answered tells most, and only where all refused nobody is there. */
function together(failures: readonly DialFailure[]): DialFailure {
  if (failures.includes('other')) return 'other';
  return failures.every((failure) => failure === 'refused') ? 'refused' : 'silent';
}
