/** What time costs: each group of runs by its time to 99 % of the nodes and by its bytes. */
import * as Plot from '@observablehq/plot';
import { draw, logDomain, logTicks, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { bytes, milliseconds } from '../format.ts';

export interface ParetoPoint {
  name: string;
  colour: string;
  t99Ms: number;
  bytes: number;
  /** Of the runs themselves. */
  runs: { t99Ms: number; bytes: number }[];
}

/** No other is as good in both and better in one. */
function isOnFront(point: ParetoPoint, all: readonly ParetoPoint[]): boolean {
  return !all.some(
    (other) =>
      other.t99Ms <= point.t99Ms &&
      other.bytes <= point.bytes &&
      (other.t99Ms < point.t99Ms || other.bytes < point.bytes),
  );
}

/** Where the slowest takes many times as long as the fastest, the others would lie on top of each other. */
const MAX_LINEAR_RATIO = 10;

function scaleOf(timesMs: readonly number[]): Plot.ScaleOptions {
  const labels = { tickFormat: tickMilliseconds, label: 't99 →' };
  const isWide = Math.max(...timesMs) > MAX_LINEAR_RATIO * Math.min(...timesMs);
  if (!isWide) return { nice: true, zero: true, ticks: 5, ...labels };
  const domain = logDomain(timesMs);
  return { type: 'log', domain, ticks: logTicks(domain), ...labels };
}

/** `unfinished`: groups whose median transaction never reached 99 %: they have no place on the plane. */
export function pareto(points: readonly ParetoPoint[], unfinished: readonly string[]): Figure {
  const front = points.filter((point) => isOnFront(point, points)).sort((a, b) => a.t99Ms - b.t99Ms);
  const single = points.flatMap(({ runs, colour }) => runs.map((run) => ({ ...run, colour })));
  return {
    id: 'pareto',
    title: 'Time against bytes',
    definition:
      'Median over the runs of a group: the median transaction’s time to 99 % of the nodes, and bytes received for each transaction and node. Small dots are single runs; the line joins the groups that no other beats in both.',
    svg:
      points.length === 0
        ? null
        : draw(`Time to 99 % against bytes: ${points.map(({ name }) => name).join(', ')}`, {
            x: scaleOf(single.map(({ t99Ms }) => t99Ms)),
            y: {
              nice: true,
              zero: true,
              grid: true,
              ticks: 5,
              tickFormat: (value: number) => bytes(value),
              label: '↑ bytes per transaction and node',
            },
            marks: [
              Plot.line(front, { x: 't99Ms', y: 'bytes', stroke: 'var(--soft)', strokeDasharray: '4 3' }),
              Plot.dot(single, { x: 't99Ms', y: 'bytes', r: 2, fill: 'colour', fillOpacity: 0.45 }),
              Plot.dot(points, { x: 't99Ms', y: 'bytes', r: 6, fill: 'colour', stroke: 'var(--card)' }),
            ],
          }),
    note:
      unfinished.length === 0
        ? null
        : `Left out, for the median transaction never reached 99 % of the nodes: ${unfinished.join('; ')}.`,
    legend: points.map(({ name, colour }) => ({ name, colour })),
    table: {
      columns: ['Group', 't99', 'Bytes per transaction and node', 'On the front'],
      rows: points.map((point) => [
        point.name,
        milliseconds(point.t99Ms),
        bytes(point.bytes),
        isOnFront(point, points) ? 'yes' : 'no',
      ]),
    },
  };
}
