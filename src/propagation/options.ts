/** How transactions travel: every option with what it trades or bounds. */
import type { BaselineOptions } from './direct/baselines.ts';
import type { PropagationMode } from './modes.ts';

/** gossipsub's own parameters, by the names of the gossipsub specification. */
export interface GossipOptions {
  /** Target mesh degree: more is faster and more redundant. */
  D: number;
  /** Below this a heartbeat grafts. */
  Dlo: number;
  /** Above this a heartbeat prunes. */
  Dhi: number;
  /** Kept by score when pruning. */
  Dscore: number;
  /** Outbound connections kept in the mesh: what an eclipse by inbound peers has to break. */
  Dout: number;
  /** Peers outside the mesh told of new messages (IHAVE) each heartbeat, at least. */
  Dlazy: number;
  /** Share of the peers outside the mesh told of new messages. */
  gossipFactor: number;
  heartbeatMs: number;
  /** Heartbeats a message can be asked for (IWANT), and its verdict still forwards it. */
  historyLength: number;
  /** Heartbeats a message is announced for. */
  historyGossip: number;
  /** How long a message id is remembered, ms: a copy later than this counts as new. */
  seenTtlMs: number;
  /** A message of our own goes to all peers, not to the mesh alone: faster first hop, more copies. */
  floodPublish: boolean;
  /** Messages of at least this size are announced to the mesh with IDONTWANT as soon as they are read. */
  idontwantMinBytes: number;
}

export interface PropagationOptions {
  mode: PropagationMode;
  gossip: GossipOptions;
  /** Of the baselines. */
  baseline: BaselineOptions;
  /** Of the baselines: hashes remembered of each peer as known to it, 150 bytes each. 0: a transaction is kept from nobody but its giver. */
  maxKnownHashes: number;
  /** Transactions in one message of ours, at most MAX_BATCH_TRANSACTIONS: what one verdict is given for, and what a forged batch costs to check. */
  maxBatchTransactions: number;
  /** Bytes of one message of ours, at most MAX_BATCH_BYTES; a single larger transaction still travels alone. */
  maxBatchBytes: number;
  /** While the node is behind followers gather as long as it is, but at most this long, ms: full messages when load makes everybody wait anyway. */
  maxBatchDelayMs: number;
  /** While it is not they gather this long, ms; what follows later leaves at once: bounds the messages a node sends a second. */
  batchIntervalMs: number;
  /** Gossip messages waiting for validation: what a flood can hold of our memory and delay. Full: the newcomer is ignored. */
  maxQueuedMessages: number;
  /** Bytes of them. */
  maxQueuedBytes: number;
  /** A message older than this when its turn comes is ignored, ms: below historyLength x heartbeatMs, after which a verdict forwards nothing. */
  maxQueueAgeMs: number;
  /** Messages under validation at once: enough to fill a turn of the verifier, few enough to leave the queue its say. */
  maxValidating: number;
  /** A message that holds nothing executable waits this long for the nonce gap to fill before it is ignored, ms; less where its verdict would forward nothing by then. */
  gapHoldMs: number;
  /** Messages held so. Full: the newcomer is ignored at once. */
  maxHeldMessages: number;
  /** One RPC frame of a peer: bounds what a single length prefix can make us buffer. Holds a full IWANT answer. */
  maxFrameBytes: number;
}

/** The gossipsub specification's own values, but for a history one heartbeat longer, so that a slow verdict still forwards. */
export const defaultGossipOptions: GossipOptions = {
  D: 6,
  Dlo: 4,
  Dhi: 12,
  Dscore: 4,
  Dout: 2,
  Dlazy: 6,
  gossipFactor: 0.25,
  heartbeatMs: 1000,
  historyLength: 6,
  historyGossip: 3,
  seenTtlMs: 120_000,
  floodPublish: false,
  idontwantMinBytes: 512,
};

export const defaultPropagationOptions: PropagationOptions = {
  mode: 'hybrid',
  gossip: defaultGossipOptions,
  baseline: {},
  // maxKnownTxs, go-ethereum eth/protocols/eth/peer.go.
  maxKnownHashes: 32_768,
  maxBatchTransactions: 512,
  maxBatchBytes: 64 * 1024,
  maxBatchDelayMs: 1000,
  batchIntervalMs: 5,
  maxQueuedMessages: 4096,
  maxQueuedBytes: 32 * 1024 * 1024,
  maxQueueAgeMs: 3000,
  maxValidating: 64,
  gapHoldMs: 2000,
  maxHeldMessages: 1024,
  maxFrameBytes: 8 * 1024 * 1024,
};
