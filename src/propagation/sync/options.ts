/** How pools are compared with those of peers: every option with what it trades or bounds. */

export interface SyncOptions {
  /** Off: no stream of it is opened or answered. What gossip did not bring is then not brought. */
  enabled: boolean;
  /** Between two comparisons with a peer taken by chance, ms, a quarter more or less: how long what was missed may stay so. */
  intervalMs: number;
  /**
   * What became pending so lately, ms, is left out, for gossip is about to bring it: else every comparison under load
   * would find what is under way, fetch it twice and blur what push does. 0 where nothing is pushed.
   */
  graceMs: number;
  /** Coded symbols of one session, 13 bytes each; beyond it all ids are listed. Bounds what decoding can take of CPU and memory. */
  maxSymbols: number;
  /** Ids of one list, 8 bytes each: what a peer that claims a huge pool can make us hold. Above the size of any pool. */
  maxIds: number;
  /** Transactions travel in pages of so many bytes: what one fault throws away, and how long gossip waits for the verifier. */
  pageBytes: number;
  /** Of pages, given to one peer and taken from it, bytes a second each way: what is left of the line and the verifier for gossip. */
  bytesPerSecond: number;
  /** A peer that says nothing for so long loses the session, ms: how long the silent hold a place. */
  silenceMs: number;
  /** No session is longer, ms: how long those that say little hold a place. What is left is for the next. */
  maxSessionMs: number;
  /** Sessions that peers began and that are under way: their ids and buffers, up to 2 MB each, are what a crowd can hold. */
  maxIncoming: number;
  /** Between two sessions of one peer that go beyond the digest, ms: each costs us ids and symbols of the whole pool, 10 ms of CPU for 20,000. */
  minIntervalMs: number;
  /** What the pool refused for a passing reason is not fetched again for so long, ms: a full pool would fetch the same each time. */
  retryMs: number;
  /**
   * Transactions that one session brings and gossip carries on from here, at most: few cost less pushed than compared for
   * at every hop. More travel on by sessions alone, so that a newcomer does not flood the network with what it knows.
   */
  maxSpread: number;
}

export const defaultSyncOptions: SyncOptions = {
  enabled: true,
  intervalMs: 10_000,
  graceMs: 3_000,
  maxSymbols: 65_536,
  maxIds: 1_048_576,
  pageBytes: 32 * 1024,
  bytesPerSecond: 2 * 1024 * 1024,
  silenceMs: 10_000,
  maxSessionMs: 60_000,
  maxIncoming: 4,
  minIntervalMs: 1_000,
  retryMs: 30_000,
  maxSpread: 32,
};
