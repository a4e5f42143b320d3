export interface UpstreamOptions {
  /** Between two looks at the head, ms; over WebSocket only while there is no subscription. */
  pollMs: number;
  /** A call that got no answer after this has failed, ms: what a hanging upstream can hold up. */
  timeoutMs: number;
  /** A transaction of an account not yet known waits this long for it, ms, and is then refused for now. */
  patienceMs: number;
  /** Whether pending transactions are handed on. */
  forward: boolean;
  /** Requests with accounts or transactions under way at once: what a burst costs the upstream. */
  maxRequests: number;
  /** Calls in one of them. */
  maxBatchCalls: number;
  /** Accounts kept beside those of the pool's senders until the next head: what strangers' transactions can fill. */
  maxAccounts: number;
  /** Senders of the pool asked for again on a head that did not touch them, the longest unasked first. */
  maxRefreshed: number;
  /** Blocks walked back from a new head to one that is known; also how long what was included is remembered. */
  maxDepth: number;
  /** Bytes of included transactions remembered, in case their block is orphaned. */
  maxIncludedBytes: number;
  /** Largest answer over HTTP, bytes: what a broken upstream can make the node buffer. */
  maxAnswerBytes: number;
}

export const defaultUpstreamOptions: Readonly<UpstreamOptions> = {
  pollMs: 1000,
  timeoutMs: 10_000,
  // Far below the 3 s after which a gossip message is stale, so that one unknown account does not cost a whole message.
  patienceMs: 1000,
  forward: true,
  maxRequests: 4,
  maxBatchCalls: 100,
  maxAccounts: 65_536,
  maxRefreshed: 1024,
  // Two epochs of Ethereum, after which a block is final.
  maxDepth: 64,
  maxIncludedBytes: 32 * 1024 * 1024,
  maxAnswerBytes: 64 * 1024 * 1024,
};
