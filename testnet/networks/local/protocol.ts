/** What the controller asks of a node process over its IPC channel, and what comes back. Structured clone carries both. */
import type { Balance } from '../funded-state.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { NodeStatus, NodeTrace } from '../network.ts';

export interface NodeSpec {
  index: number;
  /** Options of src/config.ts by name. */
  options: Record<string, unknown>;
}

export interface StartedNode {
  index: number;
  peerId: string;
  rpcUrl: string;
  multiaddr: string;
}

/** What the links of the network are drawn from. */
export interface Shaping {
  links: Scenario['links'];
  seed: number;
}

export interface Dial {
  index: number;
  multiaddr: string;
}

/** Each request with its answer. */
export interface Exchanges {
  start: {
    request: {
      nodes: NodeSpec[];
      chainId: bigint;
      accounts: Balance[];
      trace: boolean;
      /** Null: links as fast as the machine. */
      shaping: Shaping | null;
    };
    answer: StartedNode[];
  };
  /** Who is who, in node order; known once all have started, and told before anybody connects. */
  peers: { request: { peerIds: string[] }; answer: null };
  connect: { request: { dials: Dial[] }; answer: null };
  status: { request: null; answer: (NodeStatus & { index: number })[] };
  traces: { request: null; answer: NodeTrace[] };
  stop: { request: null; answer: null };
}

export type RequestKind = keyof Exchanges;

export interface RequestMessage<Kind extends RequestKind = RequestKind> {
  id: number;
  kind: Kind;
  request: Exchanges[Kind]['request'];
}

export type AnswerMessage = { id: number; answer: unknown } | { id: number; error: string };
