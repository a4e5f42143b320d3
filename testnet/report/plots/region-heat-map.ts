/** Median latency between regions, as a matrix. */
import * as Plot from '@observablehq/plot';
import type { ByRegion, RegionPair } from '../../measure/by-region.ts';
import { draw } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, milliseconds, NEVER } from '../format.ts';

/** Thirteen names do not fit below each other's cells: the columns get the first letters, the table the rest. */
const SHORT = 5;

export function regionHeatMap({ regions, pairs }: ByRegion): Figure {
  const longest = Math.max(...regions.map((region) => region.length));
  const cells = pairs.map((pair) => ({
    ...pair,
    label: pair.p50 === null ? '∞' : String(Math.round(pair.p50)),
  }));
  const worst = Math.max(1, ...pairs.map(({ p50 }) => p50 ?? 0));
  // Text must be read on its cell in both schemes: light cells carry dark text.
  const isDark = ({ p50 }: RegionPair): boolean => (p50 ?? worst) > worst * 0.55;
  return {
    id: 'latency-by-region',
    title: 'Latency between regions',
    definition:
      'Median latency in milliseconds from the region a transaction entered in (row) to the region of the node it reached (column); ∞ where the median was never delivered.',
    svg: draw(`Median latency between ${regions.length} regions`, {
      height: 90 + regions.length * 26,
      marginLeft: 16 + longest * 7,
      marginTop: 44,
      marginBottom: 12,
      x: {
        domain: regions,
        axis: 'top',
        label: 'to →',
        tickFormat: (region: string) => region.slice(0, SHORT),
        tickRotate: -40,
      },
      y: { domain: regions, label: null },
      color: { type: 'linear', domain: [0, worst], range: ['#e8f1fb', '#1b4f91'] },
      marks: [
        Plot.cell(cells, { x: 'to', y: 'from', fill: (cell: RegionPair) => cell.p50 ?? worst, inset: 1 }),
        Plot.text(cells, {
          x: 'to',
          y: 'from',
          text: 'label',
          fontSize: regions.length > 9 ? 9 : 11,
          fill: (cell: RegionPair) => (isDark(cell) ? '#ffffff' : '#14140f'),
        }),
      ],
    }),
    note: null,
    legend: [],
    table: {
      columns: ['From, to', 'Pairs', 'Delivered', 'p50', 'p99'],
      rows: pairs.map(({ from, to, pairs: of, delivered, p50, p99 }) => [
        `${from} → ${to}`,
        count(of),
        count(delivered),
        milliseconds(p50, NEVER),
        milliseconds(p99, NEVER),
      ]),
    },
  };
}
