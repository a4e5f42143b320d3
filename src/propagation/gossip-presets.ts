/** Whole configurations of gossipsub, derived from one base. */
import { defaultGossipOptions, type GossipOptions } from './options.ts';

export const GOSSIP_PRESET_NAMES = ['default', 'ethereum', 'fast', 'frugal'] as const;
export type GossipPresetName = (typeof GOSSIP_PRESET_NAMES)[number];

export const GOSSIP_PRESETS: Record<GossipPresetName, GossipOptions> = {
  /** The gossipsub specification's own values. */
  default: defaultGossipOptions,

  /**
   * Of Ethereum's consensus layer: consensus-specs, phase0/p2p-interface.md, "Gossipsub Parameters"; the threshold of
   * IDONTWANT, which the specification leaves open, is that of rust-libp2p and so of Lighthouse.
   */
  ethereum: {
    ...defaultGossipOptions,
    D: 8,
    Dlo: 6,
    Dhi: 12,
    Dlazy: 6,
    heartbeatMs: 700,
    historyLength: 6,
    historyGossip: 3,
    seenTtlMs: 550 * 700,
    floodPublish: false,
    idontwantMinBytes: 1000,
  },

  /** A hop fewer, for copies: a large mesh, own messages to all peers, twice the heartbeats. */
  fast: {
    ...defaultGossipOptions,
    D: 12,
    Dlo: 9,
    Dhi: 18,
    Dscore: 6,
    Dout: 4,
    heartbeatMs: 500,
    historyLength: 12,
    historyGossip: 6,
    floodPublish: true,
  },

  /** Few copies: the smallest mesh that holds together, and even a lone transaction is worth an IDONTWANT. */
  frugal: {
    ...defaultGossipOptions,
    D: 4,
    Dlo: 3,
    Dhi: 6,
    Dscore: 2,
    Dout: 1,
    idontwantMinBytes: 1,
  },
};
