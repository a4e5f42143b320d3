/**
 * A node as Prometheus metrics: https://prometheus.io/docs/practices/naming/ for the names. Read when they are asked
 * for, from what the node counts anyway; between two scrapes they cost nothing.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { PoolCounts } from '../mempool/mempool.ts';
import { BYTE_KINDS } from './counters.ts';
import type { MemberState, NodeCounters } from './trace.ts';

/** What is read of a node. */
export interface MetricsView {
  readonly clientVersion: string;
  nodeInfo(): { id: string };
  members(): {
    incarnation: number;
    localHealth: number;
    probes: { begun: number; failed: number };
    members: readonly { state: MemberState }[];
  };
  peers(): readonly { inbound: boolean }[];
  gossip(): { mesh: readonly unknown[]; subscribers: readonly unknown[] };
  knownPeers(): { peers: readonly unknown[] };
  readonly pool: { readonly counts: PoolCounts };
  readonly unbroadcast: number;
  readonly propagation: { readonly unsettled: number; readonly fetching: number; readonly rejected: number };
  counters(): NodeCounters;
}

type Labels = Record<string, string>;
/** Values of a metric, each with its labels. */
type Samples = readonly (readonly [Labels, number])[];
/** Name, help, and what it is now. */
type Row = readonly [name: string, help: string, read: (node: MetricsView) => Samples | number];

const STATES = ['alive', 'suspect', 'dead', 'left'] as const satisfies readonly MemberState[];

const GAUGES: readonly Row[] = [
  [
    'txgossip_node_info',
    'Always 1; who this is.',
    (node) => [[{ version: node.clientVersion, peer: node.nodeInfo().id }, 1]],
  ],
  [
    'txgossip_members',
    'Members by state as this node holds them, itself excepted.',
    (node) => {
      const { members } = node.members();
      return STATES.map((state) => [{ state }, members.filter((member) => member.state === state).length]);
    },
  ],
  [
    'txgossip_members_local_health',
    '0: well; up to 8: this node gets no answers itself, and waits the longer for others.',
    (node) => node.members().localHealth,
  ],
  [
    'txgossip_members_incarnation',
    'Of this node: how often it has contradicted what was said of it.',
    (node) => node.members().incarnation,
  ],
  [
    'txgossip_peers',
    'Peers connected, by who dialled.',
    (node) => {
      const peers = node.peers();
      const inbound = peers.filter((peer) => peer.inbound).length;
      return [
        [{ direction: 'inbound' }, inbound],
        [{ direction: 'outbound' }, peers.length - inbound],
      ];
    },
  ],
  [
    'txgossip_mesh_peers',
    'Peers that gossip is exchanged with in full.',
    (node) => node.gossip().mesh.length,
  ],
  [
    'txgossip_topic_peers',
    'Peers on the topic, the mesh included.',
    (node) => node.gossip().subscribers.length,
  ],
  ['txgossip_known_peers', 'Peers discovery could dial.', (node) => node.knownPeers().peers.length],
  [
    'txgossip_pool_transactions',
    'Transactions in the pool by status.',
    ({ pool }) => [
      [{ status: 'pending' }, pool.counts.pending],
      [{ status: 'queued' }, pool.counts.queued],
    ],
  ],
  [
    'txgossip_unbroadcast_transactions',
    'Submitted here and not yet seen at any peer.',
    (node) => node.unbroadcast,
  ],
  [
    'txgossip_validation_waiting_messages',
    'Gossip messages read and not yet answered with a verdict.',
    (node) => node.propagation.unsettled,
  ],
  [
    'txgossip_fetching_transactions',
    'Announced by peers, and asked for or about to be: of the baselines announce and eth.',
    (node) => node.propagation.fetching,
  ],
];

const COUNTERS: readonly Row[] = [
  ['txgossip_members_probes_total', 'Probes of members begun.', (node) => node.members().probes.begun],
  [
    'txgossip_members_probes_failed_total',
    'Of them, those answered neither to this node nor to those it asked.',
    (node) => node.members().probes.failed,
  ],
  [
    'txgossip_members_sent_messages_total',
    'Frames of membership, peer exchange and pings sent.',
    (node) => node.counters().memberMessagesSent,
  ],
  [
    'txgossip_members_received_messages_total',
    'Frames of membership, peer exchange and pings received.',
    (node) => node.counters().memberMessagesReceived,
  ],
  [
    'txgossip_gossip_messages_total',
    'Gossip messages received, duplicates counted.',
    (node) => node.counters().messagesReceived,
  ],
  [
    'txgossip_gossip_duplicate_messages_total',
    'Of them, those this node had been sent before.',
    (node) => node.counters().duplicateMessages,
  ],
  [
    'txgossip_gossip_dropped_messages_total',
    'Gossip messages dropped unvalidated: the node was behind.',
    (node) => node.counters().dropped,
  ],
  [
    'txgossip_gossip_rejected_messages_total',
    'Gossip messages with something in them that every honest node refuses.',
    (node) => node.propagation.rejected,
  ],
  [
    'txgossip_copies_total',
    'Transactions received, each as often as it came: by gossip, or in a page of reconciliation.',
    (node) => {
      const { copiesReceived, syncCopiesReceived } = node.counters();
      return [
        [{ way: 'gossip' }, copiesReceived],
        [{ way: 'sync' }, syncCopiesReceived],
      ];
    },
  ],
  [
    'txgossip_sent_bytes_total',
    'Bytes sent by kind: message is gossip payload, other handshakes and framing.',
    (node) => byKind(node.counters().sent),
  ],
  [
    'txgossip_received_bytes_total',
    'Bytes received by kind, as those sent.',
    (node) => byKind(node.counters().received),
  ],
  [
    'txgossip_gossip_duplicate_bytes_total',
    'Of the bytes received of kind message, those of duplicates.',
    (node) => node.counters().duplicateBytes,
  ],
];

function byKind(bytes: NodeCounters['sent']): Samples {
  return BYTE_KINDS.map((kind) => [{ kind }, bytes[kind]]);
}

/** A registry of its own for each node, so that several in a process do not mix. */
export function createMetrics(node: MetricsView): Registry {
  const registry = new Registry();
  const registers = [registry];
  for (const [name, help, read] of GAUGES) {
    const samples = (): Samples => samplesOf(read(node));
    new Gauge({
      name,
      help,
      labelNames: labelsOf(samples()),
      registers,
      collect() {
        for (const [labels, value] of samples()) this.set(labels, value);
      },
    });
  }
  for (const [name, help, read] of COUNTERS) {
    const samples = (): Samples => samplesOf(read(node));
    const shown = new Map<string, number>();
    new Counter({
      name,
      help,
      labelNames: labelsOf(samples()),
      registers,
      collect() {
        for (const [labels, value] of samples()) {
          const key = Object.values(labels).join();
          const before = shown.get(key) ?? 0;
          // What is a difference of two counts can be behind itself for a moment; a counter that falls is a restart.
          this.inc(labels, Math.max(0, value - before));
          shown.set(key, Math.max(before, value));
        }
      },
    });
  }
  return registry;
}

function samplesOf(read: Samples | number): Samples {
  return typeof read === 'number' ? [[{}, read]] : read;
}

function labelsOf(samples: Samples): string[] {
  return Object.keys(samples[0]![0]);
}
