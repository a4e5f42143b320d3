/**
 * Push to P peers by chance and announce to the rest, on a D-regular graph: duplicates are P(D-2)/(D-1) a node.
 *
 * Why: each node pushes to P of the D - 1 that did not give it the transaction, so nodes are pushed P copies each. Who
 * hears of it first by a push, with probability P/(D-1), needs no more; who hears of it first by an announcement asks at
 * once, and gets one further copy, whatever is pushed meanwhile. That makes P + 1 - P/(D-1), one of which is needed.
 *
 * What it assumes, and this therefore sets: who tells a node first has decided by chance and without knowledge of it
 * (links alike, so that the first is one that came straight; nothing remembered of peers but who gave it); asking at
 * once; one request. The node a transaction enters pushes to P of D, which adds 2P/(n(D-1)).
 *
 * With memory of what peers are known to have, which every real client has, there are fewer: whoever has announced or
 * pushed it by then is spared. `known` is its size.
 */
import { loneTransactions } from './lone-transactions.ts';

export const EAGER_PUSH = { nodes: 200, degree: 8 } as const;

/** Links of 20 ms; some five hops of three crossings. */
const FLIGHT_MS = 1000;

export function expectedDuplicates(eager: number): number {
  const { nodes, degree } = EAGER_PUSH;
  return (eager * (degree - 2)) / (degree - 1) + (2 * eager) / (nodes * (degree - 1));
}

/** Duplicates a node, of each transaction. @throws {Error} when one does not reach every node. */
export async function measureEagerPush(
  seed: number,
  eager: number,
  transactions: number,
  known = 0,
): Promise<number[]> {
  const { nodes, degree } = EAGER_PUSH;
  const options = { propagation: 'announce', 'propagation.eager': eager, 'propagation.known': known };
  const spread = await loneTransactions(
    {
      seed,
      nodes: { count: nodes, options },
      topology: { kind: 'random-regular', degree },
      links: { latencyMs: 20 },
      workload: { transactions, senders: transactions },
    },
    FLIGHT_MS,
  );
  return spread.map(({ nodes: reached, copies }) => {
    if (reached < nodes) throw new Error(`a transaction reached ${reached} of ${nodes} nodes`);
    return (copies - (nodes - 1)) / nodes;
  });
}
