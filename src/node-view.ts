/** The node as JSON-RPC shows it: read from its parts, nothing kept. */
import type { Clock } from './environment.ts';
import type { Host } from './host/host.ts';
import type { Mempool } from './mempool/mempool.ts';
import type { StaticPeers } from './peers/static-peers.ts';
import type { Propagation } from './propagation/propagation.ts';
import type { GossipView, PeerInfo } from './rpc/backend.ts';
import type { Chain } from './state/chain.ts';
import type { Vitals } from './telemetry/vitals.ts';

export function peerInfos(host: Host, kept: StaticPeers): PeerInfo[] {
  const localAddress = host.addresses()[0]?.toString() ?? '';
  return host.connections().map(({ peerId, remoteAddress, direction, agentVersion, protocols }) => ({
    id: peerId.toString(),
    name: agentVersion,
    protocols: [...protocols],
    localAddress,
    remoteAddress: remoteAddress.toString(),
    inbound: direction === 'inbound',
    trusted: kept.has(peerId, 'trusted'),
    static: kept.has(peerId, 'static'),
  }));
}

export function gossipView(propagation: Propagation): GossipView {
  return {
    topic: propagation.topic,
    mesh: propagation.meshPeers(),
    subscribers: propagation.subscribers(),
    score: (peer) => propagation.peerScore(peer),
    scoreParts: (peer) => propagation.scoreParts(peer),
  };
}

export interface VitalParts {
  host: Host;
  clock: Clock;
  pool: Mempool;
  propagation: Propagation;
  chain: Chain | undefined;
  unbroadcast: number;
}

export async function readVitals(parts: VitalParts): Promise<Vitals> {
  const { host, clock, pool, propagation, chain, unbroadcast } = parts;
  const eventLoopLagMs = await measureLag(clock);
  return {
    peers: host.connections().length,
    meshPeers: propagation.meshPeers().length,
    subscribers: propagation.subscribers().length,
    pool: pool.counts,
    validation: {
      waiting: propagation.unsettled,
      limit: propagation.maxQueuedMessages,
      dropped: propagation.counters().dropped,
      rejected: propagation.rejected,
    },
    eventLoopLagMs,
    unbroadcast,
    chain: chain?.health(),
  };
}

/** ms; node waits at least one. */
const SHORTEST_TIMER_MS = 1;

/** How late a timer fires: what already waits in the event loop is in front of it. */
function measureLag(clock: Clock): Promise<number> {
  const dueMs = clock.nowMs() + SHORTEST_TIMER_MS;
  return new Promise((resolve) => {
    clock.after(SHORTEST_TIMER_MS, () => resolve(Math.max(0, clock.nowMs() - dueMs)));
  });
}
