/** Names of the protocols that are about nodes and not about transactions. */

/** libp2p's own. */
export const PING_PROTOCOL = '/ipfs/ping/1.0.0';
/** Who is alive: src/peers/membership. */
export const MEMBERS_PROTOCOL = '/txgossip/members/1';
/** Peer exchange: src/peers/discovery. */
export const PEERS_PROTOCOL = '/txgossip/peers/1';

export const MEMBER_PROTOCOLS: ReadonlySet<string> = new Set([
  PING_PROTOCOL,
  MEMBERS_PROTOCOL,
  PEERS_PROTOCOL,
]);
