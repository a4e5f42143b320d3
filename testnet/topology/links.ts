/** What each connection is like, per direction: the scenario's `links` made concrete by the seed. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { logNormal, normal, streamOf, uniform } from '../random.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** One direction of an edge. */
export interface Link {
  from: number;
  to: number;
  /** One way, of the link itself; jitter comes on top for each message. */
  latencyMs: number;
}

/**
 * Two links for each edge, in the order of the edges, the one from the lower index first. Each draws from dice of its
 * own: another edge more or less leaves it as it is, and so does another topology.
 */
export function drawLinks(edges: readonly Edge[], links: Scenario['links'], seed: number): Link[] {
  const link = (from: number, to: number): Link => ({
    from,
    to,
    latencyMs: linkLatencyMs(from, to, links, seed),
  });
  return edges.flatMap(([low, high]) => [link(low, high), link(high, low)]);
}

/** The latency of what goes from one node to another, were they connected; also for connections made later. */
export function linkLatencyMs(from: number, to: number, links: Scenario['links'], seed: number): number {
  if (links.latencyDistribution === 'fixed') return links.latencyMs;
  return drawLatencyMs(links, streamOf(seed, 'latency', from, to));
}

/** The same with jitter on top, one draw for each message. What a link of that direction asks for its messages. */
export function messageLatency(
  from: number,
  to: number,
  links: Scenario['links'],
  seed: number,
): () => number {
  const latencyMs = linkLatencyMs(from, to, links, seed);
  if (links.jitterMs === 0) return () => latencyMs;
  const random = streamOf(seed, 'jitter', from, to);
  return () => latencyMs + uniform(random, 0, links.jitterMs);
}

function drawLatencyMs(links: Scenario['links'], random: Random): number {
  const { latencyDistribution, latencyMs: mean, latencySpreadMs: spread } = links;
  switch (latencyDistribution) {
    case 'fixed':
      return mean;
    case 'uniform':
      return uniform(random, mean - spread, mean + spread);
    case 'log-normal':
      return logNormal(random, mean, spread);
    case 'normal': {
      let latencyMs = normal(random, mean, spread);
      while (latencyMs < 0) latencyMs = normal(random, mean, spread);
      return latencyMs;
    }
  }
}
