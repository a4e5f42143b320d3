/**
 * One interface, several backends. A network is N nodes that are up, connected and meshed; the experiment submits
 * to it by node index, watches it, and takes the record home.
 */
import type { Clock } from '../../src/environment.ts';
import type { Hex } from '../../src/bytes.ts';
import type { NodeCounters, TraceEvent } from '../../src/telemetry/trace.ts';
import type { FaultAction } from '../faults/fault.ts';

/** Undirected, i < j, over node indices. */
export type Edge = readonly [number, number];

export interface NetworkNode {
  index: number;
  peerId: string;
  /** Null where the network has no sockets. */
  rpcUrl: string | null;
  multiaddr: string | null;
}

export type SubmitResult =
  { status: 'accepted'; hash: Hex } | { status: 'rejected'; code: string; message: string };

export interface NodeStatus {
  /** False while it is down: the other fields are then those of its last moment, as far as known, its gauges 0. */
  up: boolean;
  peers: number;
  mesh: number;
  pending: number;
  queued: number;
  /** Transactions that ever entered this node's pool. */
  arrivals: number;
  /** Gossip messages read and not yet answered with a verdict. */
  unsettled: number;
  counters: NodeCounters;
  /** CPU since start, of the process the node shares with `nodesInProcess` nodes. Null where virtual. */
  cpuMs: number | null;
  rssBytes: number | null;
  nodesInProcess: number;
  /** 99th percentile of the event loop's delay since start. Null where virtual. */
  loopDelayP99Ms: number | null;
}

/** One node's trace, events in the order they happened. */
export interface NodeTrace {
  index: number;
  peerId: string;
  events: TraceEvent[];
}

/** Where a start stands: `done` of `total` in the phase named. */
export type Progress = (phase: string, done: number, total: number) => void;

export interface Network {
  readonly kind: 'local' | 'simulated';
  /** The time base of every event of this network. */
  readonly clock: Clock;
  readonly nodes: readonly NetworkNode[];
  /** Rejects when a node dies or misbehaves while the network should be up; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when the network's clock has reached `atMs`. */
  sleepUntil(atMs: number): Promise<void>;
  /** Through the node's JSON-RPC where there is one. @throws when the node cannot be asked. */
  submit(node: number, raw: Uint8Array): Promise<SubmitResult>;
  status(): Promise<NodeStatus[]>;
  /** The trace so far, of every life of a node that died; the network goes on. */
  traces(): Promise<NodeTrace[]>;
  /**
   * Breaks or mends something now. Resolves when it is done (a restarted node: when it is up and its connections are
   * being dialled again).
   * @returns null, or why it hit nobody: then nothing was changed.
   * @throws {Error} when this network cannot do it.
   */
  inflict(action: FaultAction): Promise<string | null>;
  /** Whether the node is running; a frozen one is. */
  isUp(node: number): boolean;
  /** Bytes the emulated network lost for good so far; 0 where none is emulated. */
  droppedBytes(): number;
  /** Bytes sent and neither received nor dropped at this moment, counted on the links; null where nobody can know. */
  underWayBytes(): number | null;
  /** Of the event log so far; null where it depends on real time. */
  digest(): string | null;
  /** Leaves nothing behind: no process, no socket, no timer. Safe to call twice and at any moment. */
  stop(): Promise<void>;
}
