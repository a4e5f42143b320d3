import assert from 'node:assert/strict';

import fc from 'fast-check';

import { AccessLine, LinkDirection } from '../../../../../testnet/networks/simulated/links.ts';
import type { LinkEnd } from '../../../../../testnet/networks/simulated/links.ts';
import { linkConditions } from '../../../../../testnet/networks/simulated/link-conditions.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { streamOf, uniform } from '../../../../../testnet/random.ts';
import { seeded } from '../../../../helpers/seed.ts';

type Conditions = Parameters<typeof linkConditions>[0];

function end(owner: number, upBitsPerSecond = Infinity, downBitsPerSecond = Infinity): LinkEnd {
  return {
    owner,
    uplink: new AccessLine(upBitsPerSecond),
    downlink: new AccessLine(downBitsPerSecond),
    ledger: { sent: 0, received: 0, dropped: 0, retransmitted: 0 },
  };
}

function link(conditions: Conditions, from = end(0), to = end(1)) {
  const clock = new VirtualClock();
  const direction = new LinkDirection(clock, from, to, linkConditions(conditions));
  const arrivals: [string, number, number][] = [];
  const send = (name: string, bytes: number): void =>
    direction.send(bytes, () => arrivals.push([name, clock.nowMs(), clock.owner]));
  return { clock, direction, arrivals, send, from, to };
}

