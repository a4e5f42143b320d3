import type { Scenario } from '../../scenario/scenario.ts';
import { fundedAccounts, TESTNET_CHAIN_ID } from '../../workload/accounts.ts';
import type { Edge, Progress } from '../network.ts';
import { LocalNetwork } from './local-network.ts';

export interface StartLocalOptions {
  /** JSON-RPC port of the first node; the others count up from it. Default 0: free ports. */
  httpPort?: number | undefined;
  progress?: Progress | undefined;
  /** Ends the start early. */
  signal?: AbortSignal | undefined;
}

/**
 * The network of a scenario, as processes on this machine.
 * @throws when it cannot be started, or `signal` ends it meanwhile; nothing is left running then.
 */
export async function startLocal(
  scenario: Scenario,
  edges: readonly Edge[],
  { httpPort = 0, progress = () => undefined, signal }: StartLocalOptions = {},
): Promise<LocalNetwork> {
  refuseSimulatedOnly(scenario);
  const { links, seed } = scenario;
  const accounts = fundedAccounts(scenario).map(({ address, balanceWei }) => ({ address, balanceWei }));
  return LocalNetwork.start(
    {
      count: scenario.nodes.count,
      perProcess: scenario.nodes.perProcess,
      edges,
      chainId: TESTNET_CHAIN_ID,
      accounts,
      options: scenario.nodes.options,
      shaping: links.latencyMs > 0 || links.jitterMs > 0 ? { links, seed } : null,
      httpPort,
      startTimeoutMs: scenario.measure.startTimeoutMs,
      trace: true,
    },
    progress,
    signal,
  );
}

/** A condition asked for and silently not emulated would make every figure a lie. */
function refuseSimulatedOnly({ links, nodes }: Scenario): void {
  const asked = [
    links.bandwidthMbps !== null && 'links.bandwidthMbps',
    links.lossRate > 0 && 'links.lossRate',
    nodes.uplinkMbps !== null && 'nodes.uplinkMbps',
    nodes.downlinkMbps !== null && 'nodes.downlinkMbps',
    (nodes.cpu.verifyMs !== 0 || nodes.cpu.messageMs > 0) && 'nodes.cpu',
  ].filter((name) => name !== false);
  if (asked.length === 0) return;
  throw new RangeError(
    `the local network does not emulate ${asked.join(', ')}: leave it out, or run on the simulated network`,
  );
}
