/** Record in, figures out: the one place that puts them together. Pure: the same record gives the same figures. */
import { latencyByRegion } from './by-region.ts';
import { bytesFigures, type BalanceOptions } from './bytes.ts';
import { copiesAfterFirst } from './copies-after-first.ts';
import { connectionFigures, timeToConnected } from './connections.ts';
import { countersWhileMeasuring } from './counters.ts';
import { coverage, coverageOverTime } from './coverage.ts';
import { cpuMs, cpuMsPerDelivery, rssBytesMax } from './cpu.ts';
import type { Details } from './details.ts';
import { join } from './join.ts';
import { latencies, latencyByNode, latencyFigures } from './latency.ts';
import { ledger } from './ledger.ts';
import { liveness } from './liveness.ts';
import { membership } from './membership.ts';
import { order } from './order.ts';
import { Overlay } from './overlay.ts';
import { transactionsOverTime } from './over-time.ts';
import { provenance } from './provenance.ts';
import { reachSinceT0 } from './reach.ts';
import type { ExperimentRecord } from './record.ts';
import { redundancy } from './redundancy.ts';
import { refusals } from './refusals.ts';
import { hopSplit } from './split.ts';
import { stretches, stretchFigures } from './stretch.ts';
import { ecdf, finiteOrNull, percentile, sampleOf, type Sample } from './statistics.ts';
import type { Summary } from './summary.ts';
import { timeToFigures } from './time-to.ts';
import { tree } from './tree.ts';
import { invalidBecause, lagOf } from './validity.ts';

export interface SummarizeOptions {
  balance?: BalanceOptions;
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
  { balance, maxCdfSteps = 1000 }: SummarizeOptions = {},
): Figures {
  const joined = join(record);
  const alive = liveness(record);
  const overlay = new Overlay(record);
  const reach = reachSinceT0(joined, alive);
  const latency = latencies(joined);
  const deliveries = latency.finite.length;
  const counted = countersWhileMeasuring(record);
  const bytes = bytesFigures(record, counted, balance);
  const copies = redundancy(counted, deliveries, latency.count);
  const { counts, refusedBy } = ledger(joined, alive, overlay);
  const { mean, max, unknown, histogram, criticalPath } = tree(joined);
  const split = hopSplit(joined);
  const stretch = stretches(joined, overlay);
  const members = membership(record);
  const reasons = invalidBecause(record, bytes);
  const totalCpuMs = cpuMs(record);
  const accepted = record.submissions.filter(({ refusal }) => refusal === null).length;
  const summary: Summary = {
    network: record.network,
    seed: record.seed,
    nodes: joined.nodes,
    valid: reasons.length === 0,
    invalidBecause: reasons,
    transactions: {
      submitted: record.submissions.length,
      accepted,
      rejected: record.submissions.length - accepted,
    },
    refusals: refusals(record.submissions),
    generatorLagMs: generatorLag(record),
    coverage: coverage(reach),
    latencyMs: latencyFigures(latency),
    timeToMs: timeToFigures(reach),
    redundancy: copies.redundancy,
    copiesAfterFirst: copiesAfterFirst(joined, counted.measured),
    relativeMessageRedundancy: copies.relativeMessageRedundancy,
    stretch: stretchFigures(stretch),
    hops: { mean, max },
    hopMs: {
      link: split.linkMs,
      queue: split.queueMs,
      validation: split.validationMs,
      batching: split.batchingMs,
    },
    fates: counts,
    provenance: provenance(joined),
    bytes: bytes.received,
    conserved: bytes.conserved,
    order: order(joined),
    timeToConnectedMs: timeToConnected(record),
    connections: connectionFigures(record),
    membership: members.summary,
    cpuMsPerDelivery: cpuMsPerDelivery(totalCpuMs, deliveries),
    rssBytesMax: rssBytesMax(record),
    digest: record.digest,
  };
  const details: Details = {
    times: {
      readyAtMs: record.readyAtMs,
      submittedMs: record.submittedAtMs - record.readyAtMs,
      endedMs: record.endedAtMs - record.readyAtMs,
    },
    edges: overlay.edgesAt(record.readyAtMs),
    pairs: latency.count,
    deliveries,
    slowestDeliveryMs: latency.finite.at(-1) ?? null,
    latencyCdf: ecdf(latency, maxCdfSteps),
    coverageOverTime: coverageOverTime(reach),
    latencyByNode: latencyByNode(joined),
    byRegion: latencyByRegion(joined, record.regions ?? []),
    transactionsOverTime: transactionsOverTime(joined, reach, record.readyAtMs),
    bytes,
    relativeMessageRedundancy: copies.relativeMessageRedundancy,
    ledger: { counts, refusedBy },
    hops: { mean, max, unknown, histogram, criticalPath },
    split,
    strays: joined.strays,
    departures: departures(record),
    submitMs: submitMs(record),
    cpuMs: totalCpuMs,
    faults: record.faults ?? [],
    downtimes: record.downtimes ?? [],
    freezes: record.freezes ?? [],
    membership: members.details,
    series: record.series ?? null,
    stretchCdf: stretch.count === 0 ? null : ecdf(stretch, maxCdfSteps),
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

function generatorLag({ submissions }: ExperimentRecord): Summary['generatorLagMs'] {
  const lag = sampleOf(submissions.map(lagOf));
  return {
    p50: finiteOrNull(percentile(lag, 50)),
    p99: finiteOrNull(percentile(lag, 99)),
    max: finiteOrNull(percentile(lag, 100)),
  };
}

/** A submission without an answer waits for ever. */
function submitMs({ submissions }: ExperimentRecord): Details['submitMs'] {
  const answer = sampleOf(
    submissions.map(({ answeredAtMs, sentAtMs }) => (answeredAtMs ?? Infinity) - sentAtMs),
  );
  return {
    answerP50: finiteOrNull(percentile(answer, 50)),
    answerP99: finiteOrNull(percentile(answer, 99)),
  };
}
