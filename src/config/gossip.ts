/** gossipsub's parameters. */
import { z } from 'zod';
import { GOSSIP_PRESET_NAMES } from '../propagation/gossip-presets.ts';
import { defaultPropagationOptions as D } from '../propagation/options.ts';
import { integer, optionGroup, type OptionGroup, positive } from './option.ts';

const gossip = optionGroup('Gossip');
const G = D.gossip;

export const gossipOptions = {
  'gossip.preset': gossip(
    z.enum(GOSSIP_PRESET_NAMES),
    'default',
    'NAME',
    "what the other gossip options default to. default: gossipsub's; ethereum: the consensus layer's; fast: more copies; frugal: fewer",
  ),
  'gossip.d': gossip(integer(1), G.D, 'N', 'target mesh degree: more is faster and more redundant'),
  'gossip.dlo': gossip(integer(1), G.Dlo, 'N', 'graft below this'),
  'gossip.dhi': gossip(integer(1), G.Dhi, 'N', 'prune above this'),
  'gossip.dscore': gossip(integer(0), G.Dscore, 'N', 'kept by score when pruning'),
  'gossip.dout': gossip(integer(0), G.Dout, 'N', 'outbound connections kept in the mesh'),
  'gossip.dlazy': gossip(
    integer(0),
    G.Dlazy,
    'N',
    'peers outside the mesh told (IHAVE) each heartbeat, at least',
  ),
  'gossip.factor': gossip(
    z.number().min(0).max(1),
    G.gossipFactor,
    '0-1',
    'share of the peers outside the mesh told',
  ),
  'gossip.heartbeat': gossip(positive, G.heartbeatMs, 'MS', 'between heartbeats'),
  'gossip.history': gossip(integer(1), G.historyLength, 'N', 'heartbeats a message can be asked for'),
  'gossip.historygossip': gossip(integer(1), G.historyGossip, 'N', 'heartbeats a message is announced for'),
  'gossip.seenttl': gossip(positive, G.seenTtlMs, 'MS', 'a message id is remembered'),
  'gossip.floodpublish': gossip(
    z.boolean(),
    G.floodPublish,
    'BOOL',
    'send own messages to all peers, not to the mesh alone',
  ),
  'gossip.idontwant': gossip(
    integer(0),
    G.idontwantMinBytes,
    'BYTES',
    'announce messages of this size with IDONTWANT',
  ),
  'gossip.maxframe': gossip(
    integer(1024),
    D.maxFrameBytes,
    'BYTES',
    'one RPC frame of a peer: what a length prefix can make the node buffer',
  ),
} satisfies OptionGroup;
