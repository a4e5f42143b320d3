/** Every limit of the pool, with the load or attack it bounds. Where geth has the limit, the default is geth's. */

export interface MempoolOptions {
  /** Wei per gas, 1 as geth (`txpool.pricelimit`). Keeps out what no block producer gains by including. */
  minTipWei: bigint;
  /** Wei per gas, 0 as geth. Above 0 keeps out what could not be included until the base fee fell to it. */
  minFeeCapWei: bigint;
  /**
   * Percent, 10 as geth (`txpool.pricebump`). What a replacement must add to fee cap and tip alike: each replacement
   * travels the whole network, and this is what makes a flood of them dear.
   */
  replacementBumpPercent: number;

  /** Bytes, 32 KiB as geth. Large transactions count for several, so that a count is a bound on work and memory. */
  slotBytes: number;
  /** Bounds the memory of executable transactions and the time of every walk over them. 5,120 as geth. */
  maxPendingTransactions: number;
  /** Slots, 5,120 as geth (`txpool.globalslots`). The same bound when transactions are large. */
  maxPendingSlots: number;
  /** Bytes of canonical encoding; by default what the slots hold. For machines that have less memory than that. */
  maxPendingBytes: number;
  /** Bounds the memory spent on what may never become executable: it costs its sender nothing. 1,024 as geth. */
  maxQueuedTransactions: number;
  /** Slots, 1,024 as geth (`txpool.globalqueue`). The same bound when transactions are large. */
  maxQueuedSlots: number;
  /** Bytes of canonical encoding; by default what the slots hold. For machines that have less memory than that. */
  maxQueuedBytes: number;

  /** Unlimited as geth, which trims the largest senders only when the pool is full (see `guaranteedSlotsPerSender`). */
  maxPendingTransactionsPerSender: number;
  /** Slots; unlimited as geth. Bounds what one funded account can hold of the pool even while there is room. */
  maxPendingSlotsPerSender: number;
  /** Bytes; unlimited as geth. Bounds what one funded account can hold of the pool even while there is room. */
  maxPendingBytesPerSender: number;
  /** Slots, 16 as geth (`txpool.accountslots`). So much of a sender's pending is safe from others' surplus. */
  guaranteedSlotsPerSender: number;
  /** 64 as geth (`txpool.accountqueue`). One account with one gap may not fill the queue for all. */
  maxQueuedTransactionsPerSender: number;
  /** Slots; by default one a transaction. The same bound when transactions are large. */
  maxQueuedSlotsPerSender: number;
  /** Bytes; by default what the slots hold. The same bound in memory. */
  maxQueuedBytesPerSender: number;
  /** Nonces beyond the sender's next; unlimited as geth. Keeps out queued transactions whose gap is hopelessly wide. */
  maxNonceGap: number;

  /**
   * How many one newcomer may push out, 16. With the default byte limits 4 are enough (128 KiB are four slots);
   * bounds the work of one admission, and what one large transaction may cost everybody else, when bytes are scarce.
   */
  maxEvictionsPerTransaction: number;
  /** Hashes, 32,768 (about 5 MB). Bounds the memory an eviction storm leaves behind. */
  maxEvictedRemembered: number;
  /** Milliseconds, 60 s. Stops peers that still hold an evicted transaction from bringing it back, evicted, back... */
  evictedRememberedMs: number;

  /** Milliseconds, 3 h as geth (`txpool.lifetime`). A gap nobody fills may not hold memory for ever. */
  queuedLifetimeMs: number;
  /** Milliseconds; unlimited as geth. For long runs over a state that never includes anything. */
  pendingLifetimeMs: number;

  /**
   * False as geth. True: transactions submitted to this node need not reach the floor, are never evicted for their
   * price, and push out the cheapest whatever they pay. For nodes that only their owner can submit to.
   */
  exemptLocals: boolean;
}

const KIB = 1024;
const HOUR_MS = 3_600_000;

