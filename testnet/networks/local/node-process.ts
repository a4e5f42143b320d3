/**
 * Entry of a node process: runs the nodes it is told to, answers the controller, and ends when told or when the
 * controller is gone, however that came about.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunningNode } from '../../../src/launch.ts';
import { launchNode } from '../../../src/launch.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import { messageLatency } from '../../topology/links.ts';
import { fundedState } from '../funded-state.ts';
import type { NodeStatus, NodeTrace } from '../network.ts';
import type {
  AnswerMessage,
  Exchanges,
  RequestKind,
  RequestMessage,
  Shaping,
  StartedNode,
} from './protocol.ts';
import { shapedTransport } from './shaped-transport.ts';

/**
 * Dials of one node under way at once: on long links a handshake is mostly waiting. Few, because a host turns away a
 * burst of connections from one address, and here all have the same.
 */
const PARALLEL_DIALS = 8;

interface Member {
  index: number;
  running: RunningNode;
  events: TraceEvent[];
  arrivals: number;
}

const members = new Map<number, Member>();
/** Node indices of the whole network, by peer id. */
const indexOf = new Map<string, number>();
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();

const handlers: {
  [Kind in RequestKind]: (request: Exchanges[Kind]['request']) => Promise<Exchanges[Kind]['answer']>;
} = {
  start: async ({ nodes, chainId, accounts, trace, shaping }) => {
    const started: StartedNode[] = [];
    const state = fundedState(chainId, accounts);
    for (const { index, options } of nodes) {
      const member = { index, events: [] as TraceEvent[], arrivals: 0 };
      const record = (event: TraceEvent): void => {
        if (event.kind === 'arrival') member.arrivals++;
        if (trace) member.events.push(event);
      };
      const running = await launchNode(options, {
        state,
        trace: { record },
        ...(shaping !== null && { transports: [linksOf(index, shaping)] }),
      });
      members.set(index, Object.assign(member, { running }));
      started.push({
        index,
        peerId: running.node.peerId.toString(),
        rpcUrl: running.rpcUrl,
        multiaddr: running.multiaddrs[0]!,
      });
    }
    return started;
  },

  peers: ({ peerIds }) => {
    for (const [index, peerId] of peerIds.entries()) indexOf.set(peerId, index);
    return Promise.resolve(null);
  },

  connect: async ({ dials }) => {
    const waiting = [...dials];
    const dialInTurn = async (): Promise<void> => {
      for (let dial = waiting.shift(); dial !== undefined; dial = waiting.shift()) {
        await members.get(dial.index)!.running.node.addPeer(dial.multiaddr);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_DIALS }, dialInTurn));
    return null;
  },

  status: () => {
    const { user, system } = process.cpuUsage();
    const rssBytes = process.memoryUsage.rss();
    const loopDelayP99Ms = loopDelay.percentile(99) / 1e6;
    return Promise.resolve(
      [...members.values()].map(({ index, running: { node }, arrivals }): NodeStatus & { index: number } => ({
        index,
        peers: node.host.connections().length,
        mesh: node.propagation.meshPeers().length,
        pending: node.pool.counts.pending,
        queued: node.pool.counts.queued,
        arrivals,
        unsettled: node.propagation.unsettled,
        counters: node.counters(),
        cpuMs: (user + system) / 1000,
        rssBytes,
        nodesInProcess: members.size,
        loopDelayP99Ms,
      })),
    );
  },

  traces: () =>
    Promise.resolve(
      [...members.values()].map(({ index, running, events }): NodeTrace => {
        return { index, peerId: running.node.peerId.toString(), events };
      }),
    ),

  stop: async () => {
    await Promise.all([...members.values()].map(({ running }) => running.stop()));
    return null;
  },
};

/** TCP with the latencies of the links of node `from`. A peer from outside the network has none. */
function linksOf(from: number, { links, seed }: Shaping): ReturnType<typeof shapedTransport> {
  return shapedTransport((peerId) => {
    const to = indexOf.get(peerId);
    if (to === undefined) return undefined;
    return {
      thereMs: messageLatency(from, to, links, seed),
      backMs: messageLatency(to, from, links, seed),
    };
  });
}

async function answer({ id, kind, request }: RequestMessage): Promise<void> {
  let message: AnswerMessage;
  try {
    message = { id, answer: await handlers[kind](request as never) };
  } catch (error) {
    message = { id, error: (error as Error).message };
  }
  process.send!(message, undefined, undefined, () => {
    if (kind === 'stop') process.exit(0);
  });
}

process.on('message', (message: RequestMessage) => void answer(message));
process.on('disconnect', () => process.exit(1));
// Ctrl-C reaches the whole process group; the controller decides what ends when.
process.on('SIGINT', () => undefined);
