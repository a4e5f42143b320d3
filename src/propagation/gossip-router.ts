import { gossipsub, StrictNoSign, type GossipSub, type GossipsubOpts } from '@chainsafe/libp2p-gossipsub';
import type { Host } from '../host/host.ts';
import { messageId, messageIdKey, remembering } from './message-id.ts';
import type { PropagationOptions } from './options.ts';
import { scoreParams, scoreThresholds } from './peer-score.ts';

/** What a score is made of, as gossipsub keeps it. */
interface PeerScoreStats {
  behaviourPenalty: number;
  topics: Partial<
    Record<string, { meshTime: number; firstMessageDeliveries: number; invalidMessageDeliveries: number }>
  >;
}

/** What the router can do beyond its published interface; verified at construction. */
export interface GossipRouter extends GossipSub {
  start(): Promise<void>;
  stop(): Promise<void>;
  getMeshPeers(topic: string): string[];
  getScore(peerId: string): number;
  /** By peer id; also of peers that left and are remembered. */
  dumpPeerScoreStats(): Record<string, PeerScoreStats>;
  reportMessageValidationResult(idKey: string, source: string, verdict: 'accept' | 'ignore' | 'reject'): void;
}

/** Called with the data of every payload copy as it is read, duplicates included, before anything else. */
export type CopyObserver = (idKey: string, data: Uint8Array) => void;

/** Called with every copy of a message that another peer had sent before. */
export type DuplicateObserver = (idKey: string, from: string) => void;

/** What we think of a peer beyond what gossipsub sees: its P5. */
export type PeerScorer = (peer: string) => number;

/** What gossipsub is told, on any host. */
export function gossipSettings(
  topic: string,
  options: PropagationOptions,
  onCopy: CopyObserver,
  scoreOf: PeerScorer = () => 0,
): Partial<GossipsubOpts> {
  const { gossip } = options;
  // gossipsub asks twice for each message that is new to it.
  const idOf = remembering(messageId);
  return {
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => idOf(message.data),
    msgIdToStrFn: messageIdKey,
    fastMsgIdFn: (message) => {
      const data = message.data ?? new Uint8Array();
      const idKey = messageIdKey(idOf(data));
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
    scoreParams: scoreParams(topic, scoreOf),
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
  scoreOf: PeerScorer,
): GossipRouter {
  const router = gossipsub(gossipSettings(topic, options, onCopy, scoreOf))(
    host.gossipComponents,
  ) as GossipRouter;
  for (const method of [
    'start',
    'stop',
    'getMeshPeers',
    'getScore',
    'dumpPeerScoreStats',
    'reportMessageValidationResult',
  ] as const) {
    if (typeof router[method] !== 'function')
      throw new Error(`this gossipsub has no ${method}(); use version 17`);
  }
  return router;
}

/** gossipsub tells nobody but its peer score who sent a duplicate: this listens there. */
export function observeDuplicates(router: GossipRouter, observer: DuplicateObserver): void {
  const { score } = router as unknown as { score?: { duplicateMessage?: unknown } };
  const duplicateMessage = score?.duplicateMessage;
  if (score === undefined || typeof duplicateMessage !== 'function')
    throw new Error('this gossipsub has no score.duplicateMessage(); use version 17');
  score.duplicateMessage = function (this: unknown, from: string, idKey: string, topic: string): void {
    observer(idKey, from);
    duplicateMessage.call(this, from, idKey, topic);
  };
}

/** Adds to the behaviour penalty (P7) of a peer that is connected. */
export function penalize(router: GossipRouter, peer: string, points: number): void {
  const { score } = router as unknown as {
    score?: { addPenalty?: (peer: string, points: number, label: string) => void };
  };
  if (typeof score?.addPenalty !== 'function')
    throw new Error('this gossipsub has no score.addPenalty(); use version 17');
  score.addPenalty(peer, points, 'sync');
}
