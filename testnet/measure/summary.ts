import type { Fate } from './ledger.ts';

/** `summary.json`: a contract. A figure that was not measured is null, never 0. Definitions: README, "Figures". */
export interface Summary {
  network: 'local' | 'simulated';
  seed: number;
  nodes: number;
  /** False: it measured the machine or itself, for the reasons given; its figures are no findings. */
  valid: boolean;
  invalidBecause: string[];
  /** Submissions: each transaction, its replacement, further copies, and those that must be refused. */
  transactions: { submitted: number; accepted: number; rejected: number };
  /**
   * Of those not accepted. expected: invalid ones, refused for what is wrong with them, and further copies that the
   * node knew. unexpected: all other refusals. entryDown: sent to a node that was down or stood still, so that the
   * wallet knows that nothing was sent. noAnswer: lost otherwise. Apart from these, invalid ones that were accepted.
   */
  refusals: {
    expected: number;
    unexpected: number;
    entryDown: number;
    noAnswer: number;
    invalidAccepted: number;
  };
  /** How late submissions left behind their schedule. In virtual time 0. */
  generatorLagMs: { p50: number | null; p99: number | null; max: number | null };
  /** Share of nodes alive throughout that had the transaction at the end: mean and least over accepted transactions. */
  coverage: { mean: number | null; min: number | null };
  /** Over deliveries. Percentiles over all (transaction, node) pairs: a pair never delivered counts as infinite, shown as null. */
  latencyMs: {
    count: number;
    p50: number | null;
    p90: number | null;
    p99: number | null;
    max: number | null;
  };
  /** Over transactions: the time until X % of the nodes alive had it. Never reached counts as infinite, shown as null. */
  timeToMs: Record<'t50' | 't90' | 't99' | 't100', { p50: number | null; p99: number | null }>;
  /** Payload copies received per unique delivery, by whatever way. */
  redundancy: number | null;
  /** Over arrivals: how often a transaction came to a node again. Null where copies are not counted one by one. */
  copiesAfterFirst: { mean: number | null; p50: number | null; p99: number | null; max: number | null };
  /** RMR: copies / (n - 1) - 1, mean over transactions. */
  relativeMessageRedundancy: number | null;
  /** Latency over the shortest path open at t0. Null where links are not emulated, or never delivered. */
  stretch: { p50: number | null; p90: number | null; p99: number | null };
  /** Between the entry node and the node it was delivered to, over deliveries. */
  hops: { mean: number | null; max: number | null };
  /** What a hop took, mean over hops: until the giver sent it, on the link, waiting for and in validation. */
  hopMs: { link: number | null; queue: number | null; validation: number | null; batching: number | null };
  /** Every (transaction, node) pair in one: they add up to transactions x nodes. */
  fates: Record<Fate, number>;
  /** Arrivals by what first brought them. */
  provenance: { rpc: number; push: number; pull: number; sync: number };
  /** Received, all nodes, from ready to end. */
  bytes: {
    payload: number | null;
    duplicate: number | null;
    control: number | null;
    sync: number | null;
    members: number | null;
    other: number | null;
    total: number | null;
  };
  /** Sent = received + dropped, by kind. Null when it could not be told. */
  conserved: boolean | null;
  /**
   * Same-sender pairs of consecutive nonces, over all nodes. inverted: arrived out of nonce order, behind a gap that
   * was then filled; filledBy: by what. open: the later nonce arrived and the earlier one never did, sent or not.
   */
  order: {
    pairs: number;
    inverted: number;
    filledBy: { rpc: number; push: number; pull: number; sync: number };
    open: number;
  };
  /** From the moment every node was up: until all were connected, and until all had their mesh. */
  timeToConnectedMs: { connected: number | null; meshed: number | null };
  /** Connections of a living node, from ready to end. */
  connections: { mean: number | null; min: number | null; max: number | null };
  /** What nodes held of each other. All null where nobody kept a membership. */
  membership: {
    /** Nodes killed or frozen while it was measured; of these, back before all knew. */
    deaths: number | null;
    overBefore: number | null;
    /** Over deaths: until the first living node held it dead, and until all that had known it did. Never is shown as null. */
    detectionMs: Record<'first' | 'all', { p50: number | null; max: number | null }>;
    /** Deaths by what the first to hold it dead had to say for it. */
    foundBy: Record<'refused' | 'silent' | 'unreachable' | 'told', number | null>;
    /** Living, reachable nodes declared dead, and suspicions of such, each per hour of a node's life. */
    falseDeaths: number | null;
    falseSuspicions: number | null;
    /** Living neighbours that probes could not reach and others could, and those that answered late. */
    links: Record<'cut' | 'slow', number | null>;
    /** Share of pairs of living nodes in which the one holds the other alive at the end. */
    complete: number | null;
    /** Sent by nodes that lived all the time, bytes of kind `members`. */
    messagesPerNodeSecond: number | null;
    bytesPerNodeSecond: number | null;
  };
  cpuMsPerDelivery: number | null;
  /** Largest resident set of any process. */
  rssBytesMax: number | null;
  /** Of the event log; simulated only. */
  digest: string | null;
}
