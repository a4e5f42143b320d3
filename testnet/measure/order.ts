/**
 * Order: pairs of transactions of one sender with consecutive nonces, at every node where both arrived. Inverted when
 * the later nonce arrived strictly earlier; a tie - both in one message - is in order.
 */
import type { Joined } from './join.ts';
import type { Summary } from './summary.ts';

export function order({ nodes, transactions, arrivalAtMs }: Joined): Summary['order'] {
  const byNonce = new Map<string, number[]>();
  transactions.forEach(({ sender, nonce }, transaction) => {
    const key = `${sender}:${nonce}`;
    const same = byNonce.get(key);
    if (same) same.push(transaction);
    else byNonce.set(key, [transaction]);
  });
  const figures = { pairs: 0, inverted: 0 };
  transactions.forEach(({ sender, nonce }, earlier) => {
    // More than one where a nonce was used again, as a replacement is.
    for (const later of byNonce.get(`${sender}:${nonce + 1n}`) ?? []) {
      for (let node = 0; node < nodes; node++) {
        const earlierAtMs = arrivalAtMs[earlier * nodes + node]!;
        const laterAtMs = arrivalAtMs[later * nodes + node]!;
        if (earlierAtMs === Infinity || laterAtMs === Infinity) continue;
        figures.pairs++;
        if (laterAtMs < earlierAtMs) figures.inverted++;
      }
    }
  });
  return figures;
}
