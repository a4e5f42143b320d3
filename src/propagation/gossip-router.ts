import { gossipsub, StrictNoSign, type GossipSub, type GossipsubOpts } from '@chainsafe/libp2p-gossipsub';
import type { Host } from '../host/host.ts';
import { messageId, messageIdKey } from './message-id.ts';
import type { PropagationOptions } from './options.ts';
import { scoreParams, scoreThresholds } from './peer-score.ts';

/** What the router can do beyond its published interface; verified at construction. */
export interface GossipRouter extends GossipSub {
  start(): Promise<void>;
  stop(): Promise<void>;
  getMeshPeers(topic: string): string[];
  getScore(peerId: string): number;
  reportMessageValidationResult(idKey: string, source: string, verdict: 'accept' | 'ignore' | 'reject'): void;
}

/** Called with the data of every payload copy as it is read, duplicates included, before anything else. */
export type CopyObserver = (idKey: string, data: Uint8Array) => void;

/** What gossipsub is told, on any host. */
export function gossipSettings(
  topic: string,
  options: PropagationOptions,
  onCopy: CopyObserver,
): Partial<GossipsubOpts> {
  const { gossip } = options;
  return {
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => messageId(message.data),
    msgIdToStrFn: messageIdKey,
    fastMsgIdFn: (message) => {
      const data = message.data ?? new Uint8Array();
      const idKey = messageIdKey(messageId(data));
      onCopy(idKey, data);
      return idKey;
    },
    asyncValidation: true,
    batchPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    emitSelf: false,
    fallbackToFloodsub: false,
    // Peer exchange on prune would let a stranger choose our neighbours.
    doPX: false,
    allowedTopics: [topic],
    maxInboundDataLength: options.maxFrameBytes,
    decodeRpcLimits: {
      maxSubscriptions: 16,
      maxMessages: 5000,
      maxControlMessages: 64,
      maxIhaveMessageIDs: 5000,
      maxIwantMessageIDs: 5000,
      maxIdontwantMessageIDs: 512,
      maxPeerInfos: 16,
    },
    scoreParams: scoreParams(topic),
    scoreThresholds: scoreThresholds,
    D: gossip.D,
    Dlo: gossip.Dlo,
    Dhi: gossip.Dhi,
    Dscore: gossip.Dscore,
    Dout: gossip.Dout,
    Dlazy: gossip.Dlazy,
    gossipFactor: gossip.gossipFactor,
    heartbeatInterval: gossip.heartbeatMs,
    mcacheLength: gossip.historyLength,
    mcacheGossip: gossip.historyGossip,
    seenTTL: gossip.seenTtlMs,
    floodPublish: gossip.floodPublish,
    idontwantMinDataSize: gossip.idontwantMinBytes,
  };
}

/** gossipsub on `host`, for one topic. */
export function createGossipRouter(
  host: Host,
  topic: string,
  options: PropagationOptions,
  onCopy: CopyObserver,
): GossipRouter {
  const router = gossipsub(gossipSettings(topic, options, onCopy))(host.gossipComponents) as GossipRouter;
  for (const method of [
    'start',
    'stop',
    'getMeshPeers',
    'getScore',
    'reportMessageValidationResult',
  ] as const) {
    if (typeof router[method] !== 'function')
      throw new Error(`this gossipsub has no ${method}(); use version 17`);
  }
  return router;
}
