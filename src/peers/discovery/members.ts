import type { Multiaddr } from '@multiformats/multiaddr';
import type { PeerIdText } from '../../host/host.ts';

/** What is asked of the membership, by this node's whole knowledge of who is alive. */
export interface Members {
  of(peer: PeerIdText): Member | undefined;
  onChange(listener: (peer: PeerIdText) => void): void;
  /** A dial of ours showed something of the peer. */
  observed(peer: PeerIdText, evidence: 'dial-refused' | 'dial-timeout'): void;
}

export interface Member {
  state: 'alive' | 'suspect' | 'dead' | 'left';
  cause: string;
  /** Who said so; null: this node found out. */
  by: PeerIdText | null;
  addresses: readonly Multiaddr[];
}
