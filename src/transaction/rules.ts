/**
 * What a transaction is held to, the same for every node of a network: a node with other rules than its peers would
 * blame them for what they rightly forward.
 */
export interface TransactionRules {
  readonly chainId: bigint;
  /** Largest encoding, bytes. Bounds what one peer can make every node hold, hash and forward for one signature. */
  readonly maxBytes: number;
  /** Largest init code of a contract creation, bytes (EIP-3860). Bounds what a block builder must analyse for it. */
  readonly maxInitCodeBytes: number;
  /** Refuses legacy transactions without a chain id (before EIP-155), which anybody can replay on another chain. */
  readonly requireReplayProtection: boolean;
}

export const DEFAULT_TRANSACTION_RULES: Omit<TransactionRules, 'chainId'> = {
  // geth core/txpool/legacypool: txMaxSize, four slots of 32 KiB.
  maxBytes: 4 * 32 * 1024,
  // EIP-3860: twice the largest contract of EIP-170.
  maxInitCodeBytes: 49_152,
  // As geth does on the wire; well-known deployment transactions are signed this way on purpose.
  requireReplayProtection: false,
};
