import type { Multiaddr } from '@multiformats/multiaddr';
import type { HostConnection, PeerIdText } from '../../host/host.ts';
import { reachOf, type Reach } from '../reach.ts';
import { rangeOf, transportOf, type TransportAddress } from './transport-address.ts';

/** What is worked out once of a connected peer: it is looked at each second. */
export interface Neighbour {
  sinceMs: number;
  /** From how far it is met. */
  reach: Reach;
  range: string | undefined;
  /** For what it tells: identities are free, ranges are not. */
  source: string;
  /** Where we dialled it; undefined where it dialled us. */
  dialledAt: TransportAddress | undefined;
  /** It was told of others. */
  isServed: boolean;
  /** The list it was last heard with. */
  listenAddresses: readonly Multiaddr[] | undefined;
}

export class Neighbours {
  readonly #byPeer = new Map<PeerIdText, Neighbour>();

  get(peer: PeerIdText): Neighbour | undefined {
    return this.#byPeer.get(peer);
  }

  /** A peer that is connected. */
  of(peer: PeerIdText, { direction, remoteAddress }: HostConnection, nowMs: number): Neighbour {
    let neighbour = this.#byPeer.get(peer);
    if (neighbour === undefined) {
      const range = rangeOf(remoteAddress);
      neighbour = {
        sinceMs: nowMs,
        reach: reachOf(remoteAddress),
        range,
        source: range ?? peer,
        dialledAt: direction === 'outbound' ? transportOf(remoteAddress) : undefined,
        isServed: false,
        listenAddresses: undefined,
      };
      this.#byPeer.set(peer, neighbour);
    }
    return neighbour;
  }

  /** Its connection is gone. */
  forget(peer: PeerIdText): void {
    this.#byPeer.delete(peer);
  }
}