describe('LinkDirection', () => {
  it('takes the latency, and delivers as the receiver', async () => {
    const { clock, arrivals, send } = link({ latencyMs: 30.25 });
    send('a', 1000);
    await clock.runUntil(10);
    send('b', 1);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [
      ['a', 30.25, 1],
      ['b', 40.25, 1],
    ]);
  });

  it('keeps the order when the latency varies', async () => {
    const latencies = [50, 10, 60];
    const { clock, arrivals, send } = link({ latencyMs: () => latencies.shift()! });
    for (const name of ['a', 'b', 'c']) send(name, 1);
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['a', 50],
        ['b', 50],
        ['c', 60],
      ],
    );
  });

  it('holds back what follows a lost packet', async () => {
    const draws = [0.9, 0.1, 0.9, 0.9];
    const { clock, arrivals, send, from } = link({
      latencyMs: 10,
      lossProbability: 0.5,
      lossRandom: { next: () => draws.shift()! },
    });
    for (const name of ['a', 'b', 'c']) send(name, 100);
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['a', 10],
        ['b', 210],
        ['c', 210],
      ],
    );
    assert.deepEqual(from.ledger, { sent: 300, received: 0, dropped: 0, retransmitted: 100 });
  });

  it('passes uplink, link and downlink one after the other, each busy with one message at a time', async () => {
    // 1,000 bytes: 8 ms at 1 Mbit/s, 4 ms at 2 Mbit/s, 2 ms at 4 Mbit/s.
    const { clock, arrivals, send } = link(
      { latencyMs: 10, bitsPerSecond: 2e6 },
      end(0, 1e6),
      end(1, Infinity, 4e6),
    );
    send('a', 1000);
    send('b', 1000);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [
      ['a', 8 + 4 + 10 + 2, 1],
      ['b', 16 + 4 + 10 + 2, 1],
    ]);
  });

  it('shares an uplink between connections, first come first served', async () => {
    const clock = new VirtualClock();
    const from = end(0, 8e6);
    const arrivals: [number, number][] = [];
    for (const owner of [1, 2]) {
      const direction = new LinkDirection(clock, from, end(owner), linkConditions({ latencyMs: 5 }));
      direction.send(1000, () => arrivals.push([owner, clock.nowMs()]));
    }
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [
      [1, 6],
      [2, 7],
    ]);
  });

  it('is silent while cut, and sends everything again when healed, in order', async () => {
    const { clock, direction, arrivals, send, from, to } = link({ latencyMs: 100 });
    send('delivered', 1);
    await clock.runUntil(100);
    send('under way', 2);
    await clock.runUntil(150);
    direction.cut();
    send('while cut', 4);
    await clock.runUntil(5000);
    assert.equal(arrivals.length, 1);
    assert.equal(direction.underWayBytes, 6);
    direction.heal();
    send('after', 8);
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['delivered', 100],
        ['under way', 5100],
        ['while cut', 5100],
        ['after', 5100],
      ],
    );
    assert.deepEqual([from.ledger.sent, to.ledger.received, from.ledger.retransmitted], [15, 15, 2]);
    assert.equal(direction.underWayBytes, 0);
  });

  it('drops what is under way and what is yet to come once the receiver is gone', async () => {
    const { clock, direction, arrivals, send, from, to } = link({ latencyMs: 100 });
    send('under way', 10);
    await clock.runUntil(50);
    direction.refuse();
    send('too late', 5);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, []);
    assert.deepEqual(
      [from.ledger.sent, from.ledger.dropped, to.ledger.received, direction.underWayBytes],
      [15, 15, 0, 0],
    );
  });

  it('is full when the sender is 256 KiB ahead of its line, and says as the sender when half of it is gone', async () => {
    const { clock, direction, send } = link({ latencyMs: 1 }, end(0, 8 * 1024 * 1000));
    const room: [number, number][] = [];
    direction.onRoom(() => room.push([clock.nowMs(), clock.owner]));
    for (let kib = 0; kib < 255; kib++) send('x', 1024);
    assert.equal(direction.isFull(), false);
    send('x', 1024);
    assert.equal(direction.isFull(), true);
    await clock.runUntilIdle();
    // One KiB a millisecond.
    assert.deepEqual(room, [[128, 0]]);
    assert.equal(direction.isFull(), false);
  });

  it('is full while cut and has room when healed', async () => {
    const { clock, direction, send } = link({ latencyMs: 1 });
    const room: number[] = [];
    direction.onRoom(() => room.push(clock.nowMs()));
    direction.cut();
    send('x', 300_000);
    assert.equal(direction.isFull(), true);
    await clock.runUntil(10);
    direction.heal();
    await clock.runUntilIdle();
    assert.deepEqual(room, [10]);
  });

  it('keeps order and conserves bytes through any cuts, heals, losses and jitter', async () => {
    const step = fc.record({
      act: fc.constantFrom('send', 'send', 'send', 'cut', 'heal'),
      waitMs: fc.integer({ min: 0, max: 80 }),
      bytes: fc.integer({ min: 0, max: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer(),
        fc.boolean(),
        async (steps, seed, refused) => {
          const dice = streamOf(seed, 'latency');
          const { clock, direction, from, to } = link(
            {
              latencyMs: () => uniform(dice, 0, 100),
              lossProbability: 0.2,
              lossRandom: streamOf(seed, 'loss'),
              bitsPerSecond: 1e7,
            },
            end(0, 2e6),
            end(1, Infinity, 3e6),
          );
          const arrived: number[] = [];
          let sent = 0;
          for (const { act, waitMs, bytes } of steps) {
            if (act === 'cut') direction.cut();
            else if (act === 'heal') direction.heal();
            else {
              const number = sent++;
              direction.send(bytes, () => arrived.push(number));
            }
            await clock.runUntil(clock.nowMs() + waitMs);
            assert.equal(
              from.ledger.sent,
              to.ledger.received + from.ledger.dropped + direction.underWayBytes,
            );
          }
          if (refused) direction.refuse();
          direction.heal();
          await clock.runUntilIdle();
          assert.equal(direction.underWayBytes, 0);
          assert.equal(from.ledger.sent, to.ledger.received + from.ledger.dropped);
          assert.deepEqual(
            arrived,
            Array.from({ length: refused ? arrived.length : sent }, (_, index) => index),
          );
        },
      ),
      { ...seeded(), numRuns: 60 },
    );
  });
});
