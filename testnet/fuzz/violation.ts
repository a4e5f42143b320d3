/** What did not hold, by the names of invariants.ts. */
export const INVARIANTS = [
  'start',
  'exception',
  'unhandled-rejection',
  'answered',
  'flawed-refused',
  'valid-accepted',
  'known-transaction',
  'came-from-neighbour',
  'caused',
  'forwarded',
  'arrives-once',
  'time-order',
  'pool-is-arrivals-less-departures',
  'pool-consistent',
  'departs-for-a-reason',
  'peers-blameless',
  'nothing-dropped',
  'settled',
  'bytes-conserved',
  'counters-add-up',
  'same-pools',
  'scores',
  'same-again',
  'in-time',
] as const;

export type InvariantName = (typeof INVARIANTS)[number];

export interface Violation {
  invariant: InvariantName;
  message: string;
}
