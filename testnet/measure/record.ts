/** What an experiment brings home, whatever the network: all that the figures are computed from. */
import type { Hex } from '../../src/bytes.ts';
import type { AppliedFault } from '../faults/fault.ts';
import type { BytesByKind } from '../../src/telemetry/trace.ts';
import type { NodeTrace, NodeStatus, Edge } from '../networks/network.ts';

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
  /** Null when accepted; else the code the answer carried, or `no-answer`. */
  refusal: string | null;
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
  edges: readonly Edge[];
  /** All times below and in the traces share one base. */
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
  /** Which nodes were down, and when. Absent: every node was up from start to end. */
  downtimes?: readonly Downtime[];
  /** Bytes sent and not yet received at the moments of `before` and `after`. Absent: the network cannot tell, or none. */
  inFlight?: { before: BytesByKind; after: BytesByKind };
  /** Of the event log; null where the log depends on real time. */
  digest: string | null;
}
