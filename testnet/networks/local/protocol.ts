/** What the controller asks of a node process over its IPC channel, and what comes back. Structured clone carries both. */
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import type { LinkModel } from '../../topology/link-model.ts';
import type { Balance } from '../funded-state.ts';
import type { NodeStatus } from '../network.ts';
import type { LinkFault } from './link-table.ts';

export interface NodeSpec {
  index: number;
  /** Options of src/config.ts by name. */
  options: Record<string, unknown>;
  /** Its identity, in libp2p's protobuf form. */
  privateKey: Uint8Array;
  uplinkMbps: number | null;
  downlinkMbps: number | null;
  /** Never forwards what others sent. */
  silent: boolean;
}

export interface StartedNode {
  index: number;
  rpcUrl: string;
  multiaddr: string;
}

/** What a process needs to know of the network. */
export interface Surroundings {
  chainId: bigint;
  accounts: Balance[];
  /** Keep per-transaction events. */
  trace: boolean;
  /** And how many copies of each transaction came. */
  copies: boolean;
  /** Tell the scores of peers, too. */
  scores: boolean;
  /** Of the whole network, in node order. */
  peerIds: string[];
  /** Null: the links are emulated elsewhere. */
  model: LinkModel | null;
  /** What has become of the links so far, in the order it happened. */
  linkFaults: LinkFault[];
  /** Removed by the process when the controller is gone. */
  directory: string;
}

export interface Dial {
  index: number;
  multiaddr: string;
}

/** A node since it was started; of the events, those since the last report. */
export interface NodeReport {
  index: number;
  status: NodeStatus;
  events: TraceEvent[];
}

/** How late messages came out of one direction of a link that this process emulates. */
export interface LinkLateness {
  from: number;
  to: number;
  messages: number;
  meanLateMs: number;
}

/** Each request with its answer. */
export interface Exchanges {
  start: { request: { nodes: NodeSpec[]; surroundings: Surroundings }; answer: StartedNode[] };
  /** Answers when each was tried once, with what failed; that is tried again. */
  connect: { request: { dials: Dial[] }; answer: string[] };
  links: { request: LinkFault; answer: null };
  report: { request: null; answer: NodeReport[] };
  /** Peer ids each node is connected to. */
  connections: { request: null; answer: { index: number; peers: string[] }[] };
  /** Delays of the event loop and of links count from now on. */
  beginMeasuring: { request: null; answer: null };
  lateness: { request: null; answer: LinkLateness[] };
  /** Whether lateness of links counts: not while the process is kept from computing on purpose. */
  countLateness: { request: boolean; answer: null };
  /** Says goodbye and ends. */
  stop: { request: null; answer: NodeReport[] };
  /** Ends at once, without a word to anybody but the controller. */
  die: { request: null; answer: NodeReport[] };
}

export type RequestKind = keyof Exchanges;

export interface RequestMessage<Kind extends RequestKind = RequestKind> {
  id: number;
  kind: Kind;
  request: Exchanges[Kind]['request'];
}

export type AnswerMessage = { id: number; answer: unknown } | { id: number; error: string };

/** Unasked: what has gathered. */
export interface EventsMessage {
  happened: Pick<NodeReport, 'index' | 'events'>[];
}
