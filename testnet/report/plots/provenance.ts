/** What first brought transactions to nodes. */
import { PROVENANCES } from '../../../src/telemetry/trace.ts';
import type { Summary } from '../../measure/summary.ts';
import type { Figure } from '../figure.ts';
import { count, percent } from '../format.ts';
import { drawBars } from './bars.ts';

export function provenance({ provenance: arrivals }: Summary): Figure {
  const total = PROVENANCES.reduce((sum, by) => sum + arrivals[by], 0);
  const shareOf = (value: number) => percent(total === 0 ? null : value / total);
  const bars = PROVENANCES.map((name) => ({
    name,
    value: arrivals[name],
    text: `${count(arrivals[name])} (${shareOf(arrivals[name])})`,
  }));
  return {
    id: 'provenance',
    title: 'Provenance',
    definition:
      'Arrivals by what first brought the transaction to the node: its own RPC, gossip push, an answered IWANT (pull), or set reconciliation (sync).',
    svg: total === 0 ? null : drawBars(`Provenance of ${count(total)} arrivals`, bars, 'var(--violet)'),
    note: total === 0 ? 'Nothing arrived.' : null,
    legend: [],
    table: {
      columns: ['By', 'Arrivals', 'Share'],
      rows: bars.map(({ name, value }) => [name, count(value), shareOf(value)]),
    },
  };
}
