/** What an experiment brings home, whatever the network: all that the figures are computed from. */
import type { Hex } from '../../src/bytes.ts';
import type { AppliedFault } from '../faults/fault.ts';
import type { BytesByKind } from '../../src/telemetry/trace.ts';
import type { Edge, LinkError, NodeStatus, NodeTrace } from '../networks/network.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Link } from '../topology/link-model.ts';
import type { Series } from './series.ts';

/** What a submission is: the first of a transaction, a replacement, a further copy, or one that must be refused. */
export type SubmissionKind = 'first' | 'replacement' | 'duplicate' | 'invalid';

export interface SubmissionRecord {
  hash: Hex;
  sender: Hex;
  nonce: bigint;
  sizeBytes: number;
  /** Node index it was submitted to. */
  entry: number;
  /** t0: when it was scheduled to be submitted. */
  scheduledAtMs: number;
  sentAtMs: number;
  /** When the answer came. Null: none came. */
  answeredAtMs: number | null;
  /**
   * Null when accepted; else the code the answer carried; `entry-down` when none came since the node was down or stood
   * still; or `no-answer`.
   */
  refusal: string | null;
  /** Absent: the first of a transaction. */
  kind?: SubmissionKind;
  /** The code an invalid one must be refused with; absent for all others. */
  expectedRefusal?: string;
}

/** A node was not running from `fromMs` until `untilMs`; null: it did not come back. */
export interface Downtime {
  node: number;
  fromMs: number;
  untilMs: number | null;
}

export interface ExperimentRecord {
  network: 'local' | 'simulated';
  seed: number;
  /** Pairs of the graph; where nodes find each other themselves, pairs that ever were connected. */
  edges: readonly Edge[];
  /** Nodes found each other themselves: who was connected when, the traces tell. Absent: all edges, all the time. */
  discovered?: boolean;
  /** Each direction of each edge, as asked. Absent: links are as long as the machine makes them. */
  links?: readonly Link[];
  /** Of each node. Absent: nodes are in no regions. */
  regions?: readonly (string | null)[];
  /** All times below and in the traces share one base. */
  /** When every node that is there at the start was up. Absent: nobody knows. */
  upAtMs?: number;
  startedAtMs: number;
  /** When every node had its mesh: measuring starts. */
  readyAtMs: number;
  submittedAtMs: number;
  /** End of the drain: measuring ends. */
  endedAtMs: number;
  submissions: SubmissionRecord[];
  traces: NodeTrace[];
  /** At `readyAtMs` and at `endedAtMs`. */
  before: NodeStatus[];
  after: NodeStatus[];
  /** Bytes the emulated network dropped; 0 where none is emulated. */
  droppedBytes: number;
  /** What broke and when, in the order it did. Absent: nothing was to. */
  faults?: readonly AppliedFault[];
  /** Which nodes were down, and when; also those that stood still to the end. Absent: every node was up. */
  downtimes?: readonly Downtime[];
  /** Nodes that stood still for a while, and when. Absent: none did. */
  freezes?: readonly Downtime[];
  /** Absent: none was asked for. */
  series?: Series;
  /** What emulated links were really like. Absent: nobody measured it. */
  linkErrors?: readonly LinkError[];
  /** From where on the run is invalid. Absent: the defaults of scenarios. */
  validity?: Scenario['measure']['validity'];
  /** Cores of the machine that all nodes shared. Absent: computing was virtual. */
  cores?: number;
  /** Bytes sent and not yet received at the moments of `before` and `after`. Absent: the network cannot tell, or none. */
  inFlight?: { before: BytesByKind; after: BytesByKind };
  /** Of the event log; null where the log depends on real time. */
  digest: string | null;
}
