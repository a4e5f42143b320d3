/**
 * What the JSON-RPC namespaces need of a node. The node implements it; tests hand in a small one.
 */
import type { Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { Refused } from '../mempool/outcome.ts';

export type Submission = { status: 'pending' | 'queued'; hash: Hex } | Refused;

export interface PeerInfo {
  /** Peer id, base58. */
  id: string;
  /** Agent version as identify tells it, empty when not yet known. */
  name: string;
  protocols: string[];
  localAddress: string;
  remoteAddress: string;
  inbound: boolean;
  trusted: boolean;
  static: boolean;
}

export interface NodeInfo {
  id: string;
  name: string;
  /** Multiaddrs, each ending in /p2p/<id>. */
  listenAddresses: string[];
  topic: string;
}

export interface RpcBackend {
  readonly clientVersion: string;
  readonly networkId: bigint;
  readonly state: AccountView;
  readonly pool: Mempool;
  /** Validates and pools; resolves when the outcome is known. */
  submit(raw: Uint8Array): Promise<Submission>;
  peers(): PeerInfo[];
  nodeInfo(): NodeInfo;
  /** Keeps a connection to `multiaddr`. @throws {Error} with a message for the user when it is not one or cannot be dialled. */
  addPeer(multiaddr: string): Promise<void>;
}
