/**
 * Rumour mongering, infect and die: who hears of a transaction for the first time tells F of all others, by chance,
 * and no more. On a complete graph a share s of the nodes hears of it that solves s = 1 - e^(-F s) as their number
 * grows: whoever never heard was missed by F s n tellings. (Kermack and McKendrick 1927; Demers et al., PODC 1987.)
 */
import { loneTransactions } from './lone-transactions.ts';

export const RUMOUR_NODES = 100;

/** Links of 10 ms; rumours of three dozen hops are not heard of. */
const FLIGHT_MS = 500;

export function fixedPoint(fanout: number): number {
  let share = 1;
  for (let step = 0; step < 200; step++) share = 1 - Math.exp(-fanout * share);
  return share;
}

/**
 * The same for so many nodes, exactly: who was told what does not depend on the order of telling, so tellers are taken
 * one by one, and what matters is how many know. Whoever tells spares itself and who told it.
 */
export function expectedCoverage(nodes: number, fanout: number): number {
  let mean = 0;
  let knowing = new Map([[1, 1]]);
  for (let told = 0; knowing.size > 0; told++) {
    const next = new Map<number, number>();
    for (const [known, probability] of knowing) {
      if (known === told) {
        mean += known * probability;
        continue;
      }
      const others = told === 0 ? nodes - 1 : nodes - 2;
      const unaware = nodes - known;
      for (let fresh = 0; fresh <= Math.min(fanout, unaware); fresh++) {
        const share = hypergeometric(others, unaware, fanout, fresh);
        next.set(known + fresh, (next.get(known + fresh) ?? 0) + probability * share);
      }
    }
    knowing = next;
  }
  return mean / nodes;
}

/** Probability that of `draws` out of `all`, `marked` of which are marked, `hits` are marked. */
function hypergeometric(all: number, marked: number, draws: number, hits: number): number {
  return (choose(marked, hits) * choose(all - marked, draws - hits)) / choose(all, draws);
}

function choose(from: number, count: number): number {
  if (count < 0 || count > from) return 0;
  let ways = 1;
  for (let k = 0; k < count; k++) ways *= (from - k) / (k + 1);
  return ways;
}

/** Share of nodes reached by each transaction. */
export async function measureRumour(seed: number, fanout: number, transactions: number): Promise<number[]> {
  const options = { propagation: 'flood', 'propagation.eager': fanout, 'propagation.known': 0 };
  const spread = await loneTransactions(
    {
      seed,
      nodes: { count: RUMOUR_NODES, options },
      topology: { kind: 'complete' },
      links: { latencyMs: 10 },
      workload: { transactions, senders: transactions },
    },
    FLIGHT_MS,
  );
  return spread.map(({ nodes }) => nodes / RUMOUR_NODES);
}
