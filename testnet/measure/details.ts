/** What the report draws, beyond the summary: series of bounded length, and figures the summary has no key for. */
import type { Edge } from '../networks/network.ts';
import type { ByRegion } from './by-region.ts';
import type { BytesFigures } from './bytes.ts';
import type { CoverageOverTime } from './coverage.ts';
import type { AppliedFault } from '../faults/fault.ts';
import type { Strays } from './join.ts';
import type { NodeLatency } from './latency.ts';
import type { Fate } from './ledger.ts';
import type { MembershipDetails } from './membership.ts';
import type { TransactionOverTime } from './over-time.ts';
import type { Downtime } from './record.ts';
import type { Series } from './series.ts';
import type { HopSplit } from './split.ts';
import type { Steps } from './statistics.ts';

export interface Details {
  /** `readyAtMs` as in the record; relative to it: when the last submission was due, and the end of the drain. */
  times: { readyAtMs: number; submittedMs: number; endedMs: number };
  /** Connections: those of the graph; where nodes find each other themselves, those open when measuring began. */
  edges: readonly Edge[];
  /** (transaction, node) pairs but those of entry nodes: the population of the latency percentiles. */
  pairs: number;
  deliveries: number;
  /** Of the deliveries there were, whatever was not delivered; null without one. */
  slowestDeliveryMs: number | null;
  /** Share of all `pairs` delivered within so many ms since t0: it ends below 1 when some never were. */
  latencyCdf: Steps;
  coverageOverTime: CoverageOverTime;
  /** In node order, one row for each. */
  latencyByNode: NodeLatency[];
  /** Null where no node is in a region. */
  byRegion: ByRegion | null;
  /** In the order they were due, evenly thinned. */
  transactionsOverTime: TransactionOverTime[];
  bytes: BytesFigures;
  relativeMessageRedundancy: number | null;
  ledger: { counts: Record<Fate, number>; refusedBy: Record<string, number> };
  hops: {
    mean: number | null;
    max: number | null;
    unknown: number;
    histogram: number[];
    criticalPath: { mean: number | null; max: number | null };
  };
  split: HopSplit;
  strays: Strays;
  /** Departures from pools while measured, by reason. */
  departures: Record<string, number>;
  /** From the sending to the answer. */
  submitMs: { answerP50: number | null; answerP99: number | null };
  cpuMs: number | null;
  /** What broke, in the order it did, and who was away because of it. Times are those of the record. */
  faults: readonly AppliedFault[];
  downtimes: readonly Downtime[];
  freezes: readonly Downtime[];
  /** Null: nobody kept a membership. */
  membership: MembershipDetails | null;
  /** Null: none was asked for. */
  series: Series | null;
  /** By latency over shortest path, of the pairs that have one; null where links are not emulated. */
  stretchCdf: Steps | null;
}
