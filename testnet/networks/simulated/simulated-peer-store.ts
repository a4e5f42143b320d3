/** What a simulated host remembers of its peers: libp2p's peer store, in memory and without expiry. */
import { NotFoundError } from '@libp2p/interface';
import type { Address, Peer, PeerData, PeerId, PeerInfo, PeerQuery, PeerStore, Tag } from '@libp2p/interface';

/** The parts of PeerData that come as a map or as an object. */
function entriesOf<T>(values: Map<string, T> | Record<string, T> | undefined): [string, T][] {
  if (values === undefined) return [];
  return values instanceof Map ? [...values] : Object.entries(values);
}

export class SimulatedPeerStore implements PeerStore {
  readonly #peers = new Map<string, Peer>();

  has(peerId: PeerId): Promise<boolean> {
    return Promise.resolve(this.#peers.has(peerId.toString()));
  }

  /** @throws {NotFoundError} */
  get(peerId: PeerId): Promise<Peer> {
    const peer = this.#peers.get(peerId.toString());
    if (peer === undefined)
      return Promise.reject(new NotFoundError(`nothing is known of ${peerId.toString()}`));
    return Promise.resolve(peer);
  }

  async getInfo(peerId: PeerId): Promise<PeerInfo> {
    const peer = await this.get(peerId);
    return { id: peer.id, multiaddrs: peer.addresses.map(({ multiaddr }) => multiaddr) };
  }

  all(query?: PeerQuery): Promise<Peer[]> {
    let peers = [...this.#peers.values()];
    for (const filter of query?.filters ?? []) peers = peers.filter(filter);
    for (const order of query?.orders ?? []) peers.sort(order);
    const from = query?.offset ?? 0;
    return Promise.resolve(peers.slice(from, from + (query?.limit ?? peers.length)));
  }

  async forEach(visit: (peer: Peer) => void, query?: PeerQuery): Promise<void> {
    for (const peer of await this.all(query)) visit(peer);
  }

  delete(peerId: PeerId): Promise<void> {
    this.#peers.delete(peerId.toString());
    return Promise.resolve();
  }

  save(id: PeerId, data: PeerData): Promise<Peer> {
    return this.#write({ id, addresses: [], protocols: [], metadata: new Map(), tags: new Map() }, data);
  }

  patch(id: PeerId, data: PeerData): Promise<Peer> {
    const known = this.#peers.get(id.toString());
    if (known === undefined) return this.save(id, data);
    return this.#write(
      {
        ...known,
        addresses: data.addresses === undefined && data.multiaddrs === undefined ? known.addresses : [],
        protocols: data.protocols === undefined ? known.protocols : [],
        metadata: data.metadata === undefined ? known.metadata : new Map<string, Uint8Array>(),
        tags: data.tags === undefined ? known.tags : new Map<string, Tag>(),
      },
      data,
    );
  }

  merge(id: PeerId, data: PeerData): Promise<Peer> {
    const known = this.#peers.get(id.toString());
    return known === undefined ? this.save(id, data) : this.#write(known, data);
  }

  /** Simulated hosts sign no records; one that comes is not taken. */
  consumePeerRecord(): Promise<boolean> {
    return Promise.resolve(false);
  }

  #write(base: Peer, data: PeerData): Promise<Peer> {
    const addresses = new Map<string, Address>();
    const added = [
      ...(data.addresses ?? []),
      ...(data.multiaddrs ?? []).map((multiaddr): Address => ({ multiaddr, isCertified: false })),
    ];
    for (const address of [...base.addresses, ...added]) addresses.set(address.multiaddr.toString(), address);
    const metadata = new Map(base.metadata);
    for (const [key, value] of entriesOf(data.metadata)) {
      if (value === undefined) metadata.delete(key);
      else metadata.set(key, value);
    }
    const tags = new Map(base.tags);
    for (const [name, tag] of entriesOf(data.tags)) {
      if (tag === undefined) tags.delete(name);
      else tags.set(name, { value: tag.value ?? 0 });
    }
    const peer: Peer = {
      ...base,
      addresses: [...addresses.values()],
      protocols: [...new Set([...base.protocols, ...(data.protocols ?? [])])],
      metadata,
      tags,
    };
    const envelope = data.peerRecordEnvelope ?? base.peerRecordEnvelope;
    if (envelope !== undefined) peer.peerRecordEnvelope = envelope;
    this.#peers.set(peer.id.toString(), peer);
    return Promise.resolve(peer);
  }
}
