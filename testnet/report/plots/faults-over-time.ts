/** What broke and when, over how the transactions of that time fared. */
import * as Plot from '@observablehq/plot';
import type { AppliedFault } from '../../faults/fault.ts';
import type { TransactionOverTime } from '../../measure/over-time.ts';
import { draw, tickMilliseconds } from '../draw.ts';
import type { Figure } from '../figure.ts';
import { milliseconds, percent } from '../format.ts';

/** Marks drawn; churn makes hundreds, and the table has them. */
const MAX_MARKS = 60;

/** `faults`: with times relative to the first moment measured, as `transactions` has them. */
export function faultsOverTime(
  faults: readonly (AppliedFault & { sinceReadyMs: number })[],
  transactions: readonly TransactionOverTime[],
): Figure {
  const stride = Math.ceil(faults.length / MAX_MARKS) || 1;
  const marks = faults.filter((_, index) => index % stride === 0);
  const rows = transactions.filter(({ coverage }) => coverage !== null);
  return {
    id: 'faults-over-time',
    title: faults.length === 0 ? 'Transactions by when they were due' : 'Faults, and what they did',
    definition:
      'Each dot is a transaction at its t0: the share of nodes alive from then to the end of the drain that had it in the end. Lines are faults: red breaks, green mends.',
    svg:
      rows.length === 0
        ? null
        : draw(`Coverage of transactions over the run, ${faults.length} faults`, {
            x: { label: 'since measuring began →', ticks: 5, tickFormat: tickMilliseconds, nice: true },
            y: { domain: [0, 1], grid: true, ticks: 5, tickFormat: '.0%', label: '↑ coverage' },
            marks: [
              Plot.ruleX(marks, {
                x: 'sinceReadyMs',
                stroke: ({ action }: AppliedFault) => (mends(action.kind) ? 'var(--green)' : 'var(--bad)'),
                strokeOpacity: marks.length > 20 ? 0.4 : 0.8,
              }),
              Plot.ruleY([0]),
              Plot.dot(rows, { x: 't0Ms', y: 'coverage', r: 2.5, fill: 'var(--blue)', fillOpacity: 0.55 }),
            ],
          }),
    note: rows.length === 0 ? 'No transaction was accepted.' : null,
    legend: [
      { name: 'transactions', colour: 'var(--blue)' },
      ...(faults.length === 0
        ? []
        : [
            { name: 'breaks', colour: 'var(--bad)' },
            { name: 'mends', colour: 'var(--green)' },
          ]),
    ],
    table:
      faults.length === 0
        ? {
            columns: ['t0', 'Coverage', 't90'],
            rows: rows.map(({ t0Ms, coverage, t90Ms }) => [
              milliseconds(t0Ms),
              percent(coverage),
              milliseconds(t90Ms, 'never'),
            ]),
          }
        : {
            columns: ['When', 'What', 'Why', 'Missed'],
            rows: faults.map(({ sinceReadyMs, action, cause, missed }) => [
              milliseconds(sinceReadyMs),
              actionText(action),
              cause,
              missed ?? '',
            ]),
          },
  };
}

const MENDS: ReadonlySet<string> = new Set(['restart', 'join', 'thaw', 'heal', 'restore']);

function mends(kind: AppliedFault['action']['kind']): boolean {
  return MENDS.has(kind);
}

function actionText(action: AppliedFault['action']): string {
  if ('links' in action) {
    const links =
      action.links.length === 1 ? `link ${action.links[0]!.join('–')}` : `${action.links.length} links`;
    return `${action.kind} ${links}`;
  }
  const node = `${action.kind} node ${action.node}`;
  if (action.kind === 'restart') return `${node}, disk ${action.disk}`;
  return action.kind === 'slow' ? `${node} by ${action.factor}` : node;
}
