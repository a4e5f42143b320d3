/** What the report draws, beyond the summary: series of bounded length, and figures the summary has no key for. */
import type { BytesFigures } from './bytes.ts';
import type { CoverageOverTime } from './coverage.ts';
import type { Strays } from './join.ts';
import type { NodeLatency } from './latency.ts';
import type { Fate } from './ledger.ts';
import type { HopSplit } from './split.ts';
import type { Steps } from './statistics.ts';

export interface Details {
  /** Relative to `readyAtMs`: when the last submission was due, and the end of the drain. */
  times: { submittedMs: number; endedMs: number };
  edges: number;
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
  /** From the schedule to the sending, and from the sending to the answer. */
  submitMs: { lagP99: number | null; answerP50: number | null; answerP99: number | null };
  cpuMs: number | null;
  /** Why the run measured itself instead of the protocol; empty when it is valid. */
  invalid: string[];
}
