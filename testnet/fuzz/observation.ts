/** What is seen of one run of a case: all that the invariants are checked on, and nothing of the simulation itself. */
import type { Hex } from '../../src/bytes.ts';
import type { NodeCounters, TraceEvent } from '../../src/telemetry/trace.ts';
import type { SubmitResult } from '../networks/network.ts';
import type { NetworkBytes } from '../networks/simulated/simulated-network.ts';

export interface Pooled {
  hash: Hex;
  sender: Hex;
  nonce: bigint;
}

export interface NodeObservation {
  peerId: string;
  /** It was up at the end. Of a node that was not, pool and scores say nothing. */
  up: boolean;
  /** All of them, those of the stop too. */
  events: readonly TraceEvent[];
  /** With which of them each life after the first begins: one that begins has an empty pool. */
  lives: readonly number[];
  pending: readonly Pooled[];
  queued: readonly Pooled[];
  /** What the pool's own check of itself found; null when nothing. */
  poolFault: string | null;
  /** Messages without a verdict. */
  unsettled: number;
  /** Transactions it still asks for. */
  fetching: number;
  /** Messages it blamed its peers for. */
  rejected: number;
  /** By node index of the neighbour. */
  scores: ReadonlyMap<number, number>;
  /** After the stop, of all lives. */
  counters: NodeCounters;
}

/** One submission that was made; those to a node that was down were not. */
export interface Answer {
  /** Index into the submissions of the case. */
  submission: number;
  atMs: number;
  /** Null: none came. */
  result: SubmitResult | null;
  /** The node ended before it could answer. */
  died: boolean;
}

export interface Observation {
  nodes: readonly NodeObservation[];
  answers: readonly Answer[];
  /** At the end of the drain, and after the stop. */
  bytes: NetworkBytes;
  bytesAfterStop: NetworkBytes;
}
