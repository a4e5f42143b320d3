/** Experiment records made by hand or from a seed, with no network behind them. */
import type { Hex } from '../../src/bytes.ts';
import type {
  ArrivalEvent,
  BytesByKind,
  NodeCounters,
  Provenance,
  TraceEvent,
} from '../../src/telemetry/trace.ts';
import type { ExperimentRecord, SubmissionRecord } from '../../testnet/measure/record.ts';
import type { Edge, NodeStatus } from '../../testnet/networks/network.ts';
import { streamOf } from '../../testnet/random.ts';
import { noBytes, noCounters } from '../../src/telemetry/counters.ts';

export function bytesByKind(some: Partial<BytesByKind> = {}): BytesByKind {
  return { ...noBytes(), ...some };
}

export function counters(some: Partial<NodeCounters> = {}): NodeCounters {
  return { ...noCounters(), ...some };
}

export function status(some: Partial<NodeStatus> = {}): NodeStatus {
  return {
    up: true,
    peers: 0,
    mesh: 0,
    pending: 0,
    queued: 0,
    arrivals: 0,
    unsettled: 0,
    fetching: 0,
    counters: counters(),
    cpuMs: null,
    rssBytes: null,
    nodesInProcess: 1,
    loopDelayP99Ms: null,
    ...some,
  };
}

export function hashOf(transaction: number): Hex {
  return `0x${transaction.toString(16).padStart(64, '0')}`;
}

export function peerIdOf(node: number): string {
  return `peer-${node}`;
}

export function submission(transaction: number, some: Partial<SubmissionRecord> = {}): SubmissionRecord {
  const scheduledAtMs = some.scheduledAtMs ?? 0;
  return {
    hash: hashOf(transaction),
    sender: '0xaa',
    nonce: BigInt(transaction),
    sizeBytes: 110,
    entry: 0,
    scheduledAtMs,
    sentAtMs: scheduledAtMs,
    answeredAtMs: scheduledAtMs + 1,
    refusal: null,
    ...some,
  };
}

/** By push from node `from`, unless said otherwise; read and validated the moment it arrived. */
export function arrival(
  transaction: number,
  atMs: number,
  from: number | null,
  provenance: Provenance = from === null ? 'rpc' : 'push',
): ArrivalEvent {
  return {
    kind: 'arrival',
    atMs,
    hash: hashOf(transaction),
    provenance,
    from: from === null ? null : peerIdOf(from),
    status: 'pending',
    receivedAtMs: atMs,
    validationAtMs: atMs,
  };
}

/** `events[i]` is the trace of node i. Measured from 0 to 1,000 ms, edges a line, every counter zero. */
export function recordOf(events: TraceEvent[][], some: Partial<ExperimentRecord> = {}): ExperimentRecord {
  const nodes = events.length;
  return {
    network: 'simulated',
    seed: 1,
    edges: events.slice(1).map((_, node): Edge => [node, node + 1]),
    startedAtMs: -100,
    readyAtMs: 0,
    submittedAtMs: 500,
    endedAtMs: 1000,
    submissions: [],
    traces: events.map((trace, index) => ({ index, peerId: peerIdOf(index), events: trace })),
    before: Array.from({ length: nodes }, () => status()),
    after: Array.from({ length: nodes }, () => status()),
    droppedBytes: 0,
    digest: null,
    ...some,
  };
}

export interface SyntheticOptions {
  nodes?: number;
  transactions?: number;
  seed?: number;
  /** Share of pairs that get nothing, a refusal, or a late arrival instead of a delivery. */
  lossShare?: number;
  network?: 'local' | 'simulated';
}

/**
 * A ring with chords on which every transaction floods: each hop takes 5 to 60 ms, every further copy is a duplicate.
 * The counters are those of the flood, so bytes balance and redundancy follows from the edges.
 */
