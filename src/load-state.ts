import { ConfigError, type NodeOptions } from './config.ts';
import type { Clock } from './environment.ts';
import type { AccountView } from './mempool/account-view.ts';
import { deriveDevAccounts } from './state/dev-accounts.ts';
import { DEFAULT_BASE_FEE, DEFAULT_BLOCK_GAS_LIMIT, readGenesisFile } from './state/genesis.ts';
import { DEVELOPMENT_BALANCE, DEVELOPMENT_CHAIN_ID, GenesisState } from './state/genesis-state.ts';
import type { UpstreamOptions } from './state/upstream/options.ts';
import { UpstreamState } from './state/upstream/upstream-state.ts';

export interface LoadedState {
  state: AccountView;
  /** The same, when it is that of a chain, to be followed. */
  upstream?: UpstreamState;
}

/** The account state the options name: an upstream, a genesis file, or development accounts. @throws {ConfigError} */
export async function loadState(options: NodeOptions, clock: Clock): Promise<LoadedState> {
  try {
    if (options.upstream !== undefined) {
      const upstream = await reachUpstream(options.upstream, options, clock);
      return { state: upstream, upstream };
    }
    return { state: await genesisState(options) };
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

async function genesisState({ genesis, chainid, accounts, mnemonic }: NodeOptions): Promise<GenesisState> {
  if (genesis !== undefined) {
    const read = await readGenesisFile(genesis);
    checkChainId(chainid, read.chainId, genesis, 'choose another genesis');
    return new GenesisState(read);
  }
  const funded = { balance: DEVELOPMENT_BALANCE, nonce: 0n, code: '0x' } as const;
  return new GenesisState({
    chainId: chainid ?? DEVELOPMENT_CHAIN_ID,
    blockGasLimit: DEFAULT_BLOCK_GAS_LIMIT,
    baseFee: DEFAULT_BASE_FEE,
    accounts: new Map(deriveDevAccounts(mnemonic, accounts).map(({ address }) => [address, funded])),
  });
}

async function reachUpstream(url: string, options: NodeOptions, clock: Clock): Promise<UpstreamState> {
  let upstream: UpstreamState;
  try {
    upstream = await UpstreamState.connect(url, clock, upstreamOptions(options));
  } catch (error) {
    throw new Error(
      `cannot use the upstream: ${(error as Error).message}; start it first, or choose another --upstream`,
      { cause: error },
    );
  }
  try {
    checkChainId(options.chainid, upstream.chainId, 'the upstream', 'choose another upstream');
  } catch (error) {
    upstream.close();
    throw error;
  }
  return upstream;
}

function checkChainId(given: bigint | undefined, actual: bigint, of: string, instead: string): void {
  if (given === undefined || given === actual) return;
  throw new Error(`--chainid ${given} is not the chain id of ${of} (${actual}); leave it out, or ${instead}`);
}

function upstreamOptions(options: NodeOptions): UpstreamOptions {
  return {
    pollMs: options['upstream.poll'],
    timeoutMs: options['upstream.timeout'],
    patienceMs: options['upstream.patience'],
    forward: options['upstream.forward'],
    maxRequests: options['upstream.concurrency'],
    maxBatchCalls: options['upstream.batch'],
    maxAccounts: options['upstream.accounts'],
    maxRefreshed: options['upstream.refresh'],
    maxDepth: options['upstream.depth'],
    maxIncludedBytes: options['upstream.included'],
    maxAnswerBytes: options['upstream.maxanswer'],
  };
}
