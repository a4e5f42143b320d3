/** How the node finds peers and how many it keeps. */
import { z } from 'zod';
import { defaultHostOptions } from '../host/options.ts';
import { defaultDiscoveryOptions as D } from '../peers/discovery/options.ts';
import { integer, list, optionGroup, positive, type OptionGroup } from './option.ts';

const discovery = optionGroup('Peers');

export const discoveryOptions = {
  bootstrap: discovery(
    list,
    [...D.bootstrap],
    'MULTIADDR',
    'begin from this node (repeatable): dialled while too few peers are known, let go afterwards',
  ),
  discovery: discovery(
    z.boolean().optional(),
    undefined,
    'BOOL',
    'look for peers and keep up connections; default: with --bootstrap, --mdns or peers known from before yes, with only --peer no, with neither from when a first peer asks',
  ),
  mdns: discovery(
    z.boolean(),
    defaultHostOptions.mdns,
    'BOOL',
    'find peers in the local network by multicast DNS, and be found there; listen on an address of it',
  ),
  'peers.target': discovery(integer(1), D.target, 'N', 'connections to have: twice the mesh and some'),
  'peers.floor': discovery(
    integer(1),
    D.floor,
    'N',
    'with fewer the node is in need: dials many at once, and its bootstrap addresses',
  ),
  'peers.outbound': discovery(
    integer(0),
    D.outbound,
    'N',
    'of them dialled by this node: those that an attacker does not choose',
  ),
  'peers.spare': discovery(
    integer(0),
    D.spare,
    'N',
    'of maxpeers kept free: newcomers are told of others there and let go',
  ),
  'peers.perrange': discovery(
    integer(1),
    D.outboundPerRange,
    'N',
    'dialled into one IPv4 /24 or IPv6 /64: one owner has them cheaply',
  ),
  'peers.inboundperrange': discovery(integer(1), D.inboundPerRange, 'N', 'accepted from one such range'),
  'peers.dials': discovery(integer(1), D.maxDials, 'N', 'dials at once: sockets and handshakes'),
  'peers.rotation': discovery(
    z.number().min(0),
    D.rotationMs,
    'MS',
    'one of ours is exchanged for another so often, so that whoever got in does not stay for ever; 0: never',
  ),
  'peers.backoff': discovery(
    positive,
    D.backoffMs,
    'MS',
    'first wait after a failed dial, doubled by each further one',
  ),
  'peers.maxbackoff': discovery(
    positive,
    D.maxBackoffMs,
    'MS',
    'and the longest: how late a peer that is back is found',
  ),
  'peers.known': discovery(
    integer(1),
    D.maxKnown,
    'N',
    'peers known (300 bytes each): what strangers can fill',
  ),
  'peers.persource': discovery(
    integer(1),
    D.maxFromSource,
    'N',
    'of them untested and told by one peer or IP range: what one liar can make up',
  ),
  'peers.ask': discovery(
    positive,
    D.askMs,
    'MS',
    'between two peers asked for others, while nothing is wanting',
  ),
  'peers.answer': discovery(
    z.number().min(0),
    D.answerMs,
    'MS',
    'one peer is told of others at most so often: what asking costs us, and how fast what we know can be listed',
  ),
  'peers.keep': discovery(
    positive,
    defaultHostOptions.keepPeersMs,
    'MS',
    'in the data directory, peers not heard of for so long are forgotten',
  ),
} satisfies OptionGroup;
