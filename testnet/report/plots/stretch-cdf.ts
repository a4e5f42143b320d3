/** How much longer deliveries took than the links alone: the distance to the lower bound. */
import * as Plot from '@observablehq/plot';
import type { Steps } from '../../measure/statistics.ts';
import { draw } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { NEVER, percent, ratio } from '../format.ts';

const TABLE_PERCENTS = [1, 10, 25, 50, 75, 90, 99, 100];
/** Drawn up to here; what is slower by more is in the table. */
const MOST_DRAWN = 20;

export function stretchCdf({ at, share }: Steps): Figure {
  const most = Math.min(MOST_DRAWN, Math.max(2, ...at.slice(-1)));
  const steps = at.map((times, i) => ({ times, share: share[i]! })).filter(({ times }) => times <= most);
  const line = [{ times: 1, share: 0 }, ...steps, { times: most, share: steps.at(-1)?.share ?? 0 }];
  return {
    id: 'stretch',
    title: 'Stretch',
    definition:
      'Latency divided by the shortest path over the connections open at t0, entry nodes left out: 1 is the earliest physically possible arrival on this overlay.',
    svg:
      at.length === 0
        ? null
        : draw('Stretch of deliveries', {
            x: {
              domain: [1, most],
              ticks: 5,
              tickFormat: (value: number) => `${value}×`,
              label: 'latency / shortest path →',
            },
            y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ share of pairs' },
            marks: [
              Plot.ruleY([0]),
              Plot.line(line, {
                x: 'times',
                y: 'share',
                curve: 'step-after',
                stroke: 'var(--violet)',
                strokeWidth: 2,
              }),
            ],
          }),
    note: at.length === 0 ? 'Nothing was delivered.' : null,
    legend: [],
    table: {
      columns: ['Share of pairs', 'Within'],
      rows: TABLE_PERCENTS.map((of) => {
        const index = share.findIndex((reached) => reached >= of / 100 - 1e-12);
        return [percent(of / 100), index === -1 ? NEVER : `${ratio(at[index]!)}×`];
      }),
    },
  };
}
