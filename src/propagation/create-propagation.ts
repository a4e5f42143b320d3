import { Gossip } from './gossip.ts';
import type { Propagation, PropagationInit } from './propagation.ts';

export function createPropagation(init: PropagationInit): Propagation {
  return new Gossip(init);
}
