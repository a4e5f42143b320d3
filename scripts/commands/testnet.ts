import { Command } from 'commander';
import { ConfigError, OPTIONS } from '../../src/config.ts';
import { launchTestnet, privateKeyHex } from '../../testnet/index.ts';
import { progressBars } from './progress.ts';
import { aborted, stoppable } from './signals.ts';

interface TestnetCommandOptions {
  nodes: string;
  nodesPerProcess: string;
  accounts: string;
  seed: string;
  httpPort: string;
}

/** What nodes of a network that is measured leave out, and who works with one by hand asks them for. */
const BY_HAND = {
  'explain.transactions': OPTIONS['explain.transactions'].default,
  members: OPTIONS.members.default,
};

/** `txgossip testnet`: a network that stays up until Ctrl-C. */
export function testnetCommand(): Command {
  return new Command('testnet')
    .description('Start a network of nodes on this machine and keep it up until Ctrl-C.')
    .option('--nodes <N>', 'how many nodes', '5')
    .option('--nodes-per-process <N>', 'nodes that share one process', '1')
    .option('--accounts <N>', 'funded accounts; the first ten are the well-known development accounts', '10')
    .option('--seed <N>', 'of the topology', '1')
    .option(
      '--http-port <PORT>',
      'JSON-RPC of the first node, the others count up from it; 0 picks free ports',
      '0',
    )
    .action((options: TestnetCommandOptions) => stoppable((signal) => keepUp(options, signal)));
}

/** Until `signal` is aborted, or a node dies. */
async function keepUp(options: TestnetCommandOptions, signal: AbortSignal): Promise<void> {
  const { progress, stop } = progressBars();
  const testnet = await launchTestnet({
    nodes: whole('nodes', options.nodes),
    nodesPerProcess: whole('nodes-per-process', options.nodesPerProcess),
    accounts: whole('accounts', options.accounts),
    seed: whole('seed', options.seed),
    httpPort: whole('http-port', options.httpPort),
    nodeOptions: BY_HAND,
    progress,
    signal,
  }).finally(stop);
  console.log('accounts, each with 10000 ether on chain 31337 (their keys are public knowledge):');
  for (const account of testnet.accounts) console.log(`  ${account.address}  ${privateKeyHex(account)}`);
  console.log('nodes:');
  for (const { index, rpcUrl, multiaddr } of testnet.nodes)
    console.log(`  ${index}  ${rpcUrl}  ${multiaddr}`);
  console.log('ready; Ctrl-C stops it');
  try {
    await Promise.race([aborted(signal), testnet.failed]);
  } finally {
    await testnet.stop();
  }
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new ConfigError(`--${name} takes a whole number, not "${text}"`);
  return value;
}
