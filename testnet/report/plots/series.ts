/** A figure of every node over time: the median node between the lowest and the highest. */
import * as Plot from '@observablehq/plot';
import { median } from 'd3-array';
import type { Series, SeriesKey } from '../../measure/series.ts';
import { draw, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { milliseconds, ratio } from '../format.ts';

const TITLES: Record<SeriesKey, [title: string, definition: string]> = {
  mesh: ['Mesh degree', 'Peers in the gossip mesh of each node.'],
  peers: ['Connections', 'Peers each node is connected to.'],
  pending: ['Pending', 'Executable transactions in the pool of each node.'],
  queued: ['Queued', 'Transactions behind a nonce gap in the pool of each node.'],
  unsettled: ['Unsettled messages', 'Gossip messages each node has read and not yet judged.'],
  scoreLowest: ['Lowest peer score', 'The lowest score each node gives one of its peers.'],
  scoreMean: ['Mean peer score', 'The mean of the scores each node gives its peers.'],
};

/** One for each that was kept. `readyAtMs`: what the times are told from. */
export function seriesFigures(series: Series, readyAtMs: number): Figure[] {
  const keys = (Object.keys(TITLES) as SeriesKey[]).filter((key) => series[key] !== undefined);
  return keys.map((key) => {
    const nodes = series[key]!;
    const rows = series.atMs.flatMap((atMs, look) => {
      const values = nodes.map((row) => row[look] ?? null).filter((value) => value !== null);
      const middle = median(values);
      if (middle === undefined) return [];
      return [
        {
          ms: atMs - readyAtMs,
          low: Math.min(...values),
          middle,
          high: Math.max(...values),
          up: values.length,
        },
      ];
    });
    const [title, definition] = TITLES[key];
    return {
      id: `series-${key}`,
      title: `${title} over time`,
      definition: `${definition} The line is the median node, the band reaches from the lowest to the highest.`,
      svg:
        rows.length === 0
          ? null
          : draw(`${title} over time`, {
              x: { label: 'since measuring began →', ticks: 5, tickFormat: tickMilliseconds },
              y: { zero: true, nice: true, grid: true, ticks: 5, label: null },
              marks: [
                Plot.areaY(rows, { x: 'ms', y1: 'low', y2: 'high', fill: 'var(--blue)', fillOpacity: 0.2 }),
                Plot.line(rows, { x: 'ms', y: 'middle', stroke: 'var(--blue)', strokeWidth: 2 }),
              ],
            }),
      note: rows.length === 0 ? 'No node said anything.' : null,
      legend: [],
      table: {
        columns: ['Since measuring began', 'Lowest', 'Median', 'Highest', 'Nodes'],
        rows: rows.map(({ ms, low, middle, high, up }) => [
          milliseconds(ms),
          ratio(low),
          ratio(middle),
          ratio(high),
          String(up),
        ]),
      },
    };
  });
}
