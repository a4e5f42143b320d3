/**
 * One scenario on two networks, compared: how far the simulation can be trusted, and what the difference consists of.
 * In virtual time computing costs nothing but what the scenario charges for it (`nodes.cpu`), JSON-RPC is not there,
 * and links are exact; all that the machine adds shows as time at the entry node and as time a hop.
 */
import { kolmogorovSmirnov, finiteOrNull, percentile, type Sample } from './statistics.ts';
import type { Figures } from './summarize.ts';
import type { Summary } from './summary.ts';

/** The same figure on both; null where it was not measured, or is infinite. */
export interface OnBoth {
  local: number | null;
  simulated: number | null;
}

export interface Calibration {
  latencyMs: Record<'p10' | 'p50' | 'p90' | 'p99', OnBoth>;
  /** Two-sample distance between the distributions of latencies: 0 the same, 1 nothing in common. */
  kolmogorovSmirnov: number | null;
  /** The same once the simulated latencies are moved by the difference of the medians: the difference in shape. */
  kolmogorovSmirnovMoved: number | null;
  /** Median latency of each node, local less simulated; null when there is none. */
  medianByNodeMs: { mean: number; least: number; most: number } | null;
  /** From the sending of a transaction to the answer of the node it enters at; median. */
  entryMs: OnBoth;
  /** From the arrival at the giver to the arrival here: batching, link, queue, validation. Mean over hops. */
  hopMs: OnBoth;
  /** Mean over deliveries. */
  hops: OnBoth;
  redundancy: OnBoth;
  /** Of arrivals. */
  provenanceShare: Record<keyof Summary['provenance'], OnBoth>;
  coverageMin: OnBoth;
  /** Why a run measured the machine instead of the protocol; empty when it is valid. */
  invalid: { local: string[]; simulated: string[] };
}

export function calibrationOf(local: Figures, simulated: Figures): Calibration {
  const onBoth = (figure: (of: Figures) => number | null | undefined): OnBoth => ({
    local: figure(local) ?? null,
    simulated: figure(simulated) ?? null,
  });
  const latency = (percent: number): OnBoth =>
    onBoth(({ latencies }) => finiteOrNull(percentile(latencies, percent)));
  const share = (by: keyof Summary['provenance']): OnBoth =>
    onBoth(({ summary: { provenance } }) => shareOf(provenance[by], Object.values(provenance)));
  const p50 = latency(50);
  const moved =
    p50.local === null || p50.simulated === null
      ? null
      : kolmogorovSmirnov(local.latencies, moveBy(simulated.latencies, p50.local - p50.simulated));
  return {
    latencyMs: { p10: latency(10), p50, p90: latency(90), p99: latency(99) },
    kolmogorovSmirnov: finiteOrNull(kolmogorovSmirnov(local.latencies, simulated.latencies)),
    kolmogorovSmirnovMoved: moved,
    medianByNodeMs: medianByNode(local, simulated),
    entryMs: onBoth(({ details }) => details.submitMs.answerP50),
    hopMs: onBoth(({ details: { split } }) =>
      split.hops === 0 ? null : split.batchingMs! + split.linkMs! + split.queueMs! + split.validationMs!,
    ),
    hops: onBoth(({ details }) => details.hops.mean),
    redundancy: onBoth(({ summary }) => summary.redundancy),
    provenanceShare: { rpc: share('rpc'), push: share('push'), pull: share('pull'), sync: share('sync') },
    coverageMin: onBoth(({ summary }) => summary.coverage.min),
    invalid: { local: local.summary.invalidBecause, simulated: simulated.summary.invalidBecause },
  };
}

function moveBy({ finite, count }: Sample, byMs: number): Sample {
  return { finite: finite.map((value) => value + byMs), count };
}

function shareOf(part: number, parts: readonly number[]): number | null {
  const whole = parts.reduce((sum, value) => sum + value, 0);
  return whole === 0 ? null : part / whole;
}

function medianByNode(local: Figures, simulated: Figures): Calibration['medianByNodeMs'] {
  const differences = local.details.latencyByNode.flatMap(({ node, p50 }) => {
    const other = simulated.details.latencyByNode.find((candidate) => candidate.node === node)?.p50 ?? null;
    return p50 === null || other === null ? [] : [p50 - other];
  });
  if (differences.length === 0) return null;
  return {
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
    least: Math.min(...differences),
    most: Math.max(...differences),
  };
}