const GETH: Readonly<MempoolOptions> = {
  minTipWei: 1n,
  minFeeCapWei: 0n,
  replacementBumpPercent: 10,
  slotBytes: 32 * KIB,
  maxPendingTransactions: 5_120,
  maxPendingSlots: 5_120,
  maxPendingBytes: 5_120 * 32 * KIB,
  maxQueuedTransactions: 1_024,
  maxQueuedSlots: 1_024,
  maxQueuedBytes: 1_024 * 32 * KIB,
  maxPendingTransactionsPerSender: Infinity,
  maxPendingSlotsPerSender: Infinity,
  maxPendingBytesPerSender: Infinity,
  guaranteedSlotsPerSender: 16,
  maxQueuedTransactionsPerSender: 64,
  maxQueuedSlotsPerSender: 64,
  maxQueuedBytesPerSender: 64 * 32 * KIB,
  maxNonceGap: Infinity,
  maxEvictionsPerTransaction: 16,
  maxEvictedRemembered: 32_768,
  evictedRememberedMs: 60_000,
  queuedLifetimeMs: 3 * HOUR_MS,
  pendingLifetimeMs: Infinity,
  exemptLocals: false,
};

/** Room for 200,000: an experiment studies propagation, so nothing shall be lost to a full pool. Five to one, as geth. */
const EXPERIMENT: Readonly<MempoolOptions> = {
  ...GETH,
  maxPendingTransactions: 200_000,
  maxPendingSlots: 200_000,
  maxPendingBytes: 512 * KIB * KIB,
  maxQueuedTransactions: 40_000,
  maxQueuedSlots: 40_000,
  maxQueuedBytes: 128 * KIB * KIB,
  // A load generator has few senders, each far ahead: what overtakes must wait here for what it overtook.
  maxQueuedTransactionsPerSender: 4_096,
  maxQueuedSlotsPerSender: 4_096,
  maxQueuedBytesPerSender: 32 * KIB * KIB,
};

/** Whole configurations; `default` is geth's. */
export const MEMPOOL_PRESETS = { default: GETH, experiment: EXPERIMENT } as const;

type NumberOption = {
  [K in keyof MempoolOptions]: MempoolOptions[K] extends number ? K : never;
}[keyof MempoolOptions];

/** The smallest value that makes sense. Every one but those in MUST_BE_FINITE may be Infinity: no limit. */
const SMALLEST: Readonly<Record<NumberOption, number>> = {
  replacementBumpPercent: 0,
  slotBytes: 1,
  maxPendingTransactions: 1,
  maxPendingSlots: 1,
  maxPendingBytes: 1,
  maxQueuedTransactions: 0,
  maxQueuedSlots: 0,
  maxQueuedBytes: 0,
  maxPendingTransactionsPerSender: 1,
  maxPendingSlotsPerSender: 1,
  maxPendingBytesPerSender: 1,
  guaranteedSlotsPerSender: 0,
  maxQueuedTransactionsPerSender: 0,
  maxQueuedSlotsPerSender: 0,
  maxQueuedBytesPerSender: 0,
  maxNonceGap: 0,
  maxEvictionsPerTransaction: 0,
  maxEvictedRemembered: 0,
  evictedRememberedMs: 0,
  queuedLifetimeMs: 0,
  pendingLifetimeMs: 0,
};

const MUST_BE_FINITE: ReadonlySet<string> = new Set(['replacementBumpPercent', 'slotBytes']);

/**
 * The defaults with `options` over them.
 * @throws {RangeError} naming the option that has no meaning, and what to write.
 */
export function resolveMempoolOptions(options: Partial<MempoolOptions> = {}): MempoolOptions {
  const entries: [string, unknown][] = Object.entries(options);
  const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const resolved: MempoolOptions = { ...GETH, ...given };
  for (const [name, smallest] of Object.entries(SMALLEST) as [NumberOption, number][]) {
    const value = resolved[name];
    const whole = Number.isSafeInteger(value) || (value === Infinity && !MUST_BE_FINITE.has(name));
    if (!whole || value < smallest) {
      const unlimited = MUST_BE_FINITE.has(name) ? '' : ', or Infinity for no limit';
      throw new RangeError(
        `mempool option ${name} is ${value}: write a whole number of at least ${smallest}${unlimited}`,
      );
    }
  }
  for (const name of ['minTipWei', 'minFeeCapWei'] as const) {
    const value: unknown = resolved[name];
    if (typeof value !== 'bigint' || value < 0n) {
      throw new RangeError(
        `mempool option ${name} is ${String(value)}: write a bigint of at least 0n, in wei`,
      );
    }
  }
  return resolved;
}
