/** The ledger as a table: where every (transaction, node) pair ended. */
import type { Details } from '../measure/details.ts';
import { FATES, type Fate } from '../measure/ledger.ts';
import { count, percent } from './format.ts';
import { escape } from './markup.ts';

const MEANING: Record<Fate, string> = {
  entry: 'arrived at the node it was submitted to',
  'delivered-rpc': 'submitted at this node too',
  'delivered-push': 'first copy by gossip push',
  'delivered-pull': 'first copy by an answered IWANT',
  'delivered-sync': 'first copy by reconciliation',
  late: 'arrived after the end of the drain',
  refused: 'the node did not take it',
  'node-down': 'the node was not up all the time',
  queued: 'waited behind a nonce gap to the end: nobody was sent it',
  'cut-off': 'no open connection led to the node',
  lost: 'nothing explains it',
};

export function ledgerMarkup({ ledger: { counts, refusedBy } }: Details): string {
  const total = FATES.reduce((sum, fate) => sum + counts[fate], 0);
  const row = (name: string, pairs: number, meaning: string) =>
    `<tr><th scope="row">${escape(name)}</th><td>${count(pairs)}</td><td>${percent(total === 0 ? null : pairs / total)}</td><td class="words">${escape(meaning)}</td></tr>`;
  const rows = FATES.flatMap((fate) => [
    row(fate, counts[fate], MEANING[fate]),
    ...(fate === 'refused'
      ? Object.entries(refusedBy).map(([code, pairs]) => row(`refused: ${code}`, pairs, 'of these'))
      : []),
  ]);
  return `<div class="scroll"><table><thead><tr><th scope="col">Fate</th><th scope="col">Pairs</th><th scope="col">Share</th><th scope="col" class="words">Meaning</th></tr></thead><tbody>
${rows.join('\n')}
${row('all', total, 'every transaction at every node')}
</tbody></table></div>`;
}
