/** Membership as a node holds it: its options by their names, and what becomes of peers that fail in it. */
import type { PeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import type { NodeOptions } from './config.ts';
import type { Environment } from './environment.ts';
import { parseMultiaddr } from './host/address.ts';
import { DialRefusedError, type Host } from './host/host.ts';
import type { Members } from './peers/discovery/members.ts';
import { Membership, type FailedDial } from './peers/membership/membership.ts';
import { defaultMembershipOptions, type MembershipOptions } from './peers/membership/options.ts';
import type { Logger } from './telemetry/log.ts';
import type { TraceSink } from './telemetry/trace.ts';

export interface KeepMembersInit {
  options: NodeOptions;
  host: Host;
  environment: Environment;
  /** Whether others in this node want to be connected to the peer. */
  keeps: (peerId: PeerId) => boolean;
  trace: TraceSink;
  log: Logger;
}

export function keepMembers(init: KeepMembersInit): Membership {
  const { options, host, environment, keeps, trace, log } = init;
  const membership = new Membership({
    host,
    ...environment,
    options: membershipOptions(options),
    trace,
    keeps,
    onFault: (peer, { message }) =>
      log.warn({ peer, reason: message }, 'disconnects a peer that broke the rules of membership'),
    onError: (error) => log.error({ err: error }, 'membership failed'),
  });
  membership.onChange(({ peer, state, cause, by }) => {
    if (state === 'alive') log.debug({ peer, cause, by }, 'a member is alive');
    else log.info({ peer, state, cause, by }, 'a member does not answer or has left');
  });
  return membership;
}

/** As discovery asks for it. */
export function membersOf(membership: Membership): Members {
  return {
    of(peer) {
      const member = membership.get(peer);
      if (member === undefined) return undefined;
      const { state, cause, by } = member;
      return {
        state,
        cause,
        by,
        // Seldom wanted, and dear.
        get addresses() {
          return member.addresses.flatMap(multiaddrs);
        },
      };
    },
    onChange: (listener) => void membership.onChange(({ peer }) => listener(peer)),
    dialFailed: (peer, failed, triedAt) => membership.dialFailed(peer, failed, triedAt),
  };
}

/** None when it is not one: others may have said anything. */
function multiaddrs(address: string): Multiaddr[] {
  try {
    return [parseMultiaddr(address)];
  } catch {
    return [];
  }
}

/** What a failed dial says of the peer. */
export function failedDial(error: Error): FailedDial {
  return error instanceof DialRefusedError ? 'refused' : 'unreachable';
}

function membershipOptions(options: NodeOptions): MembershipOptions {
  return {
    enabled: options.members,
    periodMs: options['members.period'],
    timeoutMs: options['members.timeout'],
    helpers: options['members.helpers'],
    order: defaultMembershipOptions.order,
    suspicionMultiplier: options['members.suspicion'],
    suspicionPatience: options['members.patience'],
    confirmations: options['members.confirmations'],
    newsMs: options['members.news'],
    fanout: options['members.fanout'],
    retransmit: options['members.retransmit'],
    maxErrands: options['members.errands'],
    maxErrandsOfOne: options['members.errandsofone'],
    errandsPerSecond: options['members.errandrate'],
    exchangeMs: options['members.exchange'],
    verifyMs: options['members.verify'],
    forgetMs: options['members.forget'],
    maxMembers: options['members.max'],
  };
}
