/**
 * The strategies gossip is compared with, as data: what of each transaction goes where, and how the rest is fetched.
 *
 *   flood      to every peer but who sent it: the least time, and copies = sum of degrees - (n - 1). With a fanout F
 *              it is rumour mongering, infect and die (Demers et al., "Epidemic Algorithms for Replicated Database
 *              Maintenance", PODC 1987): some nodes are never reached.
 *   announce   hashes to every peer, who ask the first of them to have it: one payload copy a node, for two more
 *              crossings of each link. As Bitcoin's INV and GETDATA (without its delays for privacy), and CAT
 *              (content-addressable transaction pool, CometBFT and Celestia; there what was submitted to a node goes
 *              whole to all its peers, and only who heard of it so announces). With P eager peers these get it whole.
 *   eth        whole to the square root of all peers, rounded up, hashes to the rest, who wait half a second for it to
 *              come by itself before they ask: go-ethereum 1.17, eth/handler.go and eth/fetcher/tx_fetcher.go. It
 *              differs in whom it asks: the earliest announcer, where go-ethereum takes any that is free.
 */
import type { FetchLimits } from './fetcher.ts';

export const BASELINES = ['flood', 'announce', 'eth'] as const;
export type BaselineName = (typeof BASELINES)[number];

export interface Baseline {
  protocol: string;
  /** How many peers get a transaction whole, of so many. */
  eagerPeers: (peers: number) => number;
  /** The same peers for all transactions of a sender, so that its nonces go one way; else by chance. */
  choosesBySender: boolean;
  /** A larger transaction goes to nobody whole. */
  maxPushBytes: number;
  /** The hash goes to those who did not get it whole; undefined: nothing is announced, nothing fetched. */
  fetch: FetchLimits | undefined;
  /** A peer that comes is told of all that is pending. */
  announcesPool: boolean;
}

/** What options may change; undefined keeps the strategy's own. */
export interface BaselineOptions {
  eagerPeers?: number | undefined;
  fetchDelayMs?: number | undefined;
  fetchTimeoutMs?: number | undefined;
}

const FLOOD: Baseline = {
  protocol: '/txgossip/flood/1',
  eagerPeers: (peers) => peers,
  choosesBySender: false,
  maxPushBytes: Infinity,
  fetch: undefined,
  announcesPool: false,
};

const ANNOUNCE: Baseline = {
  protocol: '/txgossip/announce/1',
  eagerPeers: () => 0,
  choosesBySender: false,
  maxPushBytes: Infinity,
  fetch: {
    delayMs: 0,
    slackMs: 0,
    // Bitcoin Core waits 60 s (GETDATA_TX_INTERVAL, node/txdownloadman.h), for who answers late is on Tor; here late
    // means gone.
    timeoutMs: 2_000,
    maxHashesPerRequest: 512,
    // MAX_PEER_TX_ANNOUNCEMENTS and MAX_PEER_TX_REQUEST_IN_FLIGHT, ebenda.
    maxAnnouncedPerPeer: 5_000,
    maxRequestsPerPeer: 100,
  },
  announcesPool: false,
};

const ETH: Baseline = {
  protocol: '/txgossip/eth/1',
  // choosePeers, eth/handler.go.
  eagerPeers: (peers) => Math.ceil(Math.sqrt(peers)),
  choosesBySender: true,
  // txMaxBroadcastSize, eth/handler.go.
  maxPushBytes: 4_096,
  fetch: {
    // txArriveTimeout, txGatherSlack, txFetchTimeout, maxTxRetrievals and maxTxAnnounces, eth/fetcher/tx_fetcher.go;
    // there too one request a peer.
    delayMs: 500,
    slackMs: 100,
    timeoutMs: 5_000,
    maxHashesPerRequest: 256,
    maxAnnouncedPerPeer: 4_096,
    maxRequestsPerPeer: 1,
  },
  // syncTransactions, eth/sync.go.
  announcesPool: true,
};

const ALL: Record<BaselineName, Baseline> = { flood: FLOOD, announce: ANNOUNCE, eth: ETH };

/** Of their streams: what is counted as gossip. */
export const DIRECT_PROTOCOLS: ReadonlySet<string> = new Set(BASELINES.map((name) => ALL[name].protocol));

export function baseline(
  name: BaselineName,
  { eagerPeers, fetchDelayMs, fetchTimeoutMs }: BaselineOptions,
): Baseline {
  const base = ALL[name];
  return {
    ...base,
    ...(eagerPeers !== undefined && { eagerPeers: () => eagerPeers }),
    fetch: base.fetch && {
      ...base.fetch,
      delayMs: fetchDelayMs ?? base.fetch.delayMs,
      slackMs: Math.min(base.fetch.slackMs, fetchDelayMs ?? Infinity),
      timeoutMs: fetchTimeoutMs ?? base.fetch.timeoutMs,
    },
  };
}
