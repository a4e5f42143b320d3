/** Limits of the network under the node, each with what it bounds. */
export interface HostOptions {
  /** Multiaddrs to listen on. Port 0 picks a free one. */
  listen: string[];
  /** Open connections in all: each costs a socket, two encryption states and gossip control traffic. */
  maxConnections: number;
  /** New inbound connections a second from one address: a handshake costs CPU that a flood of dials could exhaust. */
  maxInboundPerSecond: number;
  /** Inbound connections still in their handshake: what a peer that dials and goes silent can hold of our memory. */
  maxInboundPending: number;
  /** How long a dial may take, ms: a host that drops packets answers nothing at all. */
  dialTimeoutMs: number;
  /** Between two looks whether a connection still carries anything, ms; one that does not is closed: a small frame each. */
  monitorMs: number;
  /** Peers not heard of for so long are forgotten, ms: what a node that comes back may still find useful. */
  keepPeersMs: number;
  /** Multicasts to find peers in the local network and to be found there: whoever is in it learns that this node is. */
  mdns: boolean;
}

export const defaultHostOptions: HostOptions = {
  listen: ['/ip4/127.0.0.1/tcp/0'],
  maxConnections: 300,
  maxInboundPerSecond: 50,
  maxInboundPending: 64,
  dialTimeoutMs: 10_000,
  monitorMs: 10_000,
  keepPeersMs: 14 * 24 * 3_600_000,
  mdns: false,
};
