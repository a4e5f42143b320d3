import { AccessLine } from '../../testnet/networks/access-line.ts';
import { linkConditions } from '../../testnet/networks/link-conditions.ts';
import { SimulatedHost } from '../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import { SimulatedNetwork } from '../../testnet/networks/simulated/simulated-network.ts';
import type { NetworkOptions } from '../../testnet/networks/simulated/simulated-network.ts';
import { VirtualClock } from '../../testnet/networks/simulated/virtual-clock.ts';
import { streamOf } from '../../testnet/random.ts';

export interface SimulatedPairOptions extends Partial<NetworkOptions> {
  latencyMs?: number;
  uplinkBitsPerSecond?: number;
}

/** Two started hosts, owners 0 and 1, not yet connected. */
export async function simulatedPair({
  latencyMs = 10,
  uplinkBitsPerSecond = Infinity,
  ...options
}: SimulatedPairOptions = {}) {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, {
    conditionsOf: () => linkConditions({ latencyMs }),
    ...options,
  });
  const create = async (owner: number): Promise<SimulatedHost> =>
    new SimulatedHost({
      network,
      owner,
      privateKey: await simulatedKey(streamOf(7, 'node', owner)),
      uplink: new AccessLine(uplinkBitsPerSecond),
    });
  const hosts: [SimulatedHost, SimulatedHost] = [await create(0), await create(1)];
  for (const host of hosts) await host.start();
  return {
    clock,
    network,
    hosts,
    create,
    /** 0 dials 1; both ends have the connection afterwards. */
    async dial(): Promise<void> {
      await clock.perform(0, () => hosts[0].dial(hosts[1].address));
      await clock.runUntil(clock.nowMs() + latencyMs);
    },
  };
}
