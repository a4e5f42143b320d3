/** A peer that fills its messages with valid transactions of no use, so that others check signatures for nothing. */
import assert from 'node:assert/strict';
import { signTransaction } from '../../../src/transaction/sign.ts';
import { pauper, TESTNET_CHAIN_ID } from '../../../testnet/workload/accounts.ts';
import { planWorkload } from '../../../testnet/workload/plan.ts';
import { simulatedStranger } from '../../helpers/simulated-stranger.ts';
import { eventsOf, PUSH_ONLY, scenarioOf, sleep, withSimulation } from '../../helpers/simulations.ts';

const LATENCY_MS = 25;
const JUNK_A_MESSAGE = 400;
const MESSAGES = 8;

/** Of an account that has nothing. */
const junk = (count: number, first: number): Uint8Array[] => {
  const { address, privateKey } = pauper();
  return Array.from({ length: count }, (_, index) =>
    signTransaction(
      {
        type: 2,
        chainId: TESTNET_CHAIN_ID,
        nonce: BigInt(first + index),
        gasLimit: 21_000n,
        feeCap: 20n * 10n ** 9n,
        tipCap: 10n ** 9n,
        to: address,
        value: 1n,
      },
      privateKey,
    ),
  );
};

describe('a peer that pads its messages, in virtual time', () => {
  const scenario = scenarioOf({
    nodes: { count: 3, options: PUSH_ONLY },
    topology: { kind: 'line' },
    links: { latencyMs: LATENCY_MS },
    workload: { transactions: MESSAGES + 2, senders: MESSAGES + 2 },
  });

  it('is heard no longer for a while; what was good of them goes on, and honest nodes lose nothing', async () => {
    const good = await planWorkload(scenario);
    await withSimulation(scenario, async (simulation) => {
      const [victim, next, last] = simulation.members;
      const stranger = await simulatedStranger(simulation, 0);
      const heard: boolean[] = [];
      for (let index = 0; index < MESSAGES; index++) {
        await stranger.publish(good[index]!.raw, ...junk(JUNK_A_MESSAGE, index * JUNK_A_MESSAGE));
        await sleep(simulation, 1000);
        heard.push(last!.pool.has(good[index]!.hash));
      }
      assert.deepEqual(heard.slice(0, 3), [true, true, true], 'good ones travel on, whatever their company');
      assert.equal(heard.at(-1), false, 'in the end it is heard no longer');
      assert.equal(heard.lastIndexOf(true), heard.indexOf(false) - 1);
      assert.ok(victim!.propagation.peerScore(stranger.id) < -400);
      assert.ok(!victim!.propagation.meshPeers().includes(stranger.id));

      // The padding ended at the first honest node.
      for (const node of [1, 2]) {
        const refused = (await eventsOf(simulation, node)).filter(({ kind }) => kind === 'refused');
        assert.equal(refused.length, 0);
      }
      assert.ok(next!.propagation.peerScore(simulation.nodes[0]!.peerId) > 0);
      assert.ok(last!.propagation.peerScore(simulation.nodes[1]!.peerId) > 0);
      assert.equal(victim!.propagation.rejected, 0, 'nothing of it is a fault');

      // Nobody is cast out for ever.
      await sleep(simulation, 120_000);
      assert.ok(victim!.propagation.peerScore(stranger.id) > -400);
      const after = good[MESSAGES]!;
      await stranger.publish(after.raw);
      await sleep(simulation, 1000);
      assert.equal(last!.pool.has(after.hash), true);
      await stranger.stop();
    });
  });
});
