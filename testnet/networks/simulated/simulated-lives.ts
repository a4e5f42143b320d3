import type { PrivateKey } from '@libp2p/interface';
import { resolveOptions } from '../../../src/config.ts';
import type { AccountView } from '../../../src/mempool/account-view.ts';
import { Node } from '../../../src/node.ts';
import type { TraceSink } from '../../../src/telemetry/trace.ts';
import { streamOf } from '../../random.ts';
import type { NodeSettings } from '../../scenario/node-settings.ts';
import { AccessLine } from '../access-line.ts';
import { TESTNET_DEFAULTS } from '../node-defaults.ts';
import { bitsPerSecond } from '../scenario-links.ts';
import { logThatFails } from './failing-log.ts';
import { modelledVerifier, type SharedRecovery } from './modelled-verifier.ts';
import { Processor } from './processor.ts';
import { SimulatedHost } from './simulated-host.ts';
import type { CreateLife } from './simulated-member.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/** What all nodes of a simulation have in common. */
export interface Surroundings {
  physical: SimulatedNetwork;
  seed: number;
  state: AccountView;
  recovery: SharedRecovery;
  /** Of every node, by index. */
  addresses: readonly string[];
  /** A node has logged an error. */
  onFault: (error: Error) => void;
}

/** How the processes of one node are made. What belongs to its machine is made once, and serves all of them. */
export function livesOf(
  {
    index,
    options,
    uplinkMbps,
    downlinkMbps,
    cpu: { verifyMs, messageMs },
    behaviour,
    bootstraps,
  }: NodeSettings,
  privateKey: PrivateKey,
  trace: TraceSink,
  { physical, seed, state, recovery, addresses, onFault }: Surroundings,
): CreateLife {
  if (verifyMs === 'measured') {
    throw new Error('nodes.cpu.verifyMs is yet to be measured: the scenario must say the number');
  }
  const { clock } = physical;
  const uplink = new AccessLine(bitsPerSecond(uplinkMbps));
  const downlink = new AccessLine(bitsPerSecond(downlinkMbps));
  const bootstrap = bootstraps.map((node) => addresses[node]!);
  const resolved = resolveOptions({ ...TESTNET_DEFAULTS, bootstrap }, options);
  const log = logThatFails((message, cause) => {
    onFault(new Error(`simulated node ${index}: ${message}`, { cause }));
  });
  return ({ journal, peers }, life) => {
    const processor = new Processor(messageMs);
    const host = new SimulatedHost({
      network: physical,
      owner: index,
      privateKey,
      uplink,
      downlink,
      processor,
      peerDisk: peers,
      // A graph that is given may ask for more than a node would keep by itself.
      ...(resolved.discovery === true && { maxConnections: resolved.maxpeers }),
    });
    const node = new Node({
      options: resolved,
      host,
      environment: { clock, random: streamOf(seed, 'node', index, 'node', ...(life === 0 ? [] : [life])) },
      state,
      verifier: modelledVerifier(recovery, clock, processor, verifyMs),
      trace,
      log,
      journal,
      silent: behaviour === 'silent',
    });
    return { host, node };
  };
}
