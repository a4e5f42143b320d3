import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AccessLine } from '../../../../../testnet/networks/access-line.ts';
import { linkConditions } from '../../../../../testnet/networks/link-conditions.ts';
import { DirectedLink } from '../../../../../testnet/networks/local/link.ts';
import { LinkPipe, type LinkPipeInit } from '../../../../../testnet/networks/local/link-pipe.ts';
import { LinkDirection } from '../../../../../testnet/networks/simulated/links.ts';
import { Processor } from '../../../../../testnet/networks/simulated/processor.ts';
import { VirtualClock } from '../../../../../testnet/networks/simulated/virtual-clock.ts';
import { int, streamOf } from '../../../../../testnet/random.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { seeded } from '../../../../helpers/seed.ts';

type Conditions = Parameters<typeof linkConditions>[0];

/** A timer counts whole milliseconds. */
const TIMER_MS = 0.651;

function pipeOf(conditions: Conditions, init: Partial<LinkPipeInit> = {}, clock = new ManualClock()) {
  const startMs = clock.nowMs();
  const link = new DirectedLink(linkConditions(conditions));
  const arrivals: [string, number][] = [];
  let rooms = 0;
  const pipe = new LinkPipe({
    clock,
    link,
    maxUnderWayBytes: 4 * 1024 * 1024,
    onRoom: () => rooms++,
    ...init,
  });
  const note = (name: string) => () => void arrivals.push([name, clock.nowMs() - startMs]);
  return {
    clock,
    link,
    pipe,
    arrivals,
    rooms: () => rooms,
    send: (name: string, bytes: number): void => pipe.send(bytes, note(name)),
    reset: (): void => pipe.reset(note('reset')),
  };
}

function assertArrived(arrivals: readonly [string, number][], wanted: readonly [string, number][]): void {
  assert.deepEqual(
    arrivals.map(([name]) => name),
    wanted.map(([name]) => name),
  );
  for (const [at, [name, gotMs]] of arrivals.entries()) {
    const wantedMs = wanted[at]![1];
    assert.ok(Math.abs(gotMs - wantedMs) <= TIMER_MS, `${name} came at ${gotMs} ms, not ${wantedMs}`);
  }
}

