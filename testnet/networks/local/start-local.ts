import { kindsOf } from '../../scenario/fault-entry.ts';
import { nodeSettings, type NodeSettings } from '../../scenario/node-settings.ts';
import type { FaultKind } from '../../scenario/faults-fields.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { linkModel } from '../../topology/link-model.ts';
import { fundedAccounts, TESTNET_CHAIN_ID } from '../../workload/accounts.ts';
import type { Edge, Progress } from '../network.ts';
import { LocalNetwork } from './local-network.ts';

/** Faults of the timeline that befall a process. */
const OF_A_PROCESS = ['kill', 'stop', 'restart', 'freeze', 'thaw', 'slow'] as const satisfies FaultKind[];

export interface StartLocalOptions {
  /** JSON-RPC port of the first node; the others count up from it. Default 0: free ports. */
  httpPort?: number | undefined;
  /** Who emulates the links. Default nodes: in the processes themselves. kernel: netem, needs root. */
  linksBy?: 'nodes' | 'kernel' | undefined;
  /** Keep per-transaction events. Without them only sums are measured. Default true. */
  trace?: boolean | undefined;
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
  {
    httpPort = 0,
    linksBy = 'nodes',
    trace = true,
    progress = () => undefined,
    signal,
  }: StartLocalOptions = {},
): Promise<LocalNetwork> {
  const nodes = nodeSettings(scenario);
  refuseImpossible(scenario, nodes);
  const accounts = fundedAccounts(scenario).map(({ privateKey: _secret, ...account }) => account);
  return LocalNetwork.start(
    {
      nodes,
      perProcess: scenario.nodes.perProcess,
      edges,
      discovered: scenario.topology.kind === 'discovered',
      chainId: TESTNET_CHAIN_ID,
      accounts,
      model: linkModel(scenario),
      linksBy,
      httpPort,
      startTimeoutMs: scenario.measure.startTimeoutMs,
      trace,
      copies: scenario.measure.copies,
      scores: scenario.measure.series.of.includes('scores'),
    },
    progress,
    signal,
  );
}

/** What is asked for and would silently not be, or only fail when its time has come. @throws {RangeError} */
function refuseImpossible({ nodes, faults }: Scenario, settings: readonly NodeSettings[]): void {
  if (settings.some(({ cpu }) => cpu.verifyMs !== 0 || cpu.messageMs !== 0)) {
    throw new RangeError(
      'the local network does not emulate cpu, real nodes take the time they take: leave it out, or run on the simulated network',
    );
  }
  if (faults.timeline.some(({ slow, factor }) => slow !== undefined && factor !== undefined && factor < 1)) {
    throw new RangeError(
      'a process cannot be made faster than it is: write a factor above 1 for slow, or run on the simulated network',
    );
  }
  if (nodes.perProcess === 1) return;
  const kinds = new Set<string>(
    faults.timeline.flatMap(kindsOf).filter((kind) => (OF_A_PROCESS as readonly string[]).includes(kind)),
  );
  if (faults.churn !== null) kinds.add('churn');
  if (faults.lateJoiners !== null) kinds.add('lateJoiners');
  if (kinds.size > 0) {
    throw new RangeError(
      `nodes that share a process cannot be had alone for faults (${[...kinds].join(', ')}): set nodes.perProcess to 1, or run on the simulated network`,
    );
  }
}
