import type { Hex } from '../bytes.ts';

/** The chain as the pool checks against it: the state at the current head. Synchronous; addresses are lower case. */
export interface AccountView {
  readonly chainId: bigint;
  /** Gas. */
  readonly blockGasLimit: bigint;
  /** Wei per gas of the next block. */
  readonly baseFee: bigint;
  /** The next nonce the chain would execute. 0 for an account never seen. */
  nonce(address: Hex): bigint;
  /** Wei. 0 for an account never seen. */
  balance(address: Hex): bigint;
  /** `0x` for none. Absent where it lies with the chain behind the state. */
  code?(address: Hex): Hex;
  /**
   * Where accounts come from elsewhere: fetches what `nonce` and `balance` do not know yet of these. Undefined when
   * all are known, so that nothing has to wait. Absent: everything is known from the start.
   * @throws {Error} when they cannot be had now; `nonce` and `balance` must not be asked then.
   */
  prepare?(addresses: readonly Hex[]): Promise<void> | undefined;
}
