/** How many hops deliveries had come. */
import * as Plot from '@observablehq/plot';
import type { Details } from '../../measure/details.ts';
import { draw } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, percent, ratio } from '../format.ts';

export function hops({ hops: { histogram, mean, max, unknown, criticalPath }, deliveries }: Details): Figure {
  const bars = histogram.map((value, hop) => ({ hop: String(hop), value })).slice(histogram[0] === 0 ? 1 : 0);
  const notes = [
    mean === null
      ? null
      : `Mean ${ratio(mean)}, at most ${count(max)}; to the last node of a transaction ${ratio(criticalPath.mean)} in the mean.`,
    unknown === 0 ? null : `The path of ${count(unknown)} deliveries could not be followed to its start.`,
  ].filter((note) => note !== null);
  return {
    id: 'hops',
    title: 'Hops',
    definition:
      'Deliveries by the number of hops from the node where the transaction entered, along first copies.',
    svg:
      bars.length === 0
        ? null
        : draw(`Deliveries by hops, ${ratio(mean)} in the mean`, {
            x: { type: 'band', domain: bars.map(({ hop }) => hop), label: 'hops →', tickSize: 0 },
            y: { grid: true, ticks: 5, tickFormat: count, label: '↑ deliveries' },
            marks: [Plot.barY(bars, { x: 'hop', y: 'value', fill: 'var(--blue)', ry2: 3 }), Plot.ruleY([0])],
          }),
    note: bars.length === 0 ? 'No path is known.' : notes.join(' '),
    legend: [],
    table: {
      columns: ['Hops', 'Deliveries', 'Share'],
      rows: bars.map(({ hop, value }) => [hop, count(value), percent(value / deliveries)]),
    },
  };
}
