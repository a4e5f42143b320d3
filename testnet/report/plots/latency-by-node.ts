/** Which nodes are slow: every node's own median and 99th percentile, fastest node first. */
import * as Plot from '@observablehq/plot';
import type { Details } from '../../measure/details.ts';
import type { NodeLatency } from '../../measure/latency.ts';
import { draw, logDomain, logTicks, SMALLEST_MS, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, milliseconds, NEVER, NOT_MEASURED } from '../format.ts';

/** More dots than this lie on each other at the width drawn. */
const MAX_DOTS = 400;

export function latencyByNode(details: Details): Figure {
  const sorted = details.latencyByNode
    .filter(({ transactions }) => transactions > 0)
    .sort((a, b) => (a.p50 ?? Infinity) - (b.p50 ?? Infinity) || (a.p99 ?? Infinity) - (b.p99 ?? Infinity));
  const stride = Math.ceil(sorted.length / MAX_DOTS);
  const drawn = sorted.flatMap((node, rank) =>
    rank % stride === 0 || rank === sorted.length - 1 ? [{ ...node, rank: rank + 1 }] : [],
  );
  const times = drawn.flatMap(({ p50, p99 }) => [p50, p99].filter((ms) => ms !== null));
  const y = logDomain(times);
  const never = drawn.filter(({ p99 }) => p99 === null);
  const neverNodes = sorted.filter(({ p99 }) => p99 === null).length;
  const dots = (of: 'p50' | 'p99', colour: string) =>
    Plot.dot(
      drawn.filter((node) => node[of] !== null),
      {
        x: 'rank',
        y: (node: NodeLatency) => Math.max(SMALLEST_MS, node[of]!),
        fill: colour,
        r: drawn.length > 120 ? 2 : 3,
      },
    );
  return {
    id: 'latency-by-node',
    title: 'Latency by node',
    definition:
      "Median and 99th percentile of each node's latencies over the transactions that entered elsewhere, nodes in order of their median.",
    svg:
      times.length === 0
        ? null
        : draw(`Latency by node, ${count(sorted.length)} nodes in order of their median`, {
            x: {
              domain: [0.5, Math.max(1.5, sorted.length + 0.5)],
              label: 'node, fastest first →',
              ticks: 6,
              tickFormat: wholeNumber,
            },
            y: {
              type: 'log',
              domain: y,
              ticks: logTicks(y),
              tickFormat: tickMilliseconds,
              grid: true,
              label: '↑ latency',
            },
            marks: [
              dots('p99', 'var(--orange)'),
              dots('p50', 'var(--blue)'),
              Plot.dot(never, { x: 'rank', y: y[1], symbol: 'times', stroke: 'var(--orange)', r: 3.5 }),
            ],
          }),
    note:
      times.length === 0
        ? 'No node had anything delivered.'
        : neverNodes > 0
          ? `For ${count(neverNodes)} of ${count(sorted.length)} nodes the 99th percentile falls on a transaction never delivered: a cross at the top edge.`
          : null,
    legend: [
      { name: 'median', colour: 'var(--blue)' },
      { name: '99th percentile', colour: 'var(--orange)' },
    ],
    table: {
      columns: ['Node', 'Delivered', 'of', 'Median', 'p99'],
      rows: sorted.map(({ node, deliveries, transactions, p50, p99 }) => {
        const none = transactions === 0 ? NOT_MEASURED : NEVER;
        return [
          String(node),
          count(deliveries),
          count(transactions),
          milliseconds(p50, none),
          milliseconds(p99, none),
        ];
      }),
    },
  };
}

/** A rank has no fraction, whatever ticks a short axis would like. */
function wholeNumber(value: number): string {
  return Number.isInteger(value) ? count(value) : '';
}
