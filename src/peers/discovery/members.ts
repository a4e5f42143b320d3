import type { Multiaddr } from '@multiformats/multiaddr';
import type { PeerIdText } from '../../host/host.ts';

/** What is asked of the membership, by this node's whole knowledge of who is alive. */
export interface Members {
  of(peer: PeerIdText): Member | undefined;
  onChange(listener: (peer: PeerIdText) => void): void;
  /** We dialled the peer at these addresses in vain; `refused`: at each of them. */
  dialFailed(peer: PeerIdText, failed: 'refused' | 'unreachable', triedAt: readonly Multiaddr[]): void;
}

export interface Member {
  state: 'alive' | 'suspect' | 'dead' | 'left';
  cause: string;
  /** Who said so; null: this node found out. */
  by: PeerIdText | null;
  addresses: readonly Multiaddr[];
}
