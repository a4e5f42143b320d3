/**
 * The spread of a transaction over 1,000 nodes, by the real node in virtual time and by arithmetic.
 *
 * A random 8-regular graph that is its own mesh (every D is 8), links of 20 ms +- 10 % in each direction, no cost of
 * processing. The last node then has it after the longest of the shortest paths from where it entered; a copy passes
 * each edge in each direction but the n - 1 by which it came first.
 */
import { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { edgesOf } from '../../testnet/run.ts';
import { resolveScenario } from '../../testnet/scenario/resolve.ts';
import { linkModel, linksOf } from '../../testnet/topology/link-model.ts';
import { pathFinder } from '../../testnet/topology/shortest-paths.ts';
import { planWorkload } from '../../testnet/workload/plan.ts';

const NODES = 1000;
const DEGREE = 8;
const TRANSACTIONS = 2;
/** Between two transactions: each is alone on the network. The longest paths take some 110 ms. */
const FLIGHT_MS = 300;

export interface Compared {
  expected: number;
  measured: number;
}

/** One transaction. */
export interface Spread {
  /** From its submission until the last node has it; Infinity when one never gets it. */
  lastMs: Compared;
  /** Payload copies received by all nodes. */
  copies: Compared;
}

/** Patches the globals of this realm meanwhile. */
export async function measureSpread(seed: number): Promise<Spread[]> {
  const options = { 'gossip.d': DEGREE, 'gossip.dlo': DEGREE, 'gossip.dhi': DEGREE, 'gossip.dscore': DEGREE };
  const scenario = resolveScenario(
    JSON.stringify({
      seed,
      nodes: { count: NODES, options },
      topology: { kind: 'random-regular', degree: DEGREE },
      links: { latencyMs: 20, latencyDistribution: 'uniform', latencySpreadMs: 2 },
      workload: { transactions: TRANSACTIONS, senders: TRANSACTIONS },
    }),
  );
  const plan = await planWorkload(scenario);
  const edges = edgesOf(scenario);
  const arcs = linksOf(edges, linkModel(scenario)).map(({ from, to, latencyMs }) => {
    return { from, to, weight: latencyMs };
  });
  const distancesFrom = pathFinder(NODES, arcs);
  const simulation = await Simulation.start(scenario, edges, () => undefined);
  try {
    const spreads: Spread[] = [];
    for (const { raw, entry, hash } of plan) {
      const submittedMs = simulation.clock.nowMs();
      const copiesBefore = await copiesReceived(simulation);
      const answer = simulation.submit(entry, raw);
      await simulation.sleepUntil(submittedMs + FLIGHT_MS);
      await answer;
      spreads.push({
        lastMs: {
          expected: Math.max(...distancesFrom(entry)),
          measured: (await lastArrivalMs(simulation, hash)) - submittedMs,
        },
        copies: {
          expected: NODES * (DEGREE - 1) + 1,
          measured: (await copiesReceived(simulation)) - copiesBefore,
        },
      });
    }
    return spreads;
  } finally {
    await simulation.stop();
  }
}

async function copiesReceived(simulation: Simulation): Promise<number> {
  return (await simulation.status()).reduce((sum, { counters }) => sum + counters.messagesReceived, 0);
}

async function lastArrivalMs(simulation: Simulation, hash: string): Promise<number> {
  const arrivals = (await simulation.traces()).map(
    ({ events }) => events.find((event) => event.kind === 'arrival' && event.hash === hash)?.atMs ?? Infinity,
  );
  return Math.max(...arrivals);
}
