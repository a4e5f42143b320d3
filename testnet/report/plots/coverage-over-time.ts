/** How far transactions had got at each moment, with the best and the worst of them. */
import * as Plot from '@observablehq/plot';
import type { Details } from '../../measure/details.ts';
import type { Summary } from '../../measure/summary.ts';
import { draw, logDomain, logTicks, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { milliseconds, percent } from '../format.ts';

export function coverageOverTime(summary: Summary, details: Details): Figure {
  const { sinceMs, mean, least, most } = details.coverageOverTime;
  const rows = sinceMs.map((ms, i) => ({ ms, mean: mean[i]!, least: least[i]!, most: most[i]! }));
  const x = logDomain(sinceMs);
  return {
    id: 'coverage-over-time',
    title: 'Coverage over time',
    definition:
      'Share of the nodes alive from t0 to the end of the drain that had the transaction so long after t0, entry node included: mean over transactions, between the slowest and the fastest at each moment.',
    svg:
      rows.length === 0
        ? null
        : draw(
            `Coverage over time: ${percent(summary.coverage.mean)} of nodes reached in the mean at the end`,
            {
              x: {
                type: 'log',
                domain: x,
                ticks: logTicks(x),
                tickFormat: tickMilliseconds,
                label: 'since t0 →',
              },
              y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ share of nodes' },
              marks: [
                Plot.areaY(rows, {
                  x: 'ms',
                  y1: 'least',
                  y2: 'most',
                  curve: 'step-after',
                  fill: 'var(--green)',
                  fillOpacity: 0.22,
                }),
                Plot.ruleY([0]),
                Plot.line(rows, {
                  x: 'ms',
                  y: 'mean',
                  curve: 'step-after',
                  stroke: 'var(--green)',
                  strokeWidth: 2,
                }),
              ],
            },
          ),
    note: rows.length === 0 ? 'No transaction reached any node.' : null,
    legend: [
      { name: 'mean', colour: 'var(--green)' },
      { name: 'slowest to fastest transaction', colour: 'color-mix(in srgb, var(--green) 22%, var(--card))' },
    ],
    table: {
      columns: ['Since t0', 'Mean', 'Slowest', 'Fastest'],
      rows: rows.map((row) => [
        milliseconds(row.ms),
        percent(row.mean),
        percent(row.least),
        percent(row.most),
      ]),
    },
  };
}
