import { gossipsub, StrictNoSign } from '@chainsafe/libp2p-gossipsub';
import { messageId } from '../../src/propagation/message-id.ts';
import { encodeByteStrings } from '../../src/transaction/rlp.ts';
import { SimulatedHost } from '../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import type { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { streamOf } from '../../testnet/random.ts';
import { eventuallyIn } from './simulations.ts';

export interface Stranger {
  readonly id: string;
  /** One gossip message with these byte strings in it, now. */
  publish(...raws: Uint8Array[]): Promise<void>;
  /** Opens a stream of that protocol and sends this on it, now. */
  say(protocol: string, bytes: Uint8Array): Promise<void>;
  /** Once more, whatever became of the connection. */
  dial(): Promise<void>;
  stop(): Promise<void>;
}

/** A peer of our own making in a simulation, connected to one node: it forwards nothing and may say anything. */
export async function simulatedStranger(simulation: Simulation, target: number): Promise<Stranger> {
  const { clock, physical, nodes, members } = simulation;
  const owner = nodes.length;
  const host = new SimulatedHost({
    network: physical,
    owner,
    privateKey: await simulatedKey(streamOf(0, 'stranger')),
  });
  const { topic } = members[target]!.propagation;
  const router = gossipsub({
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: ({ data }) => messageId(data),
    floodPublish: true,
    // It never gives a verdict, so it never forwards.
    asyncValidation: true,
    fallbackToFloodsub: false,
  })(host.gossipComponents) as ReturnType<ReturnType<typeof gossipsub>> & {
    start(): Promise<void>;
    stop(): Promise<void>;
    getMeshPeers(topic: string): string[];
  };
  await clock.perform(owner, async () => {
    await host.start();
    await router.start();
    router.subscribe(topic);
    await host.dial(simulation.hosts[target]!.address);
  });
  await eventuallyIn(clock, 'the stranger to be in the mesh', () => router.getMeshPeers(topic).length > 0);
  return {
    id: host.peerId.toString(),
    publish: async (...raws) => {
      await clock.perform(owner, () => router.publish(topic, encodeByteStrings(raws)));
    },
    say: (protocol, bytes) =>
      clock.perform(owner, async () => {
        const stream = await host.openStream(simulation.hosts[target]!.peerId, protocol);
        stream.send(bytes);
      }),
    dial: async () => {
      await clock.perform(owner, () => host.dial(simulation.hosts[target]!.address));
    },
    stop: () =>
      clock.perform(owner, async () => {
        await router.stop();
        await host.stop();
      }),
  };
}
