/**
 * The chain behind the account state, where there is one: an Ethereum node reached over JSON-RPC. A node on genesis
 * state has none.
 */
import type { Hex } from '../bytes.ts';

export interface Head {
  number: bigint;
  hash: Hex;
  parentHash: Hex;
  /** Seconds since 1970. */
  timestamp: bigint;
  /** As the upstream tells it, for who is subscribed to newHeads. */
  header: Readonly<Record<string, unknown>>;
}

export interface ChainHealth {
  /** False from the first call that got no answer to the next that gets one. */
  reachable: boolean;
  /** The last head heard of. */
  headNumber: bigint;
  headHash: Hex;
  /** Since that head was heard of. */
  headAgeMs: number;
  /** Why it is not reachable; undefined while it is. */
  problem: string | undefined;
}

/** What the upstream answered with instead of a result. Code, message and data are its own. */
export class ChainError extends Error {
  override readonly name = 'ChainError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export interface Chain {
  readonly head: Head;
  /**
   * Passes a call on. A result that is none is null, never undefined.
   * @throws {ChainError} what the upstream answered.
   * @throws {Error} when it gave no answer in time; the message says so.
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  health(): ChainHealth;
  /** Of each new head, after the pool has followed it. @returns what ends it. */
  onHead(listener: (head: Head) => void): () => void;
}
