/**
 * Whole configurations of gossipsub, derived from one base. Where they stand, time to 99 % of the nodes against payload
 * bytes received for each transaction and node, duplicates included (npm run txgossip -- sweep presets: 200 nodes, real
 * distances, 100 transactions a second; lossy and churn: 100 nodes):
 *
 *              calm             5 % lost         churn
 *   default    222 ms    769    285 ms    778    227 ms    775
 *   ethereum   171 ms  1,070    234 ms  1,144    171 ms  1,180
 *   fast       171 ms  1,089    223 ms  1,121    171 ms  1,067
 *   frugal     233 ms    322    588 ms    334    651 ms    377
 */
import { defaultGossipOptions, type GossipOptions } from './options.ts';

export const GOSSIP_PRESET_NAMES = ['default', 'ethereum', 'fast', 'frugal'] as const;
export type GossipPresetName = (typeof GOSSIP_PRESET_NAMES)[number];

export const GOSSIP_PRESETS: Record<GossipPresetName, GossipOptions> = {
  /** The gossipsub specification's, with a history one heartbeat longer (options.ts). */
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

  /**
   * The first hop goes to every peer and the mesh is that of `ethereum`: a larger one costs copies and gains nothing
   * once the slowest link decides. Twice the heartbeats, so that what push missed is announced sooner; each message for
   * as long as by default, and a second more to ask for it.
   */
  fast: {
    ...defaultGossipOptions,
    D: 8,
    Dlo: 6,
    Dhi: 12,
    heartbeatMs: 500,
    historyLength: 12,
    historyGossip: 6,
    floodPublish: true,
  },

  /**
   * The smallest mesh that holds together: some three copies a node less than by default. Fewer paths make the tail
   * longer, and twice as long where nodes fail or links lose: announcements and reconciliation then bring what push does
   * not. They are fewer too: each message is announced for two heartbeats to three peers. IDONTWANT stays from 512 bytes
   * up: for lone transfers it cost four to six times the bytes it saved.
   */
  frugal: {
    ...defaultGossipOptions,
    D: 3,
    Dlo: 2,
    Dhi: 4,
    Dscore: 1,
    Dout: 1,
    Dlazy: 3,
    gossipFactor: 0.1,
    historyGossip: 2,
  },
};
