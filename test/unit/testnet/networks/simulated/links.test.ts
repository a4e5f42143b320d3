import assert from 'node:assert/strict';

import fc from 'fast-check';

import { AccessLine } from '../../../../../testnet/networks/access-line.ts';
import { LinkDirection } from '../../../../../testnet/networks/simulated/links.ts';
import type { LinkEnd } from '../../../../../testnet/networks/simulated/links.ts';
import { linkConditions } from '../../../../../testnet/networks/link-conditions.ts';
import { Processor } from '../../../../../testnet/networks/simulated/processor.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { streamOf, uniform } from '../../../../../testnet/random.ts';
import { seeded } from '../../../../helpers/seed.ts';

type Conditions = Parameters<typeof linkConditions>[0];

function end(
  owner: number,
  upBitsPerSecond = Infinity,
  downBitsPerSecond = Infinity,
  processor = new Processor(),
): LinkEnd & { frozen: boolean } {
  return {
    owner,
    uplink: new AccessLine(upBitsPerSecond),
    downlink: new AccessLine(downBitsPerSecond),
    processor,
    frozen: false,
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

  it('hands over what has arrived when the processor of the receiver has worked on it, one after the other', async () => {
    const clock = new VirtualClock();
    const to = end(2, Infinity, Infinity, new Processor(3));
    const arrivals: [string, number][] = [];
    const from = (owner: number, latencyMs: number): LinkDirection =>
      new LinkDirection(clock, end(owner), to, linkConditions({ latencyMs }));
    const [near, far] = [from(0, 10), from(1, 11)];
    const send = (direction: LinkDirection, name: string, bytes: number): void =>
      direction.send(bytes, () => arrivals.push([name, clock.nowMs()]));
    send(near, 'a', 1000);
    send(far, 'b', 1);
    send(near, 'close', 0);
    await clock.runUntil(20);
    send(near, 'c', 1);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [
      ['a', 13],
      ['close', 13],
      ['b', 16],
      ['c', 33],
    ]);
  });

  it('makes messages wait behind other work of the processor', async () => {
    const processor = new Processor(1);
    const { clock, arrivals, send } = link({ latencyMs: 10 }, end(0), end(1, Infinity, Infinity, processor));
    processor.occupy(0, 50);
    send('a', 1);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [['a', 51, 1]]);
  });

  it('needs one event a message when neither line nor processor is busy with it', async () => {
    const { clock, send } = link({ latencyMs: 10 });
    for (let message = 0; message < 5; message++) send('x', 100);
    await clock.runUntilIdle();
    assert.equal(clock.statistics.executed, 5);
  });

  it('does not take back, when cut, what the receiver already has and is yet to work on', async () => {
    const { clock, direction, arrivals, send, from } = link(
      { latencyMs: 10 },
      end(0),
      end(1, Infinity, Infinity, new Processor(5)),
    );
    send('arrived', 1);
    send('in the queue of the processor', 1);
    await clock.runUntil(8);
    send('under way', 1);
    await clock.runUntil(12);
    direction.cut();
    await clock.runUntil(100);
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['arrived', 15],
        ['in the queue of the processor', 20],
      ],
    );
    assert.equal(from.ledger.retransmitted, 1);
    direction.heal();
    await clock.runUntilIdle();
    assert.deepEqual(arrivals.at(-1), ['under way', 115, 1]);
  });

  it('tells of everything it loses, in the order sent', async () => {
    const { clock, direction, arrivals, send } = link(
      { latencyMs: 10 },
      end(0),
      end(1, Infinity, Infinity, new Processor(5)),
    );
    const lost: string[] = [];
    const risk = (name: string): void =>
      direction.send(
        1,
        () => arrivals.push([name, clock.nowMs(), clock.owner]),
        () => lost.push(name),
      );
    risk('delivered');
    risk('with the processor');
    await clock.runUntil(16);
    risk('under way');
    direction.refuse();
    risk('too late');
    send('nobody asks', 1);
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [['delivered', 15, 1]]);
    assert.deepEqual(lost, ['with the processor', 'under way', 'too late']);
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

  it('changes its latency for what is sent from then on, which overtakes nothing', async () => {
    const { clock, direction, arrivals, send } = link({ latencyMs: 100 });
    send('slow', 1);
    await clock.runUntil(10);
    direction.setConditions(linkConditions({ latencyMs: 5 }));
    send('behind it', 1);
    await clock.runUntil(120);
    send('quick', 1);
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['slow', 100],
        ['behind it', 100],
        ['quick', 125],
      ],
    );
  });

  it('changes its rate at once, for what waits and for the rest of what is half through', async () => {
    // 1,000 bytes: 80 ms at 100 kbit/s, 8 ms at 1 Mbit/s.
    const { clock, direction, arrivals, send } = link({ latencyMs: 10, bitsPerSecond: 1e5 });
    for (const name of ['half through', 'waiting', 'last']) send(name, 1000);
    await clock.runUntil(40);
    direction.setConditions(linkConditions({ latencyMs: 10, bitsPerSecond: 1e6 }));
    await clock.runUntil(50);
    direction.setConditions(linkConditions({ latencyMs: 10 }));
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['half through', 40 + 4 + 10],
        ['waiting', 60],
        ['last', 60],
      ],
    );
  });

  it('changes while it is cut, for when it heals', async () => {
    const { clock, direction, arrivals, send } = link({ latencyMs: 100, bitsPerSecond: 1e5 });
    send('a', 1000);
    await clock.runUntil(10);
    direction.cut();
    direction.setConditions(linkConditions({ latencyMs: 5 }));
    await clock.runUntil(500);
    direction.heal();
    await clock.runUntilIdle();
    assert.deepEqual(arrivals, [['a', 505, 1]]);
  });

  it('lets gather what a frozen receiver does not read, until the sender is held up', async () => {
    const to = end(1);
    const { clock, direction, arrivals, send, from } = link({ latencyMs: 10 }, end(0), to);
    const room: number[] = [];
    direction.onRoom(() => room.push(clock.nowMs()));
    send('before', 1);
    await clock.runUntil(10);
    to.frozen = true;
    clock.freeze(1);
    for (let kib = 0; kib < 255; kib++) send('x', 1024);
    await clock.runUntil(100);
    assert.deepEqual([arrivals.length, direction.isFull()], [1, false]);
    send('last', 1024);
    assert.equal(direction.isFull(), false);
    await clock.runUntil(200);
    assert.equal(direction.isFull(), true);
    assert.equal(from.ledger.sent, to.ledger.received + direction.underWayBytes);
    // It is at the receiver already.
    direction.cut();
    assert.equal(from.ledger.retransmitted, 0);
    direction.heal();
    assert.equal(direction.isFull(), true);
    to.frozen = false;
    clock.thaw(1);
    direction.readOn();
    await clock.runUntil(300);
    assert.deepEqual(arrivals.at(-1), ['last', 200, 1]);
    assert.equal(arrivals.length, 257);
    assert.deepEqual(room, [200]);
  });

  it('delivers in order what arrives at the very moment of the thaw', async () => {
    const to = end(1);
    const { clock, direction, arrivals, send } = link({ latencyMs: 10 }, end(0), to);
    to.frozen = true;
    clock.freeze(1);
    send('a', 1);
    await clock.runUntil(40);
    send('b', 1);
    clock.schedule(-1, 50, () => {
      to.frozen = false;
      clock.thaw(1);
      direction.readOn();
    });
    await clock.runUntilIdle();
    assert.deepEqual(
      arrivals.map(([name, atMs]) => [name, atMs]),
      [
        ['a', 50],
        ['b', 50],
      ],
    );
  });

  it('keeps order and conserves bytes through any cuts, heals, losses, jitter, changes, freezes and work', async () => {
    const step = fc.record({
      act: fc.constantFrom('send', 'send', 'send', 'cut', 'heal', 'freeze', 'thaw', 'change'),
      waitMs: fc.integer({ min: 0, max: 80 }),
      bytes: fc.integer({ min: 0, max: 5000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer(),
        fc.boolean(),
        fc.constantFrom(0, 0.3, 20),
        async (steps, seed, refused, messageMs) => {
          const dice = streamOf(seed, 'latency');
          const conditions = {
            latencyMs: () => uniform(dice, 0, 100),
            lossProbability: 0.2,
            lossRandom: streamOf(seed, 'loss'),
            bitsPerSecond: 1e7,
          };
          const rates = [1e5, Infinity, 1e6];
          const processor = new Processor(messageMs);
          const to = end(1, Infinity, 3e6, processor);
          const { clock, direction, from } = link(conditions, end(0, 2e6), to);
          const freeze = (): void => {
            if (to.frozen) return;
            to.frozen = true;
            processor.freeze(clock.nowMs());
            clock.freeze(1);
          };
          const thaw = (): void => {
            if (!to.frozen) return;
            to.frozen = false;
            processor.thaw(clock.nowMs());
            clock.thaw(1);
            direction.readOn();
          };
          const arrived: number[] = [];
          const lost: number[] = [];
          let sent = 0;
          for (const { act, waitMs, bytes } of steps) {
            if (act === 'cut') direction.cut();
            else if (act === 'heal') direction.heal();
            else if (act === 'freeze') freeze();
            else if (act === 'thaw') thaw();
            else if (act === 'change') {
              rates.push(rates.shift()!);
              direction.setConditions(linkConditions({ ...conditions, bitsPerSecond: rates[0]! }));
            } else {
              const number = sent++;
              direction.send(
                bytes,
                () => arrived.push(number),
                () => lost.push(number),
              );
            }
            await clock.runUntil(clock.nowMs() + waitMs);
            assert.equal(
              from.ledger.sent,
              to.ledger.received + from.ledger.dropped + direction.underWayBytes,
            );
          }
          if (refused) direction.refuse();
          thaw();
          direction.heal();
          await clock.runUntilIdle();
          assert.equal(direction.underWayBytes, 0);
          assert.equal(from.ledger.sent, to.ledger.received + from.ledger.dropped);
          assert.deepEqual(
            [...arrived, ...lost],
            Array.from({ length: sent }, (_, index) => index),
          );
          if (!refused) assert.deepEqual(lost, []);
        },
      ),
      { ...seeded(), numRuns: 60 },
    );
  });
});
