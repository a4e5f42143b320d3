/** Record in, figures out: the one place that puts them together. Pure: the same record gives the same figures. */
import { bytesFigures, type BalanceOptions } from './bytes.ts';
import { countersWhileMeasuring } from './counters.ts';
import { coverage, coverageOverTime } from './coverage.ts';
import { cpuMs, cpuMsPerDelivery, rssBytesMax } from './cpu.ts';
import type { Details } from './details.ts';
import { join } from './join.ts';
import { latencies, latencyByNode, latencyFigures } from './latency.ts';
import { ledger } from './ledger.ts';
import { liveness } from './liveness.ts';
import { order } from './order.ts';
import { provenance } from './provenance.ts';
import { reachSinceT0 } from './reach.ts';
import type { ExperimentRecord } from './record.ts';
import { redundancy } from './redundancy.ts';
import { hopSplit } from './split.ts';
import { ecdf, finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';
import type { Summary } from './summary.ts';
import { timeToFigures } from './time-to.ts';
import { tree } from './tree.ts';
import { invalidBecause, type ValidityOptions } from './validity.ts';

export interface SummarizeOptions {
  balance?: BalanceOptions;
  validity?: ValidityOptions;
  /** Bounds the size of the report: a curve of a million deliveries looks the same with this many steps. */
  maxCdfSteps?: number;
}

export interface Figures {
  summary: Summary;
  details: Details;
  /** Every latency, milliseconds: to compare runs by their distributions. */
  latencies: Sample;
}

/** @throws {RangeError} when the record contradicts itself, with what is wrong. */
export function summarize(
  record: ExperimentRecord,
  { balance, validity, maxCdfSteps = 1000 }: SummarizeOptions = {},
): Figures {
  const joined = join(record);
  const alive = liveness(record);
  const reach = reachSinceT0(joined, alive);
  const latency = latencies(joined);
  const deliveries = latency.finite.length;
  const counted = countersWhileMeasuring(record);
  const bytes = bytesFigures(record, counted, balance);
  const copies = redundancy(counted, deliveries, latency.count);
  const { counts, refusedBy } = ledger(joined, alive, record.edges);
  const { mean, max, unknown, histogram, criticalPath } = tree(joined);
  const totalCpuMs = cpuMs(record);
  const accepted = record.submissions.filter(({ refusal }) => refusal === null).length;
  const summary: Summary = {
    network: record.network,
    seed: record.seed,
    nodes: joined.nodes,
    transactions: {
      submitted: record.submissions.length,
      accepted,
      rejected: record.submissions.length - accepted,
    },
    coverage: coverage(reach),
    latencyMs: latencyFigures(latency),
    timeToMs: timeToFigures(reach),
    redundancy: copies.redundancy,
    provenance: provenance(joined),
    bytes: bytes.received,
    conserved: bytes.conserved,
    order: order(joined),
    cpuMsPerDelivery: cpuMsPerDelivery(totalCpuMs, deliveries),
    rssBytesMax: rssBytesMax(record),
    digest: record.digest,
  };
  const details: Details = {
    times: {
      submittedMs: record.submittedAtMs - record.readyAtMs,
      endedMs: record.endedAtMs - record.readyAtMs,
    },
    edges: record.edges.length,
    pairs: latency.count,
    deliveries,
    slowestDeliveryMs: latency.finite.at(-1) ?? null,
    latencyCdf: ecdf(latency, maxCdfSteps),
    coverageOverTime: coverageOverTime(reach),
    latencyByNode: latencyByNode(joined),
    bytes,
    relativeMessageRedundancy: copies.relativeMessageRedundancy,
    ledger: { counts, refusedBy },
    hops: { mean, max, unknown, histogram, criticalPath },
    split: hopSplit(joined),
    strays: joined.strays,
    departures: departures(record),
    submitMs: submitMs(record),
    cpuMs: totalCpuMs,
    invalid: invalidBecause(record, bytes, validity),
  };
  return { summary, details, latencies: latency };
}

function departures({ traces, readyAtMs, endedAtMs }: ExperimentRecord): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { events } of traces) {
    for (const event of events) {
      if (event.kind !== 'departure' || event.atMs < readyAtMs || event.atMs > endedAtMs) continue;
      counts[event.reason] = (counts[event.reason] ?? 0) + 1;
    }
  }
  return counts;
}

/** A submission without an answer waits for ever. */
function submitMs({ submissions }: ExperimentRecord): Details['submitMs'] {
  const lag = sampleOf(submissions.map(({ sentAtMs, scheduledAtMs }) => sentAtMs - scheduledAtMs));
  const answer = sampleOf(
    submissions.map(({ answeredAtMs, sentAtMs }) => (answeredAtMs ?? Infinity) - sentAtMs),
  );
  return {
    lagP99: finiteOrNull(percentile(lag, 99)),
    answerP50: finiteOrNull(percentile(answer, 50)),
    answerP99: finiteOrNull(percentile(answer, 99)),
  };
}
