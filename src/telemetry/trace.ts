/**
 * What a node says of itself while it runs: one event schema for every network. Counters are sums the node keeps
 * all the time; events are for whoever listens. Times are `Clock.nowMs()` of the node.
 */
import type { Hex } from '../bytes.ts';

/** What first brought a transaction to a node: its own RPC, a push, an answered request (IWANT), or reconciliation. */
export type Provenance = 'rpc' | 'push' | 'pull' | 'sync';

export const PROVENANCES: readonly Provenance[] = ['rpc', 'push', 'pull', 'sync'];

/** A transaction entered this node's pool, verified. */
export interface ArrivalEvent {
  kind: 'arrival';
  atMs: number;
  hash: Hex;
  provenance: Provenance;
  /** Peer id of who sent it; null for rpc. */
  from: string | null;
  status: 'pending' | 'queued';
  /** When its bytes were read, and when its validation began: receivedAtMs <= validationAtMs <= atMs. */
  receivedAtMs: number;
  validationAtMs: number;
}

/** A transaction was looked at and did not enter. `code` is an outcome code of the mempool, never `known`. */
export interface RefusedEvent {
  kind: 'refused';
  atMs: number;
  /** Null when the bytes are no transaction. */
  hash: Hex | null;
  code: string;
  provenance: Provenance;
  from: string | null;
}

/** A transaction left the pool. */
export interface DepartureEvent {
  kind: 'departure';
  atMs: number;
  hash: Hex;
  reason: 'replaced' | 'evicted' | 'expired' | 'included' | 'unpayable';
}

/** This node sent a message of its own: put it on the gossip topic, or, as a baseline does with all it forwards, together. */
export interface PublishEvent {
  kind: 'publish';
  atMs: number;
  messageId: string;
  hashes: Hex[];
  recipients: number;
}

/** A gossip message was not validated: the validation queue was full, or the message too old to be forwarded. */
export interface DropEvent {
  kind: 'drop';
  atMs: number;
  messageId: string;
  from: string;
  reason: 'queue-full' | 'stale';
}

export interface MeshEvent {
  kind: 'graft' | 'prune';
  atMs: number;
  peer: string;
}

/** `suspect`: did not answer, and has a while to say that it lives. `left`: said goodbye. */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

/**
 * Why a node holds what it holds of another, as well as can be told.
 *
 *   joined       first heard of
 *   refused      its address refuses connections: the process is gone
 *   silent       a connection is open or was accepted, and nothing answers: frozen, or its machine is
 *   unreachable  no way to it from here, and none of those asked reached it
 *   told         hearsay
 *   refuted      it said itself that it lives
 *   returned     it is connected again
 *   goodbye      it said that it leaves
 */
export type MemberCause =
  'joined' | 'refused' | 'silent' | 'unreachable' | 'told' | 'refuted' | 'returned' | 'goodbye';

/** What this node holds of another changed. */
export interface MemberEvent {
  kind: 'member';
  atMs: number;
  peer: string;
  state: MemberState;
  incarnation: number;
  cause: MemberCause;
  /** Peer id of who said so; null: found out by this node itself. */
  by: string | null;
}

/** The first connection to a peer opened, or the last one closed. A node that dies says nothing of those it had. */
export interface ConnectionEvent {
  kind: 'connect' | 'disconnect';
  atMs: number;
  peer: string;
}

/** What probes tell of a neighbour that is alive: others reach it and we do not (`cut`), or it answers late (`slow`). */
export interface LinkEvent {
  kind: 'link';
  atMs: number;
  peer: string;
  state: 'cut' | 'slow' | 'good';
}

/** Peers have sent this node so many copies of a transaction, the first included, since the last event of it. */
export interface CopiesEvent {
  kind: 'copies';
  /** When the counts were taken, not when they came. */
  atMs: number;
  /** Null: messages that could not be read, one copy each. */
  hash: Hex | null;
  copies: number;
}

export type TraceEvent =
  | ArrivalEvent
  | RefusedEvent
  | DepartureEvent
  | PublishEvent
  | DropEvent
  | MeshEvent
  | MemberEvent
  | ConnectionEvent
  | LinkEvent
  | CopiesEvent;

export interface TraceSink {
  record(event: TraceEvent): void;
  /** Told of every copy received. Absent: nobody asks, and it costs nothing. */
  readonly copies?: CopySink | undefined;
  /** What single transactions are explained by, too frequent to be events. Absent: nobody asks, and it costs nothing. */
  readonly notes?: TransactionNotes;
}

export interface CopySink {
  /** A copy each; null for a message that could not be read. */
  received(hashes: readonly (Hex | null)[]): void;
}

export interface TransactionNotes {
  /**
   * Looked at and not taken; unlike the event also for `known`, and with the words of the refusal.
   * @param hash of the bytes, whether or not they are a transaction.
   */
  refused(hash: Hex, refused: { code: string; message: string }, from: Origin): void;
  /** A gossip message was read and these were in it; from null: it is our own and about to be published. */
  message(idKey: string, from: string | null, hashes: readonly Hex[]): void;
  /** What gossipsub was told to do with the message. */
  verdict(idKey: string, verdict: 'accept' | 'ignore' | 'reject'): void;
  /** A peer sent a message that another had sent before. */
  copy(idKey: string, from: string): void;
}

/** Who brought a transaction, and how. */
export interface Origin {
  provenance: Provenance;
  /** Peer id; null for rpc. */
  from: string | null;
}

export const noTrace: TraceSink = { record: () => undefined };

/**
 * Bytes of one direction by kind. `message` is gossip payload; only the receiver can tell a duplicate. `members` is what
 * nodes say of each other and of themselves: membership, peer exchange, pings.
 */
export interface BytesByKind {
  message: number;
  control: number;
  sync: number;
  members: number;
  other: number;
}

/** Sums since start. `other` is transport bytes less the rest: handshakes, identify, framing. */
export interface TrafficCounters {
  sent: BytesByKind;
  received: BytesByKind;
  /** On its way here when it was lost for good; absent when nothing was, or nobody can know. */
  lost?: BytesByKind;
  /**
   * Of `received.message`: bytes of messages this node had already been sent or had sent itself, and of what it did not
   * read at all: too large a frame, or of a peer it does not listen to.
   */
  duplicateBytes: number;
  /** Transactions in gossip messages received, duplicates counted. */
  copiesReceived: number;
  messagesReceived: number;
  duplicateMessages: number;
  /** Messages dropped unvalidated. */
  dropped: number;
  /** Frames of kind `members`. */
  memberMessagesSent: number;
  memberMessagesReceived: number;
}

export interface NodeCounters extends TrafficCounters {
  /** Transactions in pages of reconciliation received. */
  syncCopiesReceived: number;
}
