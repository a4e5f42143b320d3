import { generateKeyPair } from '@libp2p/crypto/keys';
import { linkConditions } from '../../../../../testnet/networks/link-conditions.ts';
import { Processor } from '../../../../../testnet/networks/simulated/processor.ts';
import { SimulatedHost } from '../../../../../testnet/networks/simulated/simulated-host.ts';
import { SimulatedNetwork } from '../../../../../testnet/networks/simulated/simulated-network.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { hostCompliance, type HostPair } from '../../../../compliance/host.ts';
import { eventuallyIn } from '../../../../helpers/simulations.ts';

async function simulatedPair(bitsPerSecond: number, messageMs: number): Promise<HostPair> {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork(clock, {
    conditionsOf: () => linkConditions({ latencyMs: 20, bitsPerSecond }),
  });
  const create = async (owner: number): Promise<SimulatedHost> =>
    new SimulatedHost({
      network,
      owner,
      privateKey: await generateKeyPair('Ed25519'),
      processor: new Processor(messageMs),
    });
  const hosts = [await create(0), await create(1)] as const;
  return {
    hosts,
    act: (host, work) => clock.perform(host, work),
    eventually: (what, look) => eventuallyIn(clock, what, look),
    cleanup: async () => {
      for (const [owner, host] of hosts.entries()) await clock.perform(owner, () => host.stop());
      await clock.runUntilIdle();
    },
  };
}

hostCompliance('a simulated host', () => simulatedPair(Infinity, 0));
hostCompliance('a simulated host on a thin line with a slow processor', () => simulatedPair(5e6, 0.5));
