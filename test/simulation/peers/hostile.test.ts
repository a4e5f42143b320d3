/** What peers that lie about others, or break the rules of peer exchange, get between real nodes in virtual time. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import assert from 'node:assert/strict';
import { encodeAnswer, MAX_ADDRESSES } from '../../../src/peers/discovery/messages.ts';
import { simulatedKey } from '../../../testnet/networks/simulated/simulated-key.ts';
import { SimulatedHost } from '../../../testnet/networks/simulated/simulated-host.ts';
import { streamOf } from '../../../testnet/random.ts';
import { withDiscovered } from '../../helpers/discovered.ts';
import { eventuallyIn, sleep } from '../../helpers/simulations.ts';
import { simulatedStranger } from '../../helpers/simulated-stranger.ts';

const PROTOCOL = '/txgossip/peers/1';

describe('a hostile peer in a network that finds itself', () => {
  it('that makes up others fills no more of a book than its share, and keeps nobody from real ones', async () => {
    const nodes = 12;
    const options = { 'peers.persource': 20, 'peers.ask': 1_000 };
    const invented = await Promise.all(
      Array.from({ length: 300 }, async (_, index) =>
        peerIdFromPrivateKey(await simulatedKey(streamOf(1, 'invented', index))).toString(),
      ),
    );
    await withDiscovered({ seed: 4, nodes, options, latencyMs: 5 }, async (simulation) => {
      const { clock, physical, hosts, members } = simulation;
      const liar = new SimulatedHost({
        network: physical,
        owner: nodes,
        privateKey: await simulatedKey(streamOf(1, 'liar')),
      });
      let asked = 0;
      await clock.perform(nodes, async () => {
        await liar.start();
        await liar.handle(PROTOCOL, (stream) => {
          const from = (asked++ * MAX_ADDRESSES) % invented.length;
          const told = invented
            .slice(from, from + MAX_ADDRESSES)
            .map((peer, index) => ({ peer, addresses: [`/memory/${1_000 + from + index}`] }));
          const body = encodeAnswer(told, MAX_ADDRESSES);
          stream.send(Uint8Array.of((body.length & 0x7f) | 0x80, body.length >> 7));
          stream.send(body);
          void stream.close();
        });
        for (const host of hosts) await liar.dial(host.address);
      });
      for (let second = 0; second < 20; second++) {
        await sleep(simulation, 1_000);
        for (const { discovery } of members) {
          const made = [...discovery!.book.entries()].filter(({ peer }) => invented.includes(peer));
          assert.ok(made.length <= 20, `${made.length} made up`);
        }
      }
      assert.ok(asked > 2 * nodes, 'everybody has heard lies more than once');
      for (const host of hosts) assert.equal(host.connections().length, nodes, 'all others and the liar');
      await clock.perform(nodes, () => liar.stop());
    });
  }).timeout(60_000);

  it('that says what no honest one does is disconnected, pays for it, and is not let in again', async () => {
    await withDiscovered({ seed: 5, nodes: 3, latencyMs: 5 }, async (simulation) => {
      const { clock, hosts, members } = simulation;
      const stranger = await simulatedStranger(simulation, 1);
      const isIn = (): boolean =>
        hosts[1]!.connections().some(({ peerId }) => peerId.toString() === stranger.id);
      const before = members[1]!.propagation.peerScore(stranger.id);
      await stranger.say(PROTOCOL, Uint8Array.of(3, 1, 2, 3));
      await eventuallyIn(clock, 'it to be disconnected', () => !isIn());
      // A score is worked out once a heartbeat.
      await sleep(simulation, 1_000);
      assert.ok(members[1]!.propagation.peerScore(stranger.id) < before - 10, 'it costs points');
      await stranger.dial();
      await sleep(simulation, 1_000);
      assert.equal(isIn(), false);
      await stranger.stop();
    });
  });
});
