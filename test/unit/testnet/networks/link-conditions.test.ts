import assert from 'node:assert/strict';

import { linkConditions, retransmission } from '../../../../testnet/networks/link-conditions.ts';

/** Dice that fall as told, and then never below 1. */
const loaded = (...draws: number[]) => ({ next: () => draws.shift() ?? 0.999 });

describe('linkConditions', () => {
  it('is by default a link without delay, limit or loss', () => {
    const conditions = linkConditions();
    assert.equal(conditions.latency(), 0);
    assert.equal(conditions.bitsPerSecond, Infinity);
    assert.deepEqual(retransmission(conditions, 1e6), { delayMs: 0, bytes: 0 });
  });

  it('says what is wrong', () => {
    assert.throws(() => linkConditions({ latencyMs: -1 }), /latency .* not -1/);
    assert.throws(() => linkConditions({ latencyMs: NaN }), /latency/);
    assert.throws(() => linkConditions({ lossProbability: 1, lossRandom: loaded() }), /cut for 1/);
    assert.throws(() => linkConditions({ lossProbability: 0.1 }), /needs dice/);
    assert.throws(() => linkConditions({ bitsPerSecond: 0 }), /above 0 bit/);
  });
});

describe('retransmission', () => {
  const conditions = (...draws: number[]) =>
    linkConditions({ lossProbability: 0.5, lossRandom: loaded(...draws) });

  it('costs one timeout for one loss, and doubles it for each further one', () => {
    assert.deepEqual(retransmission(conditions(0.1), 100), { delayMs: 200, bytes: 100 });
    assert.deepEqual(retransmission(conditions(0.1, 0.1, 0.1), 100), {
      delayMs: 200 + 400 + 800,
      bytes: 300,
    });
    assert.deepEqual(retransmission(conditions(0.6), 100), { delayMs: 0, bytes: 0 });
  });

  it('draws for every packet, and the unluckiest decides', () => {
    // Three packets: one loss, none, two losses (of the last, short one).
    const bytes = 1460 * 2 + 10;
    assert.deepEqual(retransmission(conditions(0.1, 0.9, 0.9, 0.1, 0.1), bytes), {
      delayMs: 600,
      bytes: 1480,
    });
  });

  it('stops doubling at two minutes', () => {
    const { delayMs } = retransmission(conditions(...Array<number>(12).fill(0.1)), 1);
    assert.equal(delayMs, 200 * (2 ** 10 - 1) + 2 * 120_000);
  });
});
