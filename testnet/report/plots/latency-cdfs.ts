/** Several latency distributions on one pair of axes: steps on a log axis, as latency-cdf.ts draws one. */
import * as Plot from '@observablehq/plot';
import { ecdf, percentile, type Sample } from '../../measure/statistics.ts';
import { draw, logDomain, logTicks, SMALLEST_MS, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { milliseconds, NEVER, percent } from '../format.ts';

export interface Series {
  name: string;
  /** As CSS has it. */
  colour: string;
  latencies: Sample;
}

/** Bounds the size of the page; a curve of more steps looks the same. */
const MAX_STEPS = 1000;
const TABLE_PERCENTS = [1, 5, 10, 25, 50, 75, 90, 95, 99, 100];

export function latencyCdfs(series: readonly Series[], title: string): Figure {
  const curves = series.map(({ latencies, ...rest }) => ({ ...rest, ...ecdf(latencies, MAX_STEPS) }));
  const x = logDomain(curves.flatMap(({ at }) => at));
  const empty = curves.every(({ at }) => at.length === 0);
  const rows = TABLE_PERCENTS.map((of) => [
    percent(of / 100),
    ...series.map(({ latencies }) => (latencies.count === 0 ? NEVER : time(percentile(latencies, of)))),
  ]);
  return {
    id: 'latency-cdfs',
    title,
    definition:
      'Share of all (transaction, node) pairs, entry nodes left out, in which the transaction had arrived so long after its scheduled submission.',
    svg: empty
      ? null
      : draw(`Latency of deliveries: ${series.map(({ name }) => name).join(', ')}`, {
          x: {
            type: 'log',
            domain: x,
            ticks: logTicks(x),
            tickFormat: tickMilliseconds,
            label: 'since t0 →',
          },
          y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ share of pairs' },
          marks: [
            Plot.ruleY([0]),
            ...curves.map(({ at, share, colour }) => {
              const steps = at.map((ms, i) => ({ ms: Math.max(SMALLEST_MS, ms), share: share[i]! }));
              // A curve begins on the ground and goes on level to the right edge.
              const line = [{ ms: x[0], share: 0 }, ...steps, { ms: x[1], share: share.at(-1) ?? 0 }];
              return Plot.line(line, {
                x: 'ms',
                y: 'share',
                curve: 'step-after',
                stroke: colour,
                strokeWidth: 2,
              });
            }),
          ],
        }),
    note: empty ? 'Nothing was delivered.' : null,
    legend: series.map(({ name, colour }) => ({ name, colour })),
    table: { columns: ['Share of pairs', ...series.map(({ name }) => `Within, ${name}`)], rows },
  };
}

const time = (ms: number): string => (ms === Infinity ? NEVER : milliseconds(ms));
