/** Simulated networks that nobody wired: nodes that know one address to begin from. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import type { Scenario } from '../../testnet/scenario/scenario.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import type { Simulation, SimulationOptions } from '../../testnet/networks/simulated/simulation.ts';
import { streamOf } from '../../testnet/random.ts';
import { scenarioOf, withSimulation } from './simulations.ts';

interface DiscoveredFields {
  seed: number;
  nodes: number;
  /** Options of every node beside discovery's own. */
  options?: Record<string, unknown>;
  /** Further fields of the scenario. */
  fields?: Record<string, unknown>;
}

/** Every node looks for peers and knows the address of node 0. */
async function discoveredScenario({ seed, nodes, options, fields }: DiscoveredFields): Promise<Scenario> {
  const key = await simulatedKey(streamOf(seed, 'node', 0, 'key'));
  const bootstrap = `/memory/0/p2p/${peerIdFromPrivateKey(key).toString()}`;
  return scenarioOf({
    seed,
    nodes: {
      count: nodes,
      cpu: { verifyMs: 0 },
      options: { discovery: true, bootstrap: [bootstrap], ...options },
    },
    ...fields,
  });
}

/** Starts it without a single connection. */
export async function withDiscovered<T>(
  what: DiscoveredFields,
  work: (simulation: Simulation) => Promise<T>,
  options: SimulationOptions = {},
): Promise<T> {
  return withSimulation(await discoveredScenario(what), work, { edges: [], ...options });
}

/** Of each node that is up: connections in all, and those it dialled. */
export function degreesOf(simulation: Simulation): { total: number; outbound: number }[] {
  return simulation.hosts
    .filter((_, node) => simulation.isUp(node))
    .map((host) => {
      const connections = host.connections();
      const outbound = connections.filter(({ direction }) => direction === 'outbound').length;
      return { total: connections.length, outbound };
    });
}

/** Whether those that are up can all reach each other over connections. */
export function isWhole(simulation: Simulation): boolean {
  const up = simulation.hosts.filter((_, node) => simulation.isUp(node));
  const byPeer = new Map(up.map((host) => [host.peerId.toString(), host]));
  const seen = new Set<string>();
  const open = [...byPeer.keys()].slice(0, 1);
  for (let peer = open.pop(); peer !== undefined; peer = open.pop()) {
    if (seen.has(peer)) continue;
    seen.add(peer);
    for (const { peerId } of byPeer.get(peer)!.connections()) {
      if (byPeer.has(peerId.toString())) open.push(peerId.toString());
    }
  }
  return seen.size === up.length;
}
