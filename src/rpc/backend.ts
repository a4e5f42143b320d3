/**
 * What the JSON-RPC namespaces need of a node. The node implements it; tests hand in a small one.
 */
import type { Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { Refused } from '../mempool/outcome.ts';
import type { Chain } from '../state/chain.ts';
import type { MemberCause, MemberState } from '../telemetry/trace.ts';
import type { Vitals } from '../telemetry/vitals.ts';
import type { TransactionHistory } from '../telemetry/transaction-history.ts';
import type { TxSyncOptions } from './transaction-sync.ts';

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

/** The peers of the transaction topic, by peer id. */
export interface GossipView {
  topic: string;
  /** Who gossip is exchanged with in full. */
  mesh: readonly string[];
  /** Who told us to be on the topic, the mesh included. */
  subscribers: readonly string[];
  /** gossipsub's: the least counted below zero is trusted less, 0 a stranger's. */
  score(peer: string): number;
  scoreParts(peer: string): PeerScoreParts;
}

/** Decaying counts, all but the first: gossipsub v1.1, P1, P2, P4 and P7. */
export interface PeerScoreParts {
  meshMs: number;
  firstDeliveries: number;
  invalidDeliveries: number;
  behaviourPenalty: number;
}

export interface KnownPeersView {
  discovery: 'off' | 'waiting' | 'on';
  peers: readonly {
    peer: string;
    addresses: readonly string[];
    tested: boolean;
    lost: boolean;
    failures: number;
    /** On the disk, where there is one. */
    stored: boolean;
  }[];
}

export interface MembersView {
  enabled: boolean;
  incarnation: number;
  /** 0: well. */
  localHealth: number;
  probes: { begun: number; failed: number };
  members: readonly {
    peer: string;
    state: MemberState;
    incarnation: number;
    /** By the node's clock. */
    sinceMs: number;
    by: string | null;
    cause: MemberCause;
    addresses: readonly string[];
  }[];
}

export interface RpcBackend {
  readonly clientVersion: string;
  readonly networkId: bigint;
  readonly state: AccountView;
  readonly pool: Mempool;
  /** The Ethereum node behind the account state; undefined on genesis. */
  readonly chain?: Chain | undefined;
  /** Validates and pools; resolves when the outcome is known. */
  submit(raw: Uint8Array): Promise<Submission>;
  peers(): PeerInfo[];
  nodeInfo(): NodeInfo;
  /** Keeps a connection to `multiaddr`. @throws {Error} with a message for the user when it is not one or cannot be dialled. */
  addPeer(multiaddr: string): Promise<void>;
  /** No longer keeps it, and closes it. @throws {Error} with a message for the user when nobody is named by it. */
  removePeer(multiaddr: string): Promise<void>;
  /** As addPeer, and the limit of connections never costs it its connection. @throws {Error} as addPeer. */
  addTrustedPeer(multiaddr: string): Promise<void>;
  /** It may go, but is not sent away. @throws {Error} as removePeer. */
  removeTrustedPeer(multiaddr: string): Promise<void>;
  /** How long eth_sendRawTransactionSync waits. */
  readonly txSync: Readonly<TxSyncOptions>;
  /** Undefined when the node is told to remember nothing (`explain.transactions` 0). */
  readonly history: TransactionHistory | undefined;
  /** Whether it was submitted here and no peer has shown to have it. */
  isUnbroadcast(hash: Hex): boolean;
  /** The clock that `history` and the pool are written by. */
  nowMs(): number;
  gossip(): GossipView;
  members(): MembersView;
  knownPeers(): KnownPeersView;
  vitals(): Promise<Vitals>;
}
