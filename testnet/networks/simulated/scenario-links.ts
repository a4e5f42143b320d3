import { streamOf, uniform } from '../../random.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { linkLatencyMs } from '../../topology/links.ts';
import { linkConditions, type LinkConditions } from './link-conditions.ts';

/** A scenario's rate as the links take it; null is unlimited. */
export function bitsPerSecond(mbps: number | null): number {
  return mbps === null ? Infinity : mbps * 1e6;
}

/** What lies between two nodes of a scenario, each direction with dice of its own. */
export function conditionsOf({ links, seed }: Scenario): (from: number, to: number) => LinkConditions {
  return (from, to) => {
    const baseMs = linkLatencyMs(from, to, links, seed);
    const jitter = streamOf(seed, 'jitter', from, to);
    return linkConditions({
      latencyMs: links.jitterMs === 0 ? baseMs : () => baseMs + uniform(jitter, 0, links.jitterMs),
      bitsPerSecond: bitsPerSecond(links.bandwidthMbps),
      lossProbability: links.lossRate,
      lossRandom: streamOf(seed, 'loss', from, to),
    });
  };
}
