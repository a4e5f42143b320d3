/** libp2p's ConnectionManager, as far as a protocol needs it: who is connected, and dialling by peer id. */
import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import type { PeerId } from '@libp2p/interface';
import { isPeerId } from '@libp2p/interface';

import type { SimulatedConnection } from './simulated-connection.ts';
import type { SimulatedStream } from './simulated-stream.ts';

type ConnectionManager = GossipSubComponents['connectionManager'];

/** The host's side of it. */
export interface ConnectionTable {
  connections(): SimulatedConnection[];
  connectionsTo(peerId: PeerId): SimulatedConnection[];
  connect(peerId: PeerId): Promise<SimulatedConnection>;
  disconnect(peerId: PeerId): Promise<void>;
}

function notSimulated(name: string): never {
  throw new Error(`${name} is not part of a simulated host; use the Host's own methods`);
}

export class SimulatedConnectionManager implements ConnectionManager {
  readonly #table: ConnectionTable;

  constructor(table: ConnectionTable) {
    this.#table = table;
  }

  getConnections(peerId?: PeerId): SimulatedConnection[] {
    return peerId === undefined ? this.#table.connections() : this.#table.connectionsTo(peerId);
  }

  async openConnection(
    target: Parameters<ConnectionManager['openConnection']>[0],
  ): Promise<SimulatedConnection> {
    if (!isPeerId(target)) notSimulated('dialling by address through the connection manager');
    return this.#table.connect(target);
  }

  async openStream(
    target: Parameters<ConnectionManager['openStream']>[0],
    protocol: string | string[],
  ): Promise<SimulatedStream> {
    return (await this.openConnection(target)).newStream(protocol);
  }

  closeConnections(peerId: PeerId): Promise<void> {
    return this.#table.disconnect(peerId);
  }

  getMaxConnections(): number {
    return Infinity;
  }

  isDialable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  getDialQueue(): [] {
    return [];
  }

  acceptIncomingConnection(): boolean {
    return true;
  }

  afterUpgradeInbound(): void {
    // There is no upgrade.
  }

  setMaxConnections(): void {
    notSimulated('setMaxConnections');
  }

  getConnectionsMap(): never {
    notSimulated('getConnectionsMap');
  }
}
