/** The report: one self-contained page, to be read without scripts and without a network. */
import { page, type PageInput } from './page.ts';
import { bytesByKind } from './plots/bytes-by-kind.ts';
import { coverageOverTime } from './plots/coverage-over-time.ts';
import { hops } from './plots/hops.ts';
import { latencyByNode } from './plots/latency-by-node.ts';
import { latencyCdf } from './plots/latency-cdf.ts';
import { provenance } from './plots/provenance.ts';

export type { PageInput };

export function renderHtml(input: PageInput): string {
  const { summary, details } = input;
  return page(input, [
    latencyCdf(summary, details),
    coverageOverTime(summary, details),
    latencyByNode(details),
    hops(details),
    bytesByKind(summary, details),
    provenance(summary),
  ]);
}
