/** Discovery as a node holds it: its options by their names, and what becomes of peers that fail in it. */
import type { PeerId } from '@libp2p/interface';
import type { NodeOptions } from './config.ts';
import type { Environment } from './environment.ts';
import type { Host } from './host/host.ts';
import { Discovery, type Begins } from './peers/discovery/discovery.ts';
import type { Members } from './peers/discovery/members.ts';
import type { DiscoveryOptions } from './peers/discovery/options.ts';
import type { Propagation } from './propagation/propagation.ts';
import type { Logger } from './telemetry/log.ts';

/** Points of behaviour penalty: gossipsub forgives 6, squares what is above and halves it every ten seconds. */
const FAULT_POINTS = 10;
const IMPATIENCE_POINTS = 1;

export interface DiscoverInit {
  options: NodeOptions;
  host: Host;
  environment: Environment;
  propagation: Propagation;
  members?: Members | undefined;
  isKept: (peerId: PeerId) => boolean;
  log: Logger;
}

/** Undefined where it is off. */
export function discover(init: DiscoverInit): Discovery | undefined {
  const { options, host, environment, propagation, members, isKept, log } = init;
  const begins = beginsOf(options);
  if (begins === undefined) return undefined;
  let isDiskBroken = false;
  return new Discovery({
    host,
    ...environment,
    options: namedOptions(options),
    begins,
    isKept,
    score: (peer) => propagation.peerScore(peer),
    members,
    onFault: (peer, { message }) => {
      propagation.penalize(peer, FAULT_POINTS);
      log.warn({ peer, reason: message }, 'disconnects a peer that broke the rules of peer exchange');
    },
    onTooOften: (peer) => propagation.penalize(peer, IMPATIENCE_POINTS),
    onDropped: (peer, reason) => log.debug({ peer, reason }, 'lets a peer go'),
    onDialFailed: (address, { message }) => log.debug({ address, reason: message }, 'cannot dial peer'),
    onDiskFailure: ({ message }) => {
      if (!isDiskBroken) log.warn({ reason: message }, 'known peers cannot be kept in the data directory');
      isDiskBroken = true;
    },
  });
}

/**
 * By default a node looks for peers when it was told where to begin, now or in an earlier life; one that was told its
 * peers has them. One told nothing may be where others begin: it answers, and joins in once somebody asks.
 */
function beginsOf({ discovery, bootstrap, mdns, peer }: NodeOptions): Begins | undefined {
  if (discovery === false) return undefined;
  if (discovery === true || bootstrap.length > 0 || mdns) return 'at-start';
  return peer.length > 0 ? 'known' : 'asked';
}

function namedOptions(options: NodeOptions): DiscoveryOptions {
  const maxConnections = options.maxpeers;
  const spare = Math.min(options['peers.spare'], Math.floor(maxConnections / 4));
  // A node of few connections has lower wishes.
  const target = Math.min(options['peers.target'], maxConnections - spare);
  return {
    bootstrap: options.bootstrap,
    target,
    floor: Math.min(options['peers.floor'], target),
    outbound: Math.min(options['peers.outbound'], target),
    spare,
    maxConnections,
    outboundPerRange: options['peers.perrange'],
    inboundPerRange: options['peers.inboundperrange'],
    maxDials: options['peers.dials'],
    rotationMs: options['peers.rotation'],
    backoffMs: options['peers.backoff'],
    maxBackoffMs: options['peers.maxbackoff'],
    maxKnown: options['peers.known'],
    maxFromSource: options['peers.persource'],
    askMs: options['peers.ask'],
    answerMs: options['peers.answer'],
  };
}
