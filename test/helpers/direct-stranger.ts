import type { Stream } from '@libp2p/interface';
import { FrameReader } from '../../src/propagation/direct/frame-reader.ts';
import { decodeMessage, type DirectMessage } from '../../src/propagation/direct/messages.ts';
import { SimulatedHost } from '../../testnet/networks/simulated/simulated-host.ts';
import { simulatedKey } from '../../testnet/networks/simulated/simulated-key.ts';
import type { Simulation } from '../../testnet/networks/simulated/simulation.ts';
import { streamOf } from '../../testnet/random.ts';
import { eventuallyIn } from './simulations.ts';

export interface DirectStranger {
  readonly id: string;
  /** What the node said so far. */
  readonly heard: DirectMessage[];
  /** These bytes, now. */
  say(bytes: Uint8Array): Promise<void>;
  /** Ends the stream the node speaks on; the connection stays. */
  hangUp(): Promise<void>;
  isConnected(): boolean;
  stop(): Promise<void>;
}

/** A peer of our own making that speaks the protocol of a baseline and may say anything, connected to one node. */
export async function directStranger(
  simulation: Simulation,
  target: number,
  protocol: string,
): Promise<DirectStranger> {
  const { clock, physical, nodes, members, hosts } = simulation;
  const owner = nodes.length;
  const host = new SimulatedHost({
    network: physical,
    owner,
    privateKey: await simulatedKey(streamOf(0, 'stranger')),
  });
  const id = host.peerId.toString();
  const heard: DirectMessage[] = [];
  let stream: Stream | undefined;
  let heardOn: Stream | undefined;
  await clock.perform(owner, async () => {
    await host.start();
    await host.handle(protocol, (inbound) => {
      const reader = new FrameReader(1e6);
      heardOn = inbound;
      inbound.addEventListener('message', ({ data }) =>
        reader.push(data instanceof Uint8Array ? data : data.subarray(), (body) =>
          heard.push(decodeMessage(body)),
        ),
      );
    });
    stream = await host.openStream(await host.dial(hosts[target]!.address), protocol);
  });
  const { propagation } = members[target]!;
  await eventuallyIn(clock, 'the stranger to take part', () => propagation.subscribers().includes(id));
  return {
    id,
    heard,
    say: (bytes) => clock.perform(owner, () => void stream!.send(bytes)),
    hangUp: () => clock.perform(owner, () => heardOn!.abort(new Error('it hangs up'))),
    isConnected: () => host.connections().length > 0,
    stop: () => clock.perform(owner, () => host.stop()),
  };
}
