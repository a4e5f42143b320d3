import assert from 'node:assert/strict';
import { choosePeersByChance, choosePeersBySender } from '../../../../src/propagation/direct/choose-peers.ts';
import { streamOf } from '../../../../testnet/random.ts';

const PEERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('choosing peers', () => {
  it('by chance: so many different ones, each as often as the others', () => {
    const random = streamOf(1, 'choose');
    const times = new Map(PEERS.map((peer) => [peer, 0]));
    const rounds = 8000;
    for (let round = 0; round < rounds; round++) {
      const chosen = choosePeersByChance(PEERS, 3, random);
      assert.equal(new Set(chosen).size, 3);
      for (const peer of chosen) times.set(peer, times.get(peer)! + 1);
    }
    // Binomial, 4.5 standard deviations.
    const share = 3 / 8;
    const tolerance = 4.5 * Math.sqrt(rounds * share * (1 - share));
    for (const count of times.values()) assert.ok(Math.abs(count - rounds * share) < tolerance);
  });

  it('by sender: the same ones each time, in whatever order they come; others for others', () => {
    const chosen = choosePeersBySender(PEERS, 3, 'own', '0x01');
    assert.equal(new Set(chosen).size, 3);
    assert.deepEqual(new Set(choosePeersBySender(PEERS.toReversed(), 3, 'own', '0x01')), new Set(chosen));
    const sets = ['0x02', '0x03', '0x04', '0x05'].map((sender) =>
      [...choosePeersBySender(PEERS, 3, 'own', sender)].sort().join(' '),
    );
    assert.ok(new Set(sets).size > 1);
    const elsewhere = [...choosePeersBySender(PEERS, 3, 'other', '0x02')].sort().join(' ');
    assert.ok(new Set([...sets, elsewhere]).size > 1);
  });

  it('all of them when there are no more', () => {
    const random = { next: () => assert.fail('no dice are needed') };
    assert.deepEqual(choosePeersByChance(PEERS, 8, random), PEERS);
    assert.deepEqual(choosePeersBySender(PEERS, 9, 'own', '0x01'), PEERS);
  });
});
