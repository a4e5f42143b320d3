/** One figure against the one number that was varied: its medians, the intervals around them and the single runs. */
import * as Plot from '@observablehq/plot';
import { draw } from '../draw.ts';
import type { Figure } from '../figure.ts';

export interface GrowthPoint {
  at: number;
  /** Null where it never happened or was not measured. */
  median: number | null;
  low: number | null;
  high: number | null;
  runs: number[];
}

export interface GrowthInput {
  id: string;
  title: string;
  definition: string;
  /** The field that was varied. */
  field: string;
  show(value: number | null): string;
  points: readonly GrowthPoint[];
}

/** A field that spans more than this factor is drawn on a log axis. */
const LOG_FROM = 8;

export function growth({ id, title, definition, field, show, points }: GrowthInput): Figure {
  const sorted = points.toSorted((a, b) => a.at - b.at);
  const drawn = sorted.filter(({ median }) => median !== null);
  const single = sorted.flatMap(({ at, runs }) => runs.map((value) => ({ at, value })));
  const [first, last] = [sorted[0]?.at ?? 1, sorted.at(-1)?.at ?? 1];
  const isLog = first > 0 && last / first >= LOG_FROM;
  return {
    id,
    title,
    definition,
    svg:
      drawn.length === 0
        ? null
        : draw(`${title} against ${field}`, {
            marginLeft: 68,
            x: {
              type: isLog ? 'log' : 'linear',
              ticks: sorted.map(({ at }) => at),
              tickFormat: (value: number) => String(value),
              label: `${field} →`,
              inset: 12,
            },
            y: {
              zero: true,
              nice: true,
              grid: true,
              ticks: 5,
              tickFormat: (value: number) => show(value),
              label: null,
            },
            marks: [
              Plot.ruleY([0]),
              Plot.ruleX(
                drawn.filter(({ low, high }) => low !== null && high !== null),
                {
                  x: 'at',
                  y1: 'low',
                  y2: 'high',
                  stroke: 'var(--blue)',
                  strokeWidth: 3,
                  strokeOpacity: 0.35,
                },
              ),
              Plot.line(drawn, { x: 'at', y: 'median', stroke: 'var(--blue)', strokeWidth: 2 }),
              Plot.dot(single, { x: 'at', y: 'value', r: 2, fill: 'var(--soft)' }),
              Plot.dot(drawn, { x: 'at', y: 'median', r: 4, fill: 'var(--blue)' }),
            ],
          }),
    note: drawn.length === 0 ? 'Nothing was measured.' : null,
    legend: [
      { name: 'median, with its 95 % interval', colour: 'var(--blue)' },
      { name: 'single runs', colour: 'var(--soft)' },
    ],
    table: {
      columns: [field, 'Median', 'Interval', 'Runs'],
      rows: sorted.map(({ at, median, low, high, runs }) => [
        String(at),
        show(median),
        low === null || high === null ? '–' : `${show(low)} to ${show(high)}`,
        runs.map((value) => show(value)).join(', '),
      ]),
    },
  };
}
