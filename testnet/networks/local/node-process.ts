/**
 * Entry of a node process: runs the nodes it is told to, answers the controller, and ends when told or when the
 * controller is gone, however that came about.
 */
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys';
import { rmSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunningNode } from '../../../src/launch.ts';
import { launchNode } from '../../../src/launch.ts';
import { CopyLedger } from '../../../src/telemetry/copy-ledger.ts';
import type { TraceEvent } from '../../../src/telemetry/trace.ts';
import { atMost } from '../../at-most.ts';
import { AccessLine } from '../access-line.ts';
import { fundedState } from '../funded-state.ts';
import { TESTNET_DEFAULTS } from '../node-defaults.ts';
import { peerScores } from '../peer-scores.ts';
import { bitsPerSecond } from '../scenario-links.ts';
import { LinkTable } from './link-table.ts';
import type {
  AnswerMessage,
  EventsMessage,
  Exchanges,
  NodeReport,
  NodeSpec,
  RequestKind,
  RequestMessage,
  StartedNode,
  Surroundings,
} from './protocol.ts';
import { shapedTransport } from './shaped-transport.ts';

/**
 * Dials of one node under way at once: on long links a handshake is mostly waiting. Few, because a host turns away a
 * burst of connections from one address, and here all have the same.
 */
const PARALLEL_DIALS = 8;

/**
 * How often events are handed to the controller, which keeps them when this process dies: seldom enough to cost little
 * a message, often enough that a node about to die has little left to tell (it tells before it does).
 */
const EVENTS_INTERVAL_MS = 1000;

interface Member {
  index: number;
  running: RunningNode;
  /** Since the last report. */
  events: TraceEvent[];
  arrivals: number;
  copies: CopyLedger | undefined;
}

const members = new Map<number, Member>();
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();
let surroundings: Surroundings | undefined;
let links: LinkTable | undefined;

const handlers: {
  [Kind in RequestKind]: (request: Exchanges[Kind]['request']) => Promise<Exchanges[Kind]['answer']>;
} = {
  start: async ({ nodes, surroundings: given }) => {
    surroundings = given;
    if (given.model !== null) links = new LinkTable(given.model);
    for (const fault of given.linkFaults) links?.apply(fault);
    const state = fundedState(given.chainId, given.accounts);
    const started: StartedNode[] = [];
    for (const spec of nodes) {
      const { index, options, privateKey, silent } = spec;
      const copies = given.trace && given.copies ? new CopyLedger() : undefined;
      const member = { index, events: [] as TraceEvent[], arrivals: 0, copies };
      const record = (event: TraceEvent): void => {
        if (event.kind === 'arrival') member.arrivals++;
        if (given.trace) member.events.push(event);
      };
      const running = await launchNode(
        { ...TESTNET_DEFAULTS, ...options },
        {
          state,
          trace: { record, copies },
          privateKey: privateKeyFromProtobuf(privateKey),
          silent,
          ...(links !== undefined && { transports: [shaped(spec, links, given.peerIds)] }),
        },
      );
      members.set(index, Object.assign(member, { running }));
      started.push({ index, rpcUrl: running.rpcUrl, multiaddr: running.multiaddrs[0]! });
    }
    if (given.trace) setInterval(tellEvents, EVENTS_INTERVAL_MS).unref();
    return started;
  },

  connect: async ({ dials }) => {
    const failures: string[] = [];
    await atMost(PARALLEL_DIALS, dials, async ({ index, multiaddr }) => {
      const { node } = members.get(index)!.running;
      await node.addPeer(multiaddr).catch((error: unknown) => failures.push((error as Error).message));
    });
    return failures;
  },

  links: (fault) => {
    links?.apply(fault);
    return Promise.resolve(null);
  },

  report: () => Promise.resolve(reports()),

  connections: () =>
    Promise.resolve(
      [...members.values()].map(({ index, running }) => {
        const peers = running.node.host.connections().map(({ peerId }) => peerId.toString());
        return { index, peers };
      }),
    ),

  beginMeasuring: () => {
    loopDelay.reset();
    links?.forgetLateness();
    return Promise.resolve(null);
  },

  lateness: () => Promise.resolve(links?.lateness() ?? []),

  countLateness: (count) => {
    links?.countLateness(count);
    return Promise.resolve(null);
  },

  stop: async () => {
    // A cut link would have the goodbyes wait until somebody gives up.
    links?.healAll();
    await Promise.all([...members.values()].map(({ running }) => running.stop()));
    return reports();
  },

  die: () => Promise.resolve(reports()),
};

/** TCP as the node has it in the emulated network. A peer from outside has no link. */
function shaped(
  { index, uplinkMbps, downlinkMbps }: NodeSpec,
  table: LinkTable,
  peerIds: readonly string[],
): ReturnType<typeof shapedTransport> {
  const indexOf = new Map(peerIds.map((peerId, peer) => [peerId, peer]));
  return shapedTransport(
    (peerId) => {
      const peer = indexOf.get(peerId);
      return peer === undefined ? undefined : table.between(index, peer);
    },
    {
      uplink: new AccessLine(bitsPerSecond(uplinkMbps)),
      downlink: new AccessLine(bitsPerSecond(downlinkMbps)),
    },
  );
}

function reports(): NodeReport[] {
  const { user, system } = process.cpuUsage();
  const rssBytes = process.memoryUsage.rss();
  const loopDelayP99Ms = loopDelay.percentile(99) / 1e6;
  return [...members.values()].map((member) => {
    const { index, running, arrivals, copies } = member;
    const { node } = running;
    // In step with the counters, and seldom: only what is asked for has its cost.
    const events = [...member.events, ...(copies?.take(node.nowMs()) ?? [])];
    member.events = [];
    return {
      index,
      events,
      status: {
        up: true,
        peers: node.host.connections().length,
        mesh: node.propagation.meshPeers().length,
        pending: node.pool.counts.pending,
        queued: node.pool.counts.queued,
        arrivals,
        unsettled: node.propagation.unsettled,
        fetching: node.propagation.fetching,
        ...(surroundings?.scores === true && { scores: peerScores(node) }),
        counters: node.counters(),
        cpuMs: (user + system) / 1000,
        rssBytes,
        nodesInProcess: members.size,
        loopDelayP99Ms,
      },
    };
  });
}

function tellEvents(): void {
  const happened = [...members.values()].flatMap((member) => {
    const { index, events } = member;
    member.events = [];
    return events.length === 0 ? [] : [{ index, events }];
  });
  if (happened.length > 0) process.send!({ happened } satisfies EventsMessage);
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
    if (kind === 'die') process.kill(process.pid, 'SIGKILL');
  });
}

process.on('message', (message: RequestMessage) => void answer(message));
process.on('disconnect', () => {
  // Whoever would have removed it is gone. All processes of the network try: what another one has removed is no error.
  if (surroundings !== undefined) {
    rmSync(surroundings.directory, { recursive: true, force: true, maxRetries: 5 });
  }
  process.exit(1);
});
// Ctrl-C reaches the whole process group; the controller decides what ends when.
process.on('SIGINT', () => undefined);
