/** What is said of a member, and which of two sayings holds. */
import type { PeerIdText } from '../../host/host.ts';
import type { MemberState } from '../../telemetry/trace.ts';

export interface Update {
  peer: PeerIdText;
  state: MemberState;
  /** Counted up by the member alone, each time it says that it lives. */
  incarnation: number;
  /** Multiaddrs without /p2p/; of the living. */
  addresses: readonly string[];
  /** Suspect: who got no answer, independently, the first first. Dead: who found out. Else nobody. */
  by: readonly PeerIdText[];
}

/** Named in an update at most: more accusers change nothing. */
export const MAX_ACCUSERS = 4;
/** Of an alive member: what others try. */
export const MAX_ADDRESSES = 4;

/**
 * Beyond the one that is known: no honest member counts up so far while one is out of hearing. Bounds what a liar can take of
 * the numbers there are: all of them take 2^37 lies.
 */
export const MAX_INCARNATION_JUMP = 65_536;

const RANK: Record<MemberState, number> = { alive: 0, suspect: 1, dead: 2, left: 3 };

/**
 * A higher incarnation holds, then the worse state. As this is an order, nodes that have heard the same hold the same,
 * in whatever order it came.
 */
export function overrides(
  said: Pick<Update, 'state' | 'incarnation'>,
  held: Pick<Update, 'state' | 'incarnation'>,
): boolean {
  if (said.incarnation !== held.incarnation) return said.incarnation > held.incarnation;
  return RANK[said.state] > RANK[held.state];
}

export const isLiving = (state: MemberState): boolean => state === 'alive' || state === 'suspect';
