/** How far the transactions of several groups of runs had got at each moment. */
import * as Plot from '@observablehq/plot';
import type { Steps } from '../../measure/statistics.ts';
import { draw, logDomain, logTicks, SMALLEST_MS, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { NEVER, milliseconds, percent } from '../format.ts';

export interface CoverageCurve {
  name: string;
  colour: string;
  coverage: Steps;
}

const TABLE_SHARES = [0.5, 0.9, 0.99, 1];

export function coverageCurves(curves: readonly CoverageCurve[]): Figure {
  const x = logDomain(curves.flatMap(({ coverage }) => coverage.at));
  const empty = curves.every(({ coverage }) => coverage.at.length === 0);
  return {
    id: 'coverage-curves',
    title: 'Coverage over time',
    definition:
      'Share of the nodes alive from t0 to the end of the drain that had the transaction so long after t0: mean over transactions and runs.',
    svg: empty
      ? null
      : draw(`Coverage over time: ${curves.map(({ name }) => name).join(', ')}`, {
          x: {
            type: 'log',
            domain: x,
            ticks: logTicks(x),
            tickFormat: tickMilliseconds,
            label: 'since t0 →',
          },
          y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ share of nodes' },
          marks: [
            Plot.ruleY([0]),
            ...curves.map(({ coverage, colour }) =>
              Plot.line(
                coverage.at.map((ms, i) => ({ ms: Math.max(SMALLEST_MS, ms), share: coverage.share[i]! })),
                { x: 'ms', y: 'share', curve: 'step-after', stroke: colour, strokeWidth: 2 },
              ),
            ),
          ],
        }),
    note: empty ? 'No transaction reached any node.' : null,
    legend: curves.map(({ name, colour }) => ({ name, colour })),
    table: {
      columns: ['Mean coverage', ...curves.map(({ name }) => `Reached, ${name}`)],
      rows: TABLE_SHARES.map((wanted) => [
        percent(wanted),
        ...curves.map(({ coverage }) => {
          const index = coverage.share.findIndex((share) => share >= wanted - 1e-12);
          return index === -1 ? NEVER : milliseconds(coverage.at[index]!);
        }),
      ]),
    },
  };
}
