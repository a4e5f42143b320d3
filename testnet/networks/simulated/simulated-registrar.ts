/** Which protocols a simulated host speaks, and who wants to know of peers that speak one: libp2p's Registrar. */
import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import type {
  Connection,
  PeerId,
  StreamHandler,
  StreamHandlerOptions,
  StreamMiddleware,
  Topology,
} from '@libp2p/interface';

type Registrar = GossipSubComponents['registrar'];

export class SimulatedRegistrar implements Registrar {
  readonly #handlers = new Map<string, { handler: StreamHandler; options: StreamHandlerOptions }>();
  readonly #topologies = new Map<string, { protocol: string; topology: Topology }>();
  readonly #announce: (protocol: string, handled: boolean) => void;
  #registered = 0;

  /** @param announce tells the peers that a protocol is handled from now on, or no longer is. */
  constructor(announce: (protocol: string, handled: boolean) => void) {
    this.#announce = announce;
  }

  getProtocols(): string[] {
    return [...this.#handlers.keys()];
  }

  /** @throws when the protocol is handled already and `options.force` is not set. */
  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous in the interface
  async handle(protocol: string, handler: StreamHandler, options: StreamHandlerOptions = {}): Promise<void> {
    if (this.#handlers.has(protocol) && options.force !== true) {
      throw new Error(`a handler for ${protocol} is registered already`);
    }
    this.#handlers.set(protocol, { handler, options });
    this.#announce(protocol, true);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous in the interface
  async unhandle(protocol: string): Promise<void> {
    if (this.#handlers.delete(protocol)) this.#announce(protocol, false);
  }

  /** @throws when the protocol is not handled. */
  getHandler(protocol: string): { handler: StreamHandler; options: StreamHandlerOptions } {
    const record = this.#handlers.get(protocol);
    if (record === undefined) throw new Error(`no handler for ${protocol} is registered`);
    return record;
  }

  /** @throws always: a simulated stream goes straight to its handler. */
  use(protocol: string): void {
    throw new Error(`a simulated host has no stream middleware, asked for on ${protocol}`);
  }

  unuse(): void {
    // There is none.
  }

  getMiddleware(): StreamMiddleware[] {
    return [];
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- asynchronous in the interface
  async register(protocol: string, topology: Topology): Promise<string> {
    const id = `topology-${this.#registered++}`;
    this.#topologies.set(id, { protocol, topology });
    return id;
  }

  unregister(id: string): void {
    this.#topologies.delete(id);
  }

  getTopologies(protocol: string): Topology[] {
    return [...this.#topologies.values()]
      .filter((entry) => entry.protocol === protocol)
      .map(({ topology }) => topology);
  }

  /** The peer speaks `protocols`, and we are connected to it. */
  peerSpeaks(protocols: string[], peerId: PeerId, connection: Connection): void {
    for (const protocol of protocols) {
      for (const topology of this.getTopologies(protocol)) {
        if (topology.filter?.has(peerId) === true) continue;
        topology.filter?.add(peerId);
        void topology.onConnect?.(peerId, connection);
      }
    }
  }

  /** The peer is gone, or speaks `protocols` no longer. */
  peerLeft(protocols: string[], peerId: PeerId): void {
    for (const protocol of protocols) {
      for (const topology of this.getTopologies(protocol)) {
        if (topology.filter !== undefined && !topology.filter.has(peerId)) continue;
        topology.filter?.remove(peerId);
        void topology.onDisconnect?.(peerId);
      }
    }
  }
}
