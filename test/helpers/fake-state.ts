import type { Hex } from '../../src/bytes.ts';
import type { AccountView } from '../../src/mempool/account-view.ts';
import { ETHER, GWEI } from './make-transaction.ts';

/** An account view a test can move to another head: every account has `balance` until told otherwise. */
export class FakeState implements AccountView {
  readonly chainId = 31337n;
  blockGasLimit = 30_000_000n;
  baseFee = GWEI;
  readonly nonces = new Map<Hex, bigint>();
  readonly balances = new Map<Hex, bigint>();

  nonce(address: Hex): bigint {
    return this.nonces.get(address) ?? 0n;
  }

  balance(address: Hex): bigint {
    return this.balances.get(address) ?? 1_000n * ETHER;
  }
}
