/** How transactions travel, and what only some ways have. */
import { z } from 'zod';
import { defaultPropagationOptions as D } from '../propagation/options.ts';
import { PROPAGATION_MODES } from '../propagation/modes.ts';
import { integer, optionGroup, type OptionGroup } from './option.ts';

const propagation = optionGroup('Propagation');

export const propagationOptions = {
  propagation: propagation(
    z.enum(PROPAGATION_MODES),
    D.mode,
    'NAME',
    'hybrid: gossipsub and reconciliation; push: the gossipsub mesh alone; pull: reconciliation alone, each second; baselines: flood, announce (hash first), eth (as geth)',
  ),
  'propagation.eager': propagation(
    integer(0).optional(),
    undefined,
    'N',
    'baselines: peers that get a transaction whole; default: flood all, announce none, eth the root of their number, rounded up',
  ),
  'propagation.fetchdelay': propagation(
    integer(0).optional(),
    undefined,
    'MS',
    'announce, eth: an announced transaction may still come by itself for so long; default 0 and 500',
  ),
  'propagation.fetchtimeout': propagation(
    integer(1).optional(),
    undefined,
    'MS',
    'announce, eth: then another announcer is asked; default 2000 and 5000',
  ),
  'propagation.known': propagation(
    integer(0),
    D.maxKnownHashes,
    'N',
    'baselines: hashes remembered of each peer as known to it; 0: only who gave a transaction does not get it back',
  ),
} satisfies OptionGroup;
