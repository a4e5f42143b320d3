/**
 * Announce, then fetch: where nothing is lost and the graph is connected, every node but the one it entered receives a
 * transaction once, whatever the graph and its latencies: n - 1 copies, redundancy 1.
 */
import { loneTransactions, type LoneTransaction } from './lone-transactions.ts';

export const ANNOUNCE_NODES = 60;

export const GRAPHS: Readonly<Record<string, Record<string, unknown>>> = {
  'random-regular 8': { topology: { kind: 'random-regular', degree: 8 } },
  'barabasi-albert 6': { topology: { kind: 'barabasi-albert', degree: 6 } },
  'watts-strogatz 4': { topology: { kind: 'watts-strogatz', degree: 4 } },
  ring: { topology: { kind: 'ring' } },
};

/** A ring is half of the nodes long, three crossings each. */
const FLIGHT_MS = 30 * 3 * 50 + 1000;

export function measureAnnounce(
  seed: number,
  graph: string,
  transactions: number,
): Promise<LoneTransaction[]> {
  const fields = {
    seed,
    nodes: { count: ANNOUNCE_NODES, options: { propagation: 'announce' } },
    links: { latencyMs: 30, latencyDistribution: 'uniform', latencySpreadMs: 20 },
    workload: { transactions, senders: transactions },
    ...GRAPHS[graph],
  };
  return loneTransactions(fields, FLIGHT_MS);
}
