import { DEFAULT_BASE_FEE, DEFAULT_BLOCK_GAS_LIMIT } from '../../src/state/genesis.ts';
import { GenesisState } from '../../src/state/genesis-state.ts';
import type { Hex } from '../../src/bytes.ts';

export interface Balance {
  address: Hex;
  balanceWei: bigint;
  /** Left out, 0. */
  nonce?: bigint;
}

/** The state every node of a testnet starts with: these accounts have these balances, and nothing ever happens. */
export function fundedState(chainId: bigint, balances: readonly Balance[]): GenesisState {
  const accounts = new Map(
    balances.map(({ address, balanceWei, nonce = 0n }) => [
      address,
      { balance: balanceWei, nonce, code: '0x' as const },
    ]),
  );
  return new GenesisState({
    chainId,
    blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
    baseFee: DEFAULT_BASE_FEE,
    accounts,
  });
}
