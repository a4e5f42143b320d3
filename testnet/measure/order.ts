/**
 * Order: pairs of transactions of one sender with consecutive nonces, at every node where both arrived. Inverted when
 * the later nonce arrived strictly earlier; a tie - both in one message - is in order. An inverted pair is a nonce gap
 * that was filled: by what brought the earlier nonce at last. Where the later one arrived and no earlier one ever did,
 * the gap is open to the end. An earlier one that is followed nowhere - never submitted, or refused - pairs with nobody:
 * whether there was a gap then shows in the later one, which had to queue.
 */
import { PROVENANCES } from '../../src/telemetry/trace.ts';
import type { Joined } from './join.ts';
import type { Summary } from './summary.ts';

export function order({ nodes, transactions, arrivalAtMs, provenance, queued }: Joined): Summary['order'] {
  const byNonce = new Map<string, number[]>();
  transactions.forEach(({ sender, nonce }, transaction) => {
    const key = `${sender}:${nonce}`;
    const same = byNonce.get(key);
    if (same) same.push(transaction);
    else byNonce.set(key, [transaction]);
  });
  const figures = { pairs: 0, inverted: 0, filledBy: { rpc: 0, push: 0, pull: 0, sync: 0 }, open: 0 };
  transactions.forEach(({ sender, nonce }, later) => {
    // More than one where a nonce was used again, as a replacement is.
    const earlierOnes = byNonce.get(`${sender}:${nonce - 1n}`) ?? [];
    for (let node = 0; node < nodes; node++) {
      const laterAtMs = arrivalAtMs[later * nodes + node]!;
      if (laterAtMs === Infinity) continue;
      let isOpen = earlierOnes.length > 0 || queued[later * nodes + node] === 1;
      for (const earlier of earlierOnes) {
        const pair = earlier * nodes + node;
        const earlierAtMs = arrivalAtMs[pair]!;
        if (earlierAtMs === Infinity) continue;
        isOpen = false;
        figures.pairs++;
        if (laterAtMs >= earlierAtMs) continue;
        figures.inverted++;
        figures.filledBy[PROVENANCES[provenance[pair]!]!]++;
      }
      if (isOpen) figures.open++;
    }
  });
  return figures;
}
