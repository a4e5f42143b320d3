/** What a link between any two nodes is like, one direction at a time: the scenario's `links` made concrete by the seed. */
import type { Random } from '../../src/environment.ts';
import type { Edge } from '../networks/network.ts';
import { logNormal, normal, streamOf, uniform } from '../random.ts';
import { placesOf } from '../scenario/node-settings.ts';
import { regionLatencies } from '../scenario/regions.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RegionLatencies } from './region-data.ts';

/** One direction. */
export interface LinkState {
  /** One way, of the link itself; jitter comes on top for each message. */
  latencyMs: number;
  /** Each message takes up to so much longer, drawn uniformly. */
  jitterMs: number;
  /** Mbit/s of this direction of this link alone; null is unlimited. */
  bandwidthMbps: number | null;
  /** Share of packets lost, [0, 1). */
  lossRate: number;
}

/** All that links are drawn from. Plain data: it can be sent to another process. */
export interface LinkModel {
  seed: number;
  links: Scenario['links'];
  /** Null: latencies are drawn, wherever the nodes are. */
  regions: {
    /** By node index. */
    of: readonly string[];
    /** ms, one way, from region to region. */
    latencyMs: RegionLatencies;
  } | null;
}

export function linkModel(scenario: Scenario): LinkModel {
  const { seed, links } = scenario;
  if (links.regions === null) return { seed, links, regions: null };
  // Whoever has not got a region from its group got one by the shares.
  const of = placesOf(scenario).map(({ region }) => region!);
  return { seed, links, regions: { of, latencyMs: regionLatencies(links.regions) } };
}

/**
 * What goes from one node to another meets, were they connected; also for connections made later. Each direction of
 * each pair draws from dice of its own: another link more or less leaves it as it is, and so does another topology.
 */
export function linkState(from: number, to: number, model: LinkModel): LinkState {
  const { jitterMs, bandwidthMbps, lossRate } = model.links;
  return { latencyMs: latencyOf(from, to, model), jitterMs, bandwidthMbps, lossRate };
}

/**
 * Latency with jitter, one draw for each message: what a link of that direction asks for its messages. The same on
 * every network, draw for draw. `state` in place of the scenario's: the link was changed meanwhile.
 */
export function messageDelays(
  from: number,
  to: number,
  model: LinkModel,
  state: LinkState = linkState(from, to, model),
): () => number {
  const { latencyMs, jitterMs } = state;
  if (jitterMs === 0) return () => latencyMs;
  const random = streamOf(model.seed, 'jitter', from, to);
  return () => latencyMs + uniform(random, 0, jitterMs);
}

/** One direction of an edge, for path finding. */
export interface Link {
  from: number;
  to: number;
  latencyMs: number;
}

/** Two links for each edge, in the order of the edges, the one from its first node first. */
export function linksOf(edges: readonly Edge[], model: LinkModel): Link[] {
  const link = (from: number, to: number): Link => ({ from, to, latencyMs: latencyOf(from, to, model) });
  return edges.flatMap(([a, b]) => [link(a, b), link(b, a)]);
}

function latencyOf(from: number, to: number, { links, regions, seed }: LinkModel): number {
  if (regions !== null) return regions.latencyMs[regions.of[from]!]![regions.of[to]!]!;
  if (links.latencyDistribution === 'fixed') return links.latencyMs;
  return drawLatencyMs(links, streamOf(seed, 'latency', from, to));
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
