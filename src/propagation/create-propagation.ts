import { baseline } from './direct/baselines.ts';
import { Direct } from './direct/direct.ts';
import { Gossip } from './gossip.ts';
import { isBaseline } from './modes.ts';
import type { Propagation, PropagationInit } from './propagation.ts';
import { Pull } from './pull.ts';

/** As its options say. */
export function createPropagation(init: PropagationInit): Propagation {
  const { mode } = init.options;
  if (isBaseline(mode)) return new Direct(init, baseline(mode, init.options.baseline));
  return mode === 'pull' ? new Pull(init) : new Gossip(init);
}
