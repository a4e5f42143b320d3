/** Latency of deliveries as a distribution: steps on a log axis, because a curve would hide heartbeat plateaus. */
import * as Plot from '@observablehq/plot';
import type { Details } from '../../measure/details.ts';
import type { Summary } from '../../measure/summary.ts';
import { draw, logDomain, logTicks, SMALLEST_MS, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, milliseconds, percent } from '../format.ts';

export function latencyCdf(summary: Summary, details: Details): Figure {
  const { at, share } = details.latencyCdf;
  const reached = share.at(-1) ?? 0;
  const x = logDomain(at);
  const steps = at.map((ms, i) => ({ ms: Math.max(SMALLEST_MS, ms), share: share[i]! }));
  // The curve begins on the ground and goes on level to the right edge.
  const line = [{ ms: x[0], share: 0 }, ...steps, { ms: x[1], share: reached }];
  const { p50, p90, p99 } = summary.latencyMs;
  const marks = Object.entries({ p50, p90, p99 }).flatMap(([name, ms]) =>
    ms === null ? [] : [{ name, ms: Math.max(SMALLEST_MS, ms), share: Number(name.slice(1)) / 100 }],
  );
  const missing = details.pairs - details.deliveries;
  return {
    id: 'latency-cdf',
    title: 'Latency',
    definition:
      'Share of all (transaction, node) pairs, entry nodes left out, in which the transaction had arrived so long after its scheduled submission.',
    svg:
      at.length === 0
        ? null
        : draw(
            `Latency of deliveries: half within ${milliseconds(p50, 'no time at all')}, ${percent(reached)} delivered`,
            {
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
                Plot.line(line, {
                  x: 'ms',
                  y: 'share',
                  curve: 'step-after',
                  stroke: 'var(--blue)',
                  strokeWidth: 2,
                }),
                Plot.dot(marks, {
                  x: 'ms',
                  y: 'share',
                  fill: 'var(--blue)',
                  r: 4,
                  stroke: 'var(--card)',
                  strokeWidth: 1.5,
                }),
                Plot.text(marks, {
                  x: 'ms',
                  y: 'share',
                  text: ({ name, ms }: { name: string; ms: number }) => `${name} ${milliseconds(ms)}`,
                  textAnchor: 'end',
                  dx: -7,
                  dy: -7,
                  stroke: 'var(--card)',
                  fill: 'var(--ink)',
                  strokeWidth: 4,
                }),
              ],
            },
          ),
    note:
      at.length === 0
        ? 'Nothing was delivered.'
        : missing > 0
          ? `${count(missing)} of ${count(details.pairs)} pairs were never delivered and count as infinite.`
          : null,
    legend: [],
    table: {
      columns: ['Share of pairs', 'Within'],
      rows: at.map((ms, i) => [percent(share[i]!), milliseconds(ms)]),
    },
  };
}
