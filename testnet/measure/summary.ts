/** `summary.json`: a contract. A figure that was not measured is null, never 0. Definitions: README, "Figures". */
export interface Summary {
  network: 'local' | 'simulated';
  seed: number;
  nodes: number;
  transactions: { submitted: number; accepted: number; rejected: number };
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
  /** Payload copies received per unique delivery. */
  redundancy: number | null;
  /** Arrivals by what first brought them. */
  provenance: { rpc: number; push: number; pull: number; sync: number };
  /** Received, all nodes, from ready to end. */
  bytes: {
    payload: number | null;
    duplicate: number | null;
    control: number | null;
    sync: number | null;
    other: number | null;
    total: number | null;
  };
  /** Sent = received + dropped, by kind. Null when it could not be told. */
  conserved: boolean | null;
  /** Same-sender pairs of consecutive nonces, over all nodes; `inverted` arrived out of nonce order. */
  order: { pairs: number; inverted: number };
  cpuMsPerDelivery: number | null;
  /** Largest resident set of any process. */
  rssBytesMax: number | null;
  /** Of the event log; simulated only. */
  digest: string | null;
}
