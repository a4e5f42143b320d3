/**
 * What became of a transaction offered to the pool: one value, from which everybody else reads. The RPC answers
 * with it, gossip takes its verdict from it, the trace and the metrics carry its code. Nobody else decides.
 */
import type { Hex } from '../bytes.ts';
import type { TransactionRefusalCode } from '../transaction/refusal.ts';
import type { Transaction } from '../transaction/transaction.ts';

/** Why the pool, as it is now, does not take a valid transaction. */
export type PoolRefusalCode =
  | 'known'
  | 'gas-limit-above-block'
  | 'tip-too-low'
  | 'nonce-too-low'
  | 'nonce-too-far'
  | 'insufficient-funds'
  | 'insufficient-funds-cumulative'
  | 'replacement-underpriced'
  | 'sender-limit'
  | 'underpriced'
  | 'recently-evicted'
  | 'pool-full'
  /** Not the pool's own: the signature queue before it was full. */
  | 'verifier-busy'
  /** The account's nonce and balance cannot be had: the upstream that knows them is away. */
  | 'state-unavailable';

export type RefusalCode = TransactionRefusalCode | PoolRefusalCode;

export interface Refused {
  status: 'refused';
  code: RefusalCode;
  /** geth's wording, with its figures where geth gives them. */
  message: string;
}

/** Why a transaction left the pool. */
export type DepartureReason = 'replaced' | 'evicted' | 'expired' | 'included' | 'unpayable';

export interface Departure {
  transaction: Transaction;
  reason: DepartureReason;
}

export interface Admitted {
  status: 'pending' | 'queued';
  hash: Hex;
  /** Became pending by this, in nonce order of their sender: the newcomer itself when pending, then those it freed. */
  promoted: Transaction[];
  /** Left by this: the replaced one, the evicted ones. */
  departed: Departure[];
}

export type Outcome = Admitted | Refused;

/** DESIGN: reject punishes the sender, ignore nobody, accept forwards. */
export type GossipVerdict = 'accept' | 'ignore' | 'reject';

interface Meaning {
  verdict: GossipVerdict;
  /** Another time this pool may take it: worth fetching again. */
  temporary: boolean;
}

const FAULT: Meaning = { verdict: 'reject', temporary: false };
const NOT_NOW: Meaning = { verdict: 'ignore', temporary: true };
const NEVER_HERE: Meaning = { verdict: 'ignore', temporary: false };

/** The one table. A peer is blamed only for what every honest node would refuse whatever its state. */
export const MEANING: Readonly<Record<RefusalCode | 'pending' | 'queued', Meaning>> = {
  pending: { verdict: 'accept', temporary: false },
  // Not gossiped until executable: forwarding a gap spreads what nobody can include.
  queued: { verdict: 'ignore', temporary: false },
  known: NEVER_HERE,

  oversized: FAULT,
  malformed: FAULT,
  'type-not-supported': FAULT,
  'wrong-chain-id': FAULT,
  'invalid-signature': FAULT,
  'nonce-too-large': FAULT,
  'tip-above-fee-cap': FAULT,
  'fee-overflow': FAULT,
  'empty-authorization-list': FAULT,
  'set-code-creates-contract': FAULT,
  'init-code-too-large': FAULT,
  'intrinsic-gas-too-low': FAULT,
  'floor-data-gas-too-low': FAULT,

  // These turn on our state or our taste; an honest peer may see another head or have other limits.
  'gas-limit-above-block': NOT_NOW,
  // The floor is an option: it does not move while the node runs.
  'tip-too-low': NEVER_HERE,
  'nonce-too-low': NEVER_HERE,
  'nonce-too-far': NOT_NOW,
  'insufficient-funds': NOT_NOW,
  'insufficient-funds-cumulative': NOT_NOW,
  'replacement-underpriced': NEVER_HERE,
  'sender-limit': NOT_NOW,
  underpriced: NOT_NOW,
  'recently-evicted': NOT_NOW,
  'pool-full': NOT_NOW,
  'verifier-busy': NOT_NOW,
  'state-unavailable': NOT_NOW,
};

export function meaningOf(outcome: Outcome): Meaning {
  return MEANING[outcome.status === 'refused' ? outcome.code : outcome.status];
}
