/** Simulated networks that nobody wired: nodes that know the address of node 0. */
import type { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { scenarioOf, withSimulation } from './simulations.ts';

interface DiscoveredFields {
  seed: number;
  nodes: number;
  options?: Record<string, unknown>;
  latencyMs?: number;
}

/** Lets `work` have it once everybody is connected with everybody, however far around, and has a mesh. */
export async function withDiscovered<T>(
  { seed, nodes, options, latencyMs = 50 }: DiscoveredFields,
  work: (simulation: Simulation) => Promise<T>,
): Promise<T> {
  const scenario = scenarioOf({
    seed,
    nodes: { count: nodes, cpu: { verifyMs: 0 }, options },
    topology: { kind: 'discovered', bootstraps: 1 },
    links: { latencyMs },
  });
  return withSimulation(scenario, work);
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
