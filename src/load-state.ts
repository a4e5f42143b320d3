import { ConfigError, type NodeOptions } from './config.ts';
import type { AccountView } from './mempool/account-view.ts';
import { deriveDevAccounts } from './state/dev-accounts.ts';
import { DEFAULT_BASE_FEE, DEFAULT_BLOCK_GAS_LIMIT, readGenesisFile } from './state/genesis.ts';
import { DEVELOPMENT_BALANCE, DEVELOPMENT_CHAIN_ID, GenesisState } from './state/genesis-state.ts';

type StateOptions = Pick<NodeOptions, 'genesis' | 'chainid' | 'accounts' | 'mnemonic'>;

/** The account state the options name: a genesis file, or development accounts. @throws {ConfigError} */
export async function loadState({
  genesis,
  chainid,
  accounts,
  mnemonic,
}: StateOptions): Promise<AccountView> {
  try {
    if (genesis !== undefined) {
      const read = await readGenesisFile(genesis);
      if (chainid !== undefined && chainid !== read.chainId) {
        throw new Error(
          `--chainid ${chainid} is not the chain id of ${genesis} (${read.chainId}); leave it out, or choose another genesis`,
        );
      }
      return new GenesisState(read);
    }
    const funded = { balance: DEVELOPMENT_BALANCE, nonce: 0n, code: '0x' } as const;
    return new GenesisState({
      chainId: chainid ?? DEVELOPMENT_CHAIN_ID,
      blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
      baseFee: DEFAULT_BASE_FEE,
      accounts: new Map(deriveDevAccounts(mnemonic, accounts).map(({ address }) => [address, funded])),
    });
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}
