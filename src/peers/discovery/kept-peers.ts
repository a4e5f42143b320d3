import { peerIdFromString } from '@libp2p/peer-id';
import type { Host, PeerIdText } from '../../host/host.ts';
import { dialAddress, transportOf, type TransportAddress } from './transport-address.ts';

/** Known peers on the host's disk, if it has one: what the next life begins from. */
export class KeptPeers {
  readonly #host: Host;
  readonly #onFailure: (error: Error) => void;
  readonly #kept = new Set<PeerIdText>();
  readonly #written = new Set<PeerIdText>();

  /** @param onFailure the disk could not be written. */
  constructor(host: Host, onFailure: (error: Error) => void) {
    this.#host = host;
    this.#onFailure = onFailure;
  }

  has(peer: PeerIdText): boolean {
    return this.#kept.has(peer);
  }

  /** It has reached the disk. */
  isWritten(peer: PeerIdText): boolean {
    return this.#written.has(peer);
  }

  /** Those of earlier lives, each with at least one address. */
  async read(): Promise<{ peer: PeerIdText; addresses: TransportAddress[] }[]> {
    const known = (await this.#host.knownPeers()).map(({ peer, addresses }) => ({
      peer,
      addresses: addresses.flatMap((address) => transportOf(address) ?? []),
    }));
    for (const { peer } of known) {
      this.#kept.add(peer);
      this.#written.add(peer);
    }
    return known.filter(({ addresses }) => addresses.length > 0);
  }

  keep(peer: PeerIdText, addresses: readonly TransportAddress[]): void {
    if (addresses.length === 0) return;
    this.#kept.add(peer);
    this.#write(peer, addresses);
  }

  forget(peer: PeerIdText): void {
    if (this.#kept.delete(peer)) this.#write(peer, []);
  }

  #write(peer: PeerIdText, addresses: readonly TransportAddress[]): void {
    const multiaddrs = addresses.map((transport) => dialAddress(transport, peer));
    this.#host.remember(peerIdFromString(peer), multiaddrs).then(
      () => {
        if (multiaddrs.length > 0) this.#written.add(peer);
        else this.#written.delete(peer);
      },
      (error: unknown) => this.#onFailure(error as Error),
    );
  }
}
