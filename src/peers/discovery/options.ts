/** How a node finds others and how many it keeps: every limit with what it trades or bounds. */

export interface DiscoveryOptions {
  /** Multiaddrs to begin from, dialled while too few peers are known and let go afterwards. */
  bootstrap: readonly string[];
  /** Connections to have: the mesh, and as many again to announce to and to graft from when one fails. */
  target: number;
  /** Below it a node is in need: it dials in parallel and turns to its bootstrap addresses. Above gossip's high mark a mesh is a choice. */
  floor: number;
  /** Of them dialled by this node: who is dialled is our choice, who dials is theirs, so an eclipse must also fill our book. */
  outbound: number;
  /** Places of `maxConnections` kept free: whoever comes to a full node is told of others and let go, not refused unheard. */
  spare: number;
  /** Open connections of the node in all, the host's limit. */
  maxConnections: number;
  /** Dialled into one IPv4 /24 or IPv6 /64: addresses of one range are cheap for one owner. */
  outboundPerRange: number;
  /** Accepted from one such range: more, for an office or a data centre shares one. */
  inboundPerRange: number;
  /** Dials under way at once: each holds a socket and a handshake. */
  maxDials: number;
  /** One connection of ours is exchanged for another each so long, ms: whoever once got in does not stay for ever. 0: none is. */
  rotationMs: number;
  /** First wait after a failed dial, ms; doubled by each further one, a quarter more or less. */
  backoffMs: number;
  /** And the longest: how late a peer that comes back is found by this alone. */
  maxBackoffMs: number;
  /** Peers known: some 300 bytes each, what strangers can fill. */
  maxKnown: number;
  /** Of them untested and told by one peer, or from one IP range: how much of what we know one liar can make up. */
  maxFromSource: number;
  /** A peer taken by chance is asked for others each so long, ms; in need much sooner. */
  askMs: number;
  /** Answers to one peer are so far apart, ms: what asking can cost us, and how fast a stranger can list what we know. */
  answerMs: number;
}

export const defaultDiscoveryOptions: DiscoveryOptions = {
  bootstrap: [],
  target: 16,
  floor: 8,
  outbound: 6,
  spare: 8,
  maxConnections: 300,
  outboundPerRange: 2,
  inboundPerRange: 16,
  maxDials: 8,
  rotationMs: 300_000,
  backoffMs: 1_000,
  maxBackoffMs: 300_000,
  maxKnown: 1_024,
  maxFromSource: 64,
  askMs: 60_000,
  answerMs: 2_000,
};