describe('LinkPipe', () => {
  it('passes at once what nothing delays', () => {
    const { arrivals, send } = pipeOf({});
    send('a', 1000);
    assert.deepEqual(arrivals, [['a', 0]]);
  });

  it('passes uplink, link, latency and downlink one after the other', () => {
    const { clock, arrivals, send } = pipeOf(
      { latencyMs: 50, bitsPerSecond: 8e5 },
      { uplink: new AccessLine(8e6), downlink: new AccessLine(4e5) },
    );
    // 1 ms, 10 ms, 50 ms, 20 ms for each 1,000 bytes; the narrowest spaces them.
    send('a', 1000);
    send('b', 1000);
    clock.advance(200);
    assertArrived(arrivals, [
      ['a', 81],
      ['b', 101],
    ]);
  });

  it('shares access lines with the other pipes of a node, and the link with no other', () => {
    const uplink = new AccessLine(8e5);
    const one = pipeOf({}, { uplink });
    const other = pipeOf({}, { uplink }, one.clock);
    one.send('a', 1000);
    other.send('b', 1000);
    one.send('c', 1000);
    one.clock.advance(100);
    assertArrived(one.arrivals, [
      ['a', 10],
      ['c', 30],
    ]);
    assertArrived(other.arrivals, [['b', 20]]);
  });

  it('paces a long stream without drift', () => {
    const { clock, arrivals, send } = pipeOf({ bitsPerSecond: 12_345_678 });
    for (let k = 0; k < 2000; k++) send(String(k), 100);
    clock.advance(1000);
    assertArrived([arrivals.at(-1)!], [['1999', (2000 * 100 * 8000) / 12_345_678]]);
  });

  it('takes a lost packet for a delay, and holds back what follows', () => {
    const draws = [0.9, 0.1, 0.1, 0.9, 0.9];
    const { clock, arrivals, send } = pipeOf({
      latencyMs: 10,
      lossProbability: 0.5,
      lossRandom: { next: () => draws.shift()! },
    });
    for (const name of ['a', 'b', 'c']) send(name, 100);
    clock.advance(1000);
    assertArrived(arrivals, [
      ['a', 10],
      ['b', 10 + 200 + 400],
      ['c', 10 + 200 + 400],
    ]);
  });

  it('passes nothing while cut, and everything again once healed: what was under way, too', () => {
    const { clock, arrivals, pipe, send } = pipeOf({ latencyMs: 50, bitsPerSecond: 8e5 });
    send('arrived', 1000);
    clock.advance(100);
    send('under way', 1000);
    send('waiting', 1000);
    clock.advance(15);
    pipe.cut();
    pipe.cut();
    send('later', 1000);
    clock.advance(1000);
    assertArrived(arrivals, [['arrived', 60]]);
    assert.equal(pipe.bytes, 3000);
    pipe.heal();
    pipe.heal();
    clock.advance(1000);
    assertArrived(arrivals, [
      ['arrived', 60],
      ['under way', 1115 + 60],
      ['waiting', 1115 + 70],
      ['later', 1115 + 80],
    ]);
    assert.equal(pipe.bytes, 0);
  });

  it('keeps a reset behind the cut, too', () => {
    const { clock, arrivals, pipe, reset, send } = pipeOf({ latencyMs: 10 });
    pipe.cut();
    send('data', 1);
    reset();
    send('too late', 1);
    clock.advance(100);
    assert.deepEqual(arrivals, []);
    pipe.heal();
    clock.advance(100);
    assertArrived(arrivals, [
      ['data', 110],
      ['reset', 110],
    ]);
  });

  it('changes latency from the next message on, and the rate at once', () => {
    const { clock, arrivals, link, pipe, send } = pipeOf({ latencyMs: 10, bitsPerSecond: 8e5 });
    send('a', 10_000);
    send('b', 10_000);
    clock.advance(50);
    link.change(linkConditions({ latencyMs: 5, bitsPerSecond: 8e6 }));
    pipe.changed();
    clock.advance(1000);
    assertArrived(arrivals, [
      // Half of it had left in 50 ms; the rest takes 5, and 10 for the other one.
      ['a', 50 + 5 + 5],
      ['b', 50 + 5 + 10 + 5],
    ]);
  });

  it('is full at 256 KiB that wait, and says when half of it is gone', () => {
    const { clock, pipe, rooms, send } = pipeOf({ latencyMs: 500, bitsPerSecond: 8e6 });
    for (let k = 0; k < 255; k++) send('chunk', 1024);
    assert.equal(pipe.full, false);
    send('chunk', 1024);
    assert.equal(pipe.full, true);
    clock.advance(128);
    assert.equal(rooms(), 0);
    clock.advance(10);
    assert.deepEqual([pipe.full, rooms()], [false, 1]);
  });

  it('is full at so many bytes on their way, and while cut, and has room when healed', () => {
    const long = pipeOf({ latencyMs: 500 }, { maxUnderWayBytes: 5000 });
    for (let k = 0; k < 5; k++) long.send('chunk', 1000);
    assert.equal(long.pipe.full, true);
    long.clock.advance(501);
    assert.deepEqual([long.pipe.full, long.rooms()], [false, 1]);

    const cut = pipeOf({ latencyMs: 5 });
    cut.pipe.cut();
    cut.send('chunk', 256 * 1024);
    assert.equal(cut.pipe.full, true);
    cut.pipe.heal();
    cut.clock.advance(10);
    assert.deepEqual([cut.pipe.full, cut.rooms()], [false, 1]);
  });

  it('tells how late it was itself', () => {
    const { clock, link, send } = pipeOf({ latencyMs: 10.2 });
    send('a', 1);
    send('b', 1);
    clock.advance(20);
    assert.equal(link.lateness.messages, 2);
    assert.ok(Math.abs(link.lateness.lateMs / 2 - -0.2) < 1e-6);
    link.forgetLateness();
    assert.deepEqual(link.lateness, { messages: 0, lateMs: 0 });
  });

  /**
   * Times on a grid, so that a timer's error moves nothing to the other side of a cut: bytes and latencies are
   * multiples of 10 ms, what is done is not.
   */
  it('does what a link of the simulated network does', async () => {
    const step = fc.record({
      afterMs: fc.nat(12).map((tens) => tens * 10),
      act: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 20 }).map((kilobytes) => kilobytes * 1000) },
        { weight: 1, arbitrary: fc.constant('cut' as const) },
        { weight: 1, arbitrary: fc.constant('heal' as const) },
      ),
    });
    const rate = fc.constantFrom(Infinity, 8e5, 4e5, 16e5);
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.record({ up: rate, own: rate, down: rate, loss: fc.constantFrom(0, 0.2), seed: fc.nat(1000) }),
        async (steps, { up, own, down, loss, seed }) => {
          const conditions = (): Conditions => {
            const dice = streamOf(seed, 'latency');
            return {
              latencyMs: () => 10 * int(dice, 10),
              bitsPerSecond: own,
              lossProbability: loss,
              lossRandom: streamOf(seed, 'loss'),
            };
          };
          const local = pipeOf(conditions(), { uplink: new AccessLine(up), downlink: new AccessLine(down) });
          const virtual = new VirtualClock();
          const end = (owner: number, uplink: number, downlink: number) => ({
            owner,
            uplink: new AccessLine(uplink),
            downlink: new AccessLine(downlink),
            processor: new Processor(),
            frozen: false,
            ledger: { sent: 0, received: 0, dropped: 0, retransmitted: 0 },
          });
          const simulated = new LinkDirection(
            virtual,
            end(0, up, Infinity),
            end(1, Infinity, down),
            linkConditions(conditions()),
          );
          const wanted: [string, number][] = [];
          let atMs = 0;
          for (const [index, { afterMs, act }] of steps.entries()) {
            const offsetMs = typeof act === 'number' ? 3 : 6;
            const nextMs = Math.max(atMs, Math.floor(atMs / 10) * 10 + afterMs + offsetMs);
            local.clock.advance(nextMs - atMs);
            await virtual.runUntil(nextMs);
            atMs = nextMs;
            if (typeof act === 'number') {
              const name = `${index}`;
              local.send(name, act);
              simulated.send(act, () => wanted.push([name, virtual.nowMs()]));
            } else {
              local.pipe[act]();
              simulated[act]();
            }
          }
          local.pipe.heal();
          simulated.heal();
          local.clock.advance(1e6);
          await virtual.runUntilIdle();
          assertArrived(local.arrivals, wanted);
        },
      ),
      seeded(),
    );
  });
});
