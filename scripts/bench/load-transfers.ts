/** Signed transfers for benchmarks of whole nodes, and the accounts they need. */
import { DEFAULT_BASE_FEE, DEFAULT_BLOCK_GAS_LIMIT } from '../../src/state/genesis.ts';
import { GenesisState } from '../../src/state/genesis-state.ts';
import { signTransaction } from '../../src/transaction/sign.ts';
import { deriveAccounts, TESTNET_CHAIN_ID, type FundedAccount } from '../../testnet/workload/accounts.ts';

const ACCOUNTS_PER_NODE = 16;
/** No network under load has more. */
const MAX_NODES = 16;
const GWEI = 10n ** 9n;

/** In which all of them have money. */
export function loadState(): GenesisState {
  const accounts = deriveAccounts(ACCOUNTS_PER_NODE * MAX_NODES);
  return new GenesisState({
    chainId: TESTNET_CHAIN_ID,
    blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
    baseFee: DEFAULT_BASE_FEE,
    accounts: new Map(
      accounts.map(({ address, balanceWei }) => [address, { balance: balanceWei, nonce: 0n, code: '0x' }]),
    ),
  });
}

/** Each node has accounts of its own. */
export function transfersOf(node: number, count: number): Uint8Array[] {
  return transfers(deriveAccounts(ACCOUNTS_PER_NODE * (node + 1)).slice(node * ACCOUNTS_PER_NODE), count);
}

/** Plain ones of these accounts in turn, `from` of which were made before. */
export function transfers(accounts: readonly FundedAccount[], count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const { address, privateKey } = accounts[(from + index) % accounts.length]!;
    return signTransaction(
      {
        type: 2,
        chainId: TESTNET_CHAIN_ID,
        nonce: BigInt(Math.floor((from + index) / accounts.length)),
        gasLimit: 21_000n,
        feeCap: 20n * GWEI,
        tipCap: GWEI,
        to: address,
        value: 1n,
      },
      privateKey,
    );
  });
}
