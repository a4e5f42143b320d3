/** Whom the node listens to and how many connections it keeps. */
import { defaultHostOptions } from '../host/options.ts';
import { integer, list, optionGroup, type OptionGroup, positive } from './option.ts';

const network = optionGroup('Network');

export const networkOptions = {
  listen: network(
    list,
    defaultHostOptions.listen,
    'MULTIADDR',
    'listen here for peers (repeatable); tcp/0 picks a free port',
  ),
  peer: network(list, [], 'MULTIADDR', 'keep a connection to this peer (repeatable)'),
  maxpeers: network(
    integer(1),
    defaultHostOptions.maxConnections,
    'N',
    'connections in all: each costs a socket and gossip traffic',
  ),
  'maxpeers.inboundrate': network(
    positive,
    defaultHostOptions.maxInboundPerSecond,
    'N/S',
    'new connections a second from one address: a flood of handshakes costs CPU',
  ),
  'maxpeers.pending': network(
    integer(1),
    defaultHostOptions.maxInboundPending,
    'N',
    'inbound handshakes under way: what peers that dial and go silent can hold',
  ),
  dialtimeout: network(positive, defaultHostOptions.dialTimeoutMs, 'MS', 'how long a dial may take'),
} satisfies OptionGroup;
