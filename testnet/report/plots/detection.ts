/** How the news of deaths went round, and what of it was false. */
import * as Plot from '@observablehq/plot';
import type { MembershipDetails } from '../../measure/membership.ts';
import { ecdf, sampleOf } from '../../measure/statistics.ts';
import type { Summary } from '../../measure/summary.ts';
import { draw, logDomain, logTicks, SMALLEST_MS, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { count, milliseconds, NEVER, ratio } from '../format.ts';

const COLOURS = { kill: 'var(--blue)', freeze: 'var(--orange)' } as const;
const NAMES = { kill: 'killed', freeze: 'frozen' } as const;
/** A line of the curve; more are as steep to the eye. */
const MAX_STEPS = 200;
/** Deaths in the table: churn makes hundreds. */
const MAX_ROWS = 200;

export function detection(
  { membership }: Summary,
  { deaths, falseDeaths }: MembershipDetails,
  readyAtMs: number,
): Figure {
  const lines = (['kill', 'freeze'] as const).flatMap((how) => {
    const those = deaths.filter((death) => death.how === how && death.knew > 0);
    if (those.length === 0) return [];
    const held = those.flatMap(({ heldDeadMs, knew }) => [
      ...heldDeadMs,
      ...new Array<number>(knew - heldDeadMs.length).fill(Infinity),
    ]);
    return [{ how, curve: ecdf(sampleOf(held), MAX_STEPS) }];
  });
  const x = logDomain(lines.flatMap(({ curve }) => curve.at));
  const drawn = lines.some(({ curve }) => curve.at.length > 0);
  return {
    id: 'detection',
    title: 'Deaths found',
    definition:
      'Share of (death, living node that had known the dead one) pairs in which the living node held it dead so long after it was killed or frozen.',
    svg: drawn
      ? draw(`Deaths found over time: ${lines.map(({ how }) => NAMES[how]).join(', ')}`, {
          x: {
            type: 'log',
            domain: x,
            ticks: logTicks(x),
            tickFormat: tickMilliseconds,
            label: 'since the death →',
          },
          y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ share of pairs' },
          marks: [
            Plot.ruleY([0]),
            ...lines.map(({ how, curve: { at, share } }) =>
              Plot.line(
                [
                  { ms: x[0], share: 0 },
                  ...at.map((ms, i) => ({ ms: Math.max(SMALLEST_MS, ms), share: share[i]! })),
                  { ms: x[1], share: share.at(-1) ?? 0 },
                ],
                { x: 'ms', y: 'share', curve: 'step-after', stroke: COLOURS[how], strokeWidth: 2 },
              ),
            ),
          ],
        })
      : null,
    note: `${deaths.length === 0 ? 'Nobody died.' : `${count(deaths.length)} deaths, ${count(membership.overBefore)} over before all knew.`} Living nodes declared dead: ${count(falseDeaths.length)}, ${ratio(membership.falseDeaths)} per node-hour; suspected: ${ratio(membership.falseSuspicions)} per node-hour.${deaths.length > MAX_ROWS ? ` The table has the first ${MAX_ROWS}.` : ''}`,
    legend: lines.map(({ how }) => ({ name: NAMES[how], colour: COLOURS[how] })),
    table: {
      columns: ['When', 'Node', 'Back after', 'Knew it', 'First found', 'All knew', 'Found as'],
      rows: deaths
        .slice(0, MAX_ROWS)
        .map(({ node, how, fromMs, untilMs, knew, heldDeadMs, cause }) => [
          milliseconds(fromMs - readyAtMs),
          `${node} ${NAMES[how]}`,
          untilMs === Infinity ? NEVER : milliseconds(untilMs - fromMs),
          `${knew} nodes`,
          milliseconds(heldDeadMs[0] ?? null, NEVER),
          milliseconds((heldDeadMs.length === knew ? heldDeadMs.at(-1) : undefined) ?? null, NEVER),
          cause ?? '',
        ]),
    },
  };
}
