/** The report: one self-contained page, to be read without scripts and without a network. */
import type { Figure } from './figure.ts';
import { page, type PageInput } from './page.ts';
import { bytesByKind } from './plots/bytes-by-kind.ts';
import { coverageOverTime } from './plots/coverage-over-time.ts';
import { detection } from './plots/detection.ts';
import { faultsOverTime } from './plots/faults-over-time.ts';
import { hops } from './plots/hops.ts';
import { latencyByNode } from './plots/latency-by-node.ts';
import { latencyCdf } from './plots/latency-cdf.ts';
import { provenance } from './plots/provenance.ts';
import { regionHeatMap } from './plots/region-heat-map.ts';
import { seriesFigures } from './plots/series.ts';
import { stretchCdf } from './plots/stretch-cdf.ts';
import { topology } from './plots/topology.ts';

export type { PageInput };

export function renderHtml(input: PageInput): string {
  const { summary, details } = input;
  const { times, stretchCdf: stretch, byRegion, series, edges, membership } = details;
  const faults = details.faults.map((fault) => ({
    ...fault,
    sinceReadyMs: fault.appliedAtMs - times.readyAtMs,
  }));
  const inOrder: (Figure | null)[] = [
    latencyCdf(summary, details),
    coverageOverTime(summary, details),
    faultsOverTime(faults, details.transactionsOverTime),
    membership && detection(summary, membership, times.readyAtMs),
    stretch && stretchCdf(stretch),
    latencyByNode(details),
    hops(details),
    bytesByKind(summary, details),
    provenance(summary),
    byRegion && regionHeatMap(byRegion),
    topology(edges, details.latencyByNode),
    ...(series === null ? [] : seriesFigures(series, times.readyAtMs)),
  ];
  return page(
    input,
    inOrder.filter((figure) => figure !== null),
  );
}
