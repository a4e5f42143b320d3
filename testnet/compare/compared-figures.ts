/** The figures runs are compared by: those a reader decides by, each one number a run. */
import { sum } from 'd3-array';
import type { Summary } from '../measure/summary.ts';
import { bytes, milliseconds, NEVER, NOT_MEASURED, percent, ratio } from '../report/format.ts';

export interface ComparedFigure {
  name: string;
  /** Of one run: Infinity for what never happened, null for what was not measured. */
  of(summary: Summary): number | null;
  show(value: number | null): string;
  /** One of the few a reader looks at first: as the head of a narrow column. */
  headline?: string;
}

const time = (value: number | null): string =>
  value === Infinity ? NEVER : value === null ? NOT_MEASURED : milliseconds(value);

/** Transactions x nodes: one that was submitted more than once is one transaction. */
const pairsOf = ({ fates }: Summary): number => sum(Object.values(fates));

/** A time that is null though there was something to wait for was never reached. */
const timeOf =
  (pick: (summary: Summary) => number | null) =>
  (summary: Summary): number | null =>
    pick(summary) ?? (pairsOf(summary) > 0 && summary.nodes > 1 ? Infinity : null);

/** Bytes received for each transaction and node: what a network of any size and load can be compared by. */
export function bytesPerTransactionAndNode(
  summary: Summary,
  kind: keyof Summary['bytes'] = 'total',
): number | null {
  const received = summary.bytes[kind];
  const pairs = pairsOf(summary);
  return received === null || pairs === 0 ? null : received / pairs;
}

/** Median transaction's time until 99 % of the nodes had it. */
export const t99OfMedian = timeOf(({ timeToMs }) => timeToMs.t99.p50);

export const COMPARED_FIGURES: readonly ComparedFigure[] = [
  { name: 'coverage, least', of: ({ coverage }) => coverage.min, show: percent, headline: 'coverage, least' },
  { name: 'coverage, mean', of: ({ coverage }) => coverage.mean, show: percent, headline: 'mean' },
  { name: 'latency p50', of: timeOf(({ latencyMs }) => latencyMs.p50), show: time, headline: 'p50' },
  { name: 'latency p90', of: timeOf(({ latencyMs }) => latencyMs.p90), show: time },
  { name: 'latency p99', of: timeOf(({ latencyMs }) => latencyMs.p99), show: time, headline: 'p99' },
  { name: 't50, median transaction', of: timeOf(({ timeToMs }) => timeToMs.t50.p50), show: time },
  { name: 't99, median transaction', of: t99OfMedian, show: time, headline: 't99' },
  { name: 't99, p99 of transactions', of: timeOf(({ timeToMs }) => timeToMs.t99.p99), show: time },
  { name: 'redundancy', of: ({ redundancy }) => redundancy, show: ratio, headline: 'redundancy' },
  {
    name: 'bytes per transaction and node',
    of: (summary) => bytesPerTransactionAndNode(summary),
    show: bytes,
    headline: 'bytes',
  },
  {
    name: '  gossip payload and duplicates',
    of: (summary) => {
      const [first, again] = (['payload', 'duplicate'] as const).map((kind) =>
        bytesPerTransactionAndNode(summary, kind),
      );
      return first == null || again == null ? null : first + again;
    },
    show: bytes,
    headline: 'payload',
  },
  { name: '  payload', of: (summary) => bytesPerTransactionAndNode(summary, 'payload'), show: bytes },
  {
    name: '  duplicate payload',
    of: (summary) => bytesPerTransactionAndNode(summary, 'duplicate'),
    show: bytes,
  },
  { name: '  gossip control', of: (summary) => bytesPerTransactionAndNode(summary, 'control'), show: bytes },
  { name: '  sync', of: (summary) => bytesPerTransactionAndNode(summary, 'sync'), show: bytes },
  { name: '  membership', of: (summary) => bytesPerTransactionAndNode(summary, 'members'), show: bytes },
  { name: 'arrivals by pull', of: ({ provenance }) => shareOf(provenance, 'pull'), show: percent },
  { name: 'arrivals by sync', of: ({ provenance }) => shareOf(provenance, 'sync'), show: percent },
  {
    name: 'nonce order inverted',
    of: ({ order }) => (order.pairs === 0 ? null : order.inverted / order.pairs),
    show: percent,
  },
];

function shareOf(provenance: Summary['provenance'], by: 'pull' | 'sync'): number | null {
  const { push, pull, sync } = provenance;
  const deliveries = push + pull + sync;
  return deliveries === 0 ? null : provenance[by] / deliveries;
}
