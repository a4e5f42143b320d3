/**
 * The accounts a testnet's state begins with. The first ten are the well-known development accounts, so that wallets
 * and `cast` can use the network too. Further ones have keys hashed from their index: deriving a key as wallets do
 * costs about a millisecond, a hash and a multiplication a twentieth of it, and nobody needs a phrase for them. All
 * of the keys are public knowledge.
 */
import { toHex } from '../../src/bytes.ts';
import type { Hex } from '../../src/bytes.ts';
import { deriveDevAccounts, DEV_MNEMONIC } from '../../src/state/dev-accounts.ts';
import type { DevAccount } from '../../src/state/dev-accounts.ts';
import { addressOf, keccak256 } from '../../src/transaction/crypto.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The chain id development chains use (anvil, hardhat). */
export const TESTNET_CHAIN_ID = 31_337n;

/** 10,000 ether, as development chains give. */
export const INITIAL_BALANCE_WEI = 10_000n * 10n ** 18n;

const DEV_ACCOUNTS = 10;

/** Derived once a process: ten keys of a wallet take some 25 ms. */
let devAccounts: readonly DevAccount[] | undefined;

export interface FundedAccount {
  /** Lower case. */
  address: Hex;
  /** 32 bytes. */
  privateKey: Uint8Array;
  balanceWei: bigint;
  /** Of the state it begins in; left out, 0. */
  nonce?: bigint;
}

/**
 * What every node of the scenario must start with: its senders, and the development accounts in any case. They do not
 * depend on the seed, so that one genesis serves all runs with as many senders.
 */
export function fundedAccounts({ workload }: Scenario): FundedAccount[] {
  const accounts = deriveAccounts(Math.max(DEV_ACCOUNTS, workload.senders));
  return workload.invalid.share > 0 ? [...accounts, veteran()] : accounts;
}

/** Has money and a past: its nonce 0 was used long ago. */
export function veteran(): FundedAccount {
  return { ...hashedAccount('veteran'), balanceWei: INITIAL_BALANCE_WEI, nonce: 1n };
}

/** Is in no state: it has nothing. */
export function pauper(): FundedAccount {
  return { ...hashedAccount('pauper'), balanceWei: 0n };
}

/** The first `count` accounts; a longer list begins with the shorter one. */
export function deriveAccounts(count: number): FundedAccount[] {
  devAccounts ??= deriveDevAccounts(DEV_MNEMONIC, DEV_ACCOUNTS);
  const wellKnown = devAccounts.slice(0, count);
  const hashed = Array.from({ length: Math.max(0, count - DEV_ACCOUNTS) }, (_, index) =>
    hashedAccount(`account ${DEV_ACCOUNTS + index}`),
  );
  return [...wellKnown, ...hashed].map((account) => ({ ...account, balanceWei: INITIAL_BALANCE_WEI }));
}

function hashedAccount(name: string): DevAccount {
  const privateKey = keccak256(new TextEncoder().encode(`txgossip testnet ${name}`));
  return { address: toHex(addressOf(privateKey)), privateKey };
}

/** geth's genesis format, as the `genesis` option of a node reads it from a JSON file. */
export interface GenesisFile {
  config: { chainId: number };
  alloc: Record<Hex, { balance: Hex; nonce?: Hex }>;
}

/** The genesis every node of the scenario must start with. */
export function genesisOf(scenario: Scenario): GenesisFile {
  const accounts = fundedAccounts(scenario).map(
    ({ address, balanceWei, nonce }) =>
      [
        address,
        {
          balance: `0x${balanceWei.toString(16)}` as const,
          ...(nonce !== undefined && { nonce: `0x${nonce.toString(16)}` as const }),
        },
      ] as const,
  );
  return { config: { chainId: Number(TESTNET_CHAIN_ID) }, alloc: Object.fromEntries(accounts) };
}
