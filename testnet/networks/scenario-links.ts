/** A scenario's links as every network emulates them, from the same dice. */
import { streamOf } from '../random.ts';
import { linkState, messageDelays, type LinkModel, type LinkState } from '../topology/link-model.ts';
import { linkConditions, type LinkConditions } from './link-conditions.ts';

/** A scenario's rate as the links take it; null is unlimited. */
export function bitsPerSecond(mbps: number | null): number {
  return mbps === null ? Infinity : mbps * 1e6;
}

/**
 * What lies between two nodes, one direction, with dice of its own. `state` in place of the scenario's: the link was
 * changed meanwhile.
 */
export function conditionsOf(
  from: number,
  to: number,
  model: LinkModel,
  state: LinkState = linkState(from, to, model),
): LinkConditions {
  return linkConditions({
    latencyMs: state.jitterMs === 0 ? state.latencyMs : messageDelays(from, to, model, state),
    bitsPerSecond: bitsPerSecond(state.bandwidthMbps),
    lossProbability: state.lossRate,
    lossRandom: streamOf(model.seed, 'loss', from, to),
  });
}