export function syntheticRecord({
  nodes = 20,
  transactions = 10,
  seed = 1,
  lossShare = 0.02,
  network = 'simulated',
}: SyntheticOptions = {}): ExperimentRecord {
  const stream = streamOf(seed, 'synthetic record');
  const random = () => stream.next();
  const edges = ringWithChords(nodes, random);
  const neighbours: number[][] = Array.from({ length: nodes }, () => []);
  for (const [a, b] of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  const traces: TraceEvent[][] = Array.from({ length: nodes }, () => []);
  const endedAtMs = transactions * 20 + 2000;
  const submissions: SubmissionRecord[] = [];
  const count = Array.from({ length: nodes }, () => counters());
  for (let transaction = 0; transaction < transactions; transaction++) {
    const entry = Math.floor(random() * nodes);
    const scheduledAtMs = transaction * 20;
    const sender: Hex = `0x${(transaction % 3).toString(16).padStart(40, '0')}`;
    const nonce = BigInt(Math.floor(transaction / 3));
    const refused = random() < lossShare;
    const sentAtMs = scheduledAtMs + random();
    submissions.push(
      submission(transaction, {
        entry,
        sender,
        nonce,
        scheduledAtMs,
        sentAtMs,
        answeredAtMs: sentAtMs + 1,
        refusal: refused ? 'underpriced' : null,
      }),
    );
    if (!refused) flood(transaction, entry, sentAtMs + 0.5);
  }
  for (const trace of traces) trace.sort((a, b) => a.atMs - b.atMs);
  const after = count.map((of, node) =>
    status({
      peers: neighbours[node]!.length,
      counters: of,
      cpuMs: network === 'local' ? 100 + node : null,
      rssBytes: network === 'local' ? 80e6 + node : null,
    }),
  );
  const before = after.map(({ cpuMs }) => status({ cpuMs: cpuMs === null ? null : 50 }));
  return recordOf(traces, {
    network,
    seed,
    edges,
    submittedAtMs: transactions * 20,
    endedAtMs,
    submissions,
    before,
    after,
  });

  function flood(transaction: number, entry: number, atMs: number): void {
    const seen = new Set([entry]);
    traces[entry]!.push(arrival(transaction, atMs, null));
    const queue: [node: number, atMs: number][] = [[entry, atMs]];
    const bytes = 150;
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [from, sentAtMs] = next;
      traces[from]!.push({
        kind: 'publish',
        atMs: sentAtMs,
        messageId: `m${transaction}`,
        hashes: [hashOf(transaction)],
        recipients: neighbours[from]!.length,
      });
      for (const to of neighbours[from]!) {
        count[from]!.sent.message += bytes;
        count[from]!.sent.control += 20;
        count[to]!.received.message += bytes;
        count[to]!.received.control += 20;
        count[to]!.copiesReceived++;
        count[to]!.messagesReceived++;
        if (seen.has(to)) {
          count[to]!.duplicateBytes += bytes;
          count[to]!.duplicateMessages++;
          continue;
        }
        seen.add(to);
        const arrivesAtMs = sentAtMs + 5 + 55 * random() ** 3;
        const fate = random() / lossShare;
        if (fate < 0.3) continue;
        if (fate < 0.6) {
          traces[to]!.push({
            kind: 'refused',
            atMs: arrivesAtMs,
            hash: hashOf(transaction),
            code: 'pool-full',
            provenance: 'push',
            from: peerIdOf(from),
          });
        } else {
          const lateMs = fate < 1 ? endedAtMs : 0;
          const by = random();
          const event = arrival(
            transaction,
            arrivesAtMs + lateMs,
            from,
            by < 0.9 ? 'push' : by < 0.97 ? 'pull' : 'sync',
          );
          event.receivedAtMs -= 2;
          event.validationAtMs -= 1;
          traces[to]!.push(event);
          if (lateMs === 0) queue.push([to, arrivesAtMs]);
        }
      }
    }
  }
}

function ringWithChords(nodes: number, random: () => number): Edge[] {
  const edges = new Map<string, Edge>();
  const add = (a: number, b: number) => {
    if (a !== b) edges.set(`${Math.min(a, b)}-${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)]);
  };
  for (let node = 0; node < nodes; node++) {
    add(node, (node + 1) % nodes);
    add(node, Math.floor(random() * nodes));
    add(node, Math.floor(random() * nodes));
  }
  return [...edges.values()];
}
