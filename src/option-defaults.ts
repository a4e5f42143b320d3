/**
 * Options that stand for many: what the others default to where these are chosen. What is written explicitly always
 * wins, so that `propagation: push` with `sync: true` is push with reconciliation.
 */
import type { NodeOptions } from './config.ts';
import { GOSSIP_PRESETS, type GossipPresetName } from './propagation/gossip-presets.ts';
import type { PropagationMode } from './propagation/modes.ts';
import type { GossipOptions } from './propagation/options.ts';

/** Between two comparisons where nothing else brings anything, ms. */
const PULL_INTERVAL_MS = 1_000;

const BY_MODE: Record<PropagationMode, Partial<NodeOptions>> = {
  hybrid: {},
  push: { 'gossip.dlazy': 0, 'gossip.factor': 0, sync: false },
  pull: { 'sync.interval': PULL_INTERVAL_MS, 'sync.grace': 0 },
  flood: { sync: false },
  announce: { sync: false },
  eth: { sync: false },
};

/** @param given as written, not yet checked. */
export function defaultsGiven(given: Readonly<Record<string, unknown>>): Partial<NodeOptions> {
  const preset: GossipOptions | undefined = GOSSIP_PRESETS[given['gossip.preset'] as GossipPresetName];
  const mode: Partial<NodeOptions> | undefined = BY_MODE[given['propagation'] as PropagationMode];
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- what is given may be anything
  return { ...(preset === undefined ? {} : named(preset)), ...mode };
}

function named(gossip: GossipOptions): Partial<NodeOptions> {
  return {
    'gossip.d': gossip.D,
    'gossip.dlo': gossip.Dlo,
    'gossip.dhi': gossip.Dhi,
    'gossip.dscore': gossip.Dscore,
    'gossip.dout': gossip.Dout,
    'gossip.dlazy': gossip.Dlazy,
    'gossip.factor': gossip.gossipFactor,
    'gossip.heartbeat': gossip.heartbeatMs,
    'gossip.history': gossip.historyLength,
    'gossip.historygossip': gossip.historyGossip,
    'gossip.seenttl': gossip.seenTtlMs,
    'gossip.floodpublish': gossip.floodPublish,
    'gossip.idontwant': gossip.idontwantMinBytes,
  };
}
