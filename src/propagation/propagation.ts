/**
 * How transactions travel between pools: one interface, several ways to do it. The node knows no more of them than this.
 *
 *   gossip.ts           gossipsub: modes hybrid and push
 *   pull.ts             nothing is sent unasked; reconciliation brings what is missing
 *   direct/             baselines over streams of their own: flood, announce, eth
 *
 * All take what Admission let in, tell what they did in the same events and counters, and answer for the same limits.
 * Nodes that propagate in different ways and are connected nonetheless exchange what their protocols have in common,
 * which between gossip and the baselines, or between two baselines, is nothing but reconciliation where both have it on.
 */
import type { Hex } from '../bytes.ts';
import type { Clock, Random } from '../environment.ts';
import type { Host, PeerIdText } from '../host/host.ts';
import type { Mempool } from '../mempool/mempool.ts';
import type { TraceSink, TrafficCounters } from '../telemetry/trace.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { Admission, Admitted } from './admission.ts';
import type { PropagationOptions } from './options.ts';

export interface PropagationInit {
  host: Host;
  clock: Clock;
  random: Random;
  pool: Pick<Mempool, 'get' | 'pendingTransactions'>;
  admission: Admission;
  topic: string;
  options: PropagationOptions;
  maxTransactionBytes: number;
  trace: TraceSink;
  /**
   * Takes all and passes nothing on but its own: no real node has a use for it. Testnets do, to see what a network
   * bears of nodes that save their upload.
   */
  silent?: boolean | undefined;
  /** In which reconciliation brings what any peer has, ms; undefined: there is none (padding.ts). */
  gapsHealWithinMs?: number | undefined;
  /** A peer has sent us these, which we had: it has them too. */
  onShown?: ((hashes: readonly Hex[]) => void) | undefined;
  /** These were published to nobody: gossip is not to bring them anywhere. */
  onUnheard?: ((hashes: readonly Hex[]) => void) | undefined;
  /** An exception nobody expected: a bug, to be logged. */
  onError: (error: unknown) => void;
}

/** Decaying counts, all but the first: see gossipsub v1.1, P1, P2, P4 and P7. */
export interface PeerScoreParts {
  meshMs: number;
  firstDeliveries: number;
  invalidDeliveries: number;
  behaviourPenalty: number;
}

export interface Propagation {
  /** Names what is spread; one for each chain. */
  readonly topic: string;
  /** Messages waiting for validation at most; further ones are not looked at. */
  readonly maxQueuedMessages: number;
  /** Messages read whose fate is open. */
  readonly unsettled: number;
  /** Transactions peers announced that are asked for or about to be. */
  readonly fetching: number;
  /** Messages with something in them that every honest node refuses: their senders were punished. */
  readonly rejected: number;

  start(): Promise<void>;
  stop(): Promise<void>;

  /** Sends on what an admission outside it (RPC, reconciliation) made executable. */
  spread(results: readonly Admitted[]): void;
  /** Sends on what no transaction freed: another head of the chain made it executable. */
  spreadPromoted(promoted: readonly Transaction[]): void;

  counters(): TrafficCounters;
  /** Peers that transactions are exchanged with: of gossip its mesh, else all that take part. */
  meshPeers(): PeerIdText[];
  /** Peers that said they take part. */
  subscribers(): PeerIdText[];
  /** Where nobody keeps scores, 0. */
  peerScore(peer: PeerIdText): number;
  scoreParts(peer: PeerIdText): PeerScoreParts;
  /** It misbehaved elsewhere: so many points of gossipsub's behaviour penalty (P7). Without scores nothing follows. */
  penalize(peer: PeerIdText, points: number): void;
}

export const NO_SCORE: PeerScoreParts = {
  meshMs: 0,
  firstDeliveries: 0,
  invalidDeliveries: 0,
  behaviourPenalty: 0,
};
