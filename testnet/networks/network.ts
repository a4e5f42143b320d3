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
  /** Transactions announced to it that it asks for or is about to: of the baselines. */
  fetching: number;
  counters: NodeCounters;
  /** CPU since start, of the process the node shares with `nodesInProcess` nodes. Null where virtual. */
  cpuMs: number | null;
  rssBytes: number | null;
  nodesInProcess: number;
  /** 99th percentile of the event loop's delay since `beginMeasuring`, or since start. Null where virtual. */
  loopDelayP99Ms: number | null;
  /** The lowest and the mean of the scores it gives the peers it is connected to; null or absent: there are none. */
  scores?: { lowest: number; mean: number } | null;
}

/** One direction of an emulated link, as it turned out. */
export interface LinkError {
  from: number;
  to: number;
  /** One way, as the scenario has it, and the mean of what was measured. */
  askedMs: number;
  measuredMs: number;
}

/** One node's trace, events in the order they happened. */
export interface NodeTrace {
  index: number;
  peerId: string;
  events: TraceEvent[];
}

/** Where an experiment stands, in the time of the network. */
export interface ProgressNow {
  /** Since measuring began, ms. */
  sinceMs: number;
  /** Until the last submission is due and the drain is over at the latest, ms since measuring began. */
  endsMs: number;
  /** Share of (transaction, node) pairs reached, of those submitted so far; null before there is any. */
  coverage: number | null;
}

/** Where a run stands: `done` of `total` in the phase named; `now` while it is measured. */
export type Progress = (phase: string, done: number, total: number, now?: ProgressNow) => void;

export interface Network {
  readonly kind: 'local' | 'simulated';
  /** The time base of every event of this network. */
  readonly clock: Clock;
  readonly nodes: readonly NetworkNode[];
  /** When every node that is there at the start was up. */
  readonly upAtMs: number;
  /** Rejects when a node dies or misbehaves while the network should be up; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when the network's clock has reached `atMs`. @throws when it was stopped before, where time is real. */
  sleepUntil(atMs: number): Promise<void>;
  /** Through the node's JSON-RPC where there is one. @throws when the node cannot be asked. */
  submit(node: number, raw: Uint8Array): Promise<SubmitResult>;
  status(): Promise<NodeStatus[]>;
  /** Gauges that run over time, such as the delay of event loops, begin afresh. */
  beginMeasuring?(): Promise<void>;
  /** What emulated links were really like so far; absent where they are exact by construction. */
  linkErrors?(): Promise<LinkError[]>;
  /** The trace up to now, of every life of a node that died; the network goes on, and what it tells later is not in it. */
  traces(): Promise<NodeTrace[]>;
  /**
   * Breaks or mends something now. Resolves when it is done (a restarted node: when it is up and its connections are
   * being dialled again).
   * @returns null, or why it hit nobody: then nothing was changed.
   * @throws {Error} when this network cannot do it.
   */
  inflict(action: FaultAction): Promise<string | null>;
  /** Pairs of running nodes that are connected at this moment, as both say or, of one that cannot answer, the other. */
  connections(): Promise<Edge[]>;
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
