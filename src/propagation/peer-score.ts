/**
 * Peer score for a transaction topic, after gossipsub v1.1 (P1-P7). What earns: bringing valid transactions first.
 * What costs: invalid ones, broken IWANT promises, re-grafting in the back-off, batches padded with junk (P5, padding.ts). Mesh delivery rate (P3) is off: a
 * transaction topic has no expected rate, and an idle network would punish everybody.
 */
import type { GossipsubOpts } from '@chainsafe/libp2p-gossipsub';
import type { PeerIdText } from '../host/host.ts';

/** Half-life of `seconds` at one decay a second. */
const decayOver = (seconds: number): number => 0.5 ** (1 / seconds);

export function scoreParams(
  topic: string,
  appSpecificScore: (peer: PeerIdText) => number,
): GossipsubOpts['scoreParams'] {
  return {
    topics: {
      [topic]: {
        topicWeight: 1,
        timeInMeshWeight: 0.01,
        timeInMeshQuantum: 1000,
        timeInMeshCap: 300,
        firstMessageDeliveriesWeight: 0.1,
        firstMessageDeliveriesDecay: decayOver(60),
        firstMessageDeliveriesCap: 100,
        meshMessageDeliveriesWeight: 0,
        meshMessageDeliveriesDecay: 0.5,
        meshMessageDeliveriesCap: 1,
        meshMessageDeliveriesThreshold: 1,
        meshMessageDeliveriesWindow: 10,
        meshMessageDeliveriesActivation: 1000,
        meshFailurePenaltyWeight: 0,
        meshFailurePenaltyDecay: 0.5,
        // Squared: one bad message is survived, three within minutes are not.
        invalidMessageDeliveriesWeight: -50,
        invalidMessageDeliveriesDecay: decayOver(120),
      },
    },
    topicScoreCap: 20,
    appSpecificScore,
    appSpecificWeight: 1,
    IPColocationFactorWeight: -5,
    IPColocationFactorThreshold: 10,
    // A network on one machine has one address; co-location says nothing there.
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: decayOver(10),
    decayInterval: 1000,
    decayToZero: 0.01,
    retainScore: 3_600_000,
  };
}

export const scoreThresholds: GossipsubOpts['scoreThresholds'] = {
  gossipThreshold: -100,
  publishThreshold: -200,
  graylistThreshold: -400,
  acceptPXThreshold: 10,
  opportunisticGraftThreshold: 0.5,
};
