/** What tells whether a node does its work, and the judgement. */
import type { PoolCounts } from '../mempool/mempool.ts';
import type { ChainHealth } from '../state/chain.ts';

export interface Vitals {
  peers: number;
  meshPeers: number;
  /** Peers on the topic, those in the mesh included. */
  subscribers: number;
  pool: PoolCounts;
  validation: {
    /** Messages read and not yet answered with a verdict. */
    waiting: number;
    /** Of them, before further ones are ignored. */
    limit: number;
    /** Since start: dropped unvalidated, and answered with *reject*. */
    dropped: number;
    rejected: number;
  };
  /** How late a timer fires that is due now, ms. */
  eventLoopLagMs: number;
  /** Submitted here and not yet seen at any peer. */
  unbroadcast: number;
  /** Undefined on genesis. */
  chain: ChainHealth | undefined;
}

/** ms. A quarter of gossipsub's heartbeat: from here on gossip itself is late. */
const MAX_EVENT_LOOP_LAG_MS = 250;

/** Of the queue before validation: with less room left, the next burst is dropped. */
const MAX_QUEUE_SHARE = 0.5;

/** Why the node does not do its work, a sentence each; none: it does. */
export function complaints(vitals: Vitals): string[] {
  const { peers, meshPeers, subscribers, validation, eventLoopLagMs, chain } = vitals;
  const found: string[] = [];
  if (peers === 0) found.push('no peers: what is submitted here goes nowhere');
  else if (subscribers === 0) {
    found.push('no peer is on the topic: is their chain id the same?');
  } else if (meshPeers === 0) found.push('no peer is in the mesh: gossip comes late or not at all');
  if (validation.waiting > validation.limit * MAX_QUEUE_SHARE) {
    found.push(
      `${validation.waiting} messages wait for validation, of at most ${validation.limit}: the next are ignored`,
    );
  }
  if (eventLoopLagMs > MAX_EVENT_LOOP_LAG_MS) {
    found.push(
      `timers are ${Math.round(eventLoopLagMs)} ms late: the process has more to do than one core can`,
    );
  }
  if (chain !== undefined && !chain.reachable) {
    found.push(
      `the upstream is not reachable (${chain.problem ?? 'no reason known'}): the pool stands at block ${chain.headNumber}`,
    );
  }
  return found;
}
