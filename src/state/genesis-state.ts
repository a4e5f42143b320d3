import type { Hex } from '../bytes.ts';
import type { AccountView } from '../mempool/account-view.ts';
import { DEV_MNEMONIC, deriveDevAccounts } from './dev-accounts.ts';
import { DEFAULT_BASE_FEE, DEFAULT_BLOCK_GAS_LIMIT, type Genesis } from './genesis.ts';

/** The state of a chain on which nothing happens: that of its genesis, for ever. */
export class GenesisState implements AccountView {
  readonly chainId: bigint;
  readonly blockGasLimit: bigint;
  readonly baseFee: bigint;
  readonly #accounts: Genesis['accounts'];

  constructor(genesis: Genesis) {
    this.chainId = genesis.chainId;
    this.blockGasLimit = genesis.blockGasLimit;
    this.baseFee = genesis.baseFee;
    this.#accounts = genesis.accounts;
  }

  nonce(address: Hex): bigint {
    return this.#accounts.get(address)?.nonce ?? 0n;
  }

  balance(address: Hex): bigint {
    return this.#accounts.get(address)?.balance ?? 0n;
  }

  /** `0x` for an account without code. */
  code(address: Hex): Hex {
    return this.#accounts.get(address)?.code ?? '0x';
  }
}

/** Of hardhat and anvil, so that their tools, viem's `hardhat` chain and wallets know it unasked. */
export const DEVELOPMENT_CHAIN_ID = 31_337n;

/** Wei, 10,000 ether; what hardhat and anvil give each account. */
export const DEVELOPMENT_BALANCE = 10_000n * 10n ** 18n;

/**
 * What hardhat and anvil start with, so that whoever wrote a script for them can run it here unchanged: their chain
 * id, base fee and gas limit, and the first `accounts` accounts of their mnemonic with 10,000 ether each.
 */
export function developmentState(accounts = 10): GenesisState {
  const funded = { balance: DEVELOPMENT_BALANCE, nonce: 0n, code: '0x' } as const;
  return new GenesisState({
    chainId: DEVELOPMENT_CHAIN_ID,
    blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
    baseFee: DEFAULT_BASE_FEE,
    accounts: new Map(deriveDevAccounts(DEV_MNEMONIC, accounts).map(({ address }) => [address, funded])),
  });
}
